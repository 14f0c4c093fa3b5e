import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assess, assessRemoval } from '../../lib/checks/assess.ts';
import { checks } from '../../lib/checks/checks.ts';
import { type CheckCode, checkResults } from '../../lib/deposits/codes.ts';
import type { Transfer } from '../../lib/deposits/transfer.ts';
import type { ProviderTraits } from '../../lib/policy/context.ts';
import {
  attacks,
  coin,
  eth,
  fakeUsdt,
  hash,
  isCreditable,
  origin,
  ours,
  policy,
  policyOf,
  provider,
  run,
  stranger,
  token,
  usdt,
  withEvidence,
  xrp,
} from '../deposits/attacks.ts';

describe('asset', () => {
  it('is told apart by its contract, never by symbol, name or decimals', () => {
    assert.equal(run({ ...token, symbol: 'ETH' }).statement?.group?.asset, usdt);
    assert.equal(run({ ...eth, asset: fakeUsdt, symbol: 'US\u034fDT' }).code, 'ASSET_NOT_LISTED');
    // Any coin taken as APT: only the whole type tag counts.
    assert.equal(
      run({ ...eth, network: 'aptos:1', asset: 'aptos:1/coin:0x1234%3A%3Aaptos_coin%3A%3AAptosCoin' }).code,
      'ASSET_NOT_LISTED',
    );
  });

  it('must lie on the network of the transfer', () => {
    assert.equal(run({ ...eth, network: 'eip155:56' }).code, 'ASSET_MALFORMED');
  });

  it('may be written otherwise than the policy writes it', () => {
    const written = 'eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7';
    assert.equal(run({ ...token, network: 'ETH_MAINNET', asset: written }).statement?.group?.asset, usdt);
  });

  it("with 'any' has the decimals that the provider names, unless no contract can have them", () => {
    const any = policyOf({ assets: 'any' });
    const decimalsOf = (decimals: number): number | undefined =>
      run({ ...eth, asset: fakeUsdt, decimals }, checks, any).statement?.decimals;
    assert.equal(decimalsOf(255), 255);
    for (const decimals of [256, 50_000_000, -1, 1.5, Number.NaN]) assert.equal(decimalsOf(decimals), undefined);
  });

  it("with 'any' takes units of all, and whole coins only where the registry pins the decimals", () => {
    const any = policyOf({ assets: 'any' });
    assert.equal(run({ ...eth, asset: fakeUsdt }, checks, any).statement?.amount, 1000n);
    assert.equal(
      run({ ...eth, asset: fakeUsdt, amount: { decimal: '1' }, decimals: 6 }, checks, any).code,
      'AMOUNT_MALFORMED',
    );
    assert.equal(run({ ...eth, amount: { decimal: '1' } }, checks, any).statement?.amount, 10n ** 18n);
    assert.equal(
      run({ ...eth, asset: 'eip155:1/erc721:0x1111111111111111111111111111111111111111' }, checks, any).code,
      'NFT_EVENT',
    );
  });
});

describe('amount', () => {
  it('is what was delivered, however much was declared', () => {
    const declared = { ...xrp, amount: { units: '25000000000000000' } };
    assert.equal(run(declared).statement?.amount, 1000n);
    assert.equal(run({ ...xrp, evidence: { delivered: { decimal: '0.5' } } }).statement?.amount, 500000n);
  });

  it('is resolved with the pinned decimals', () => {
    assert.equal(run({ ...token, amount: { decimal: '1.5' }, decimals: 6 }).statement?.amount, 1500000n);
  });
});

describe('statement', () => {
  it('is canonical in each part, whatever form the provider sent', () => {
    const { statement, transactionKey } = run({
      ...token,
      to: ours.toLowerCase(),
      from: '0x8617E340B3D01FA5F11F306F4090FD50E238070D'.toLowerCase(),
      memo: 'no memos here',
      symbol: 'USDT',
      at: 5,
      transaction: {
        id: hash.toUpperCase().replace('0X', '0x'),
        position: 'log:3',
        block: { hash: `0x${'D'.repeat(64)}`, number: '5' },
      },
    });
    const group = { network: 'eip155:1', asset: usdt, to: ours, transactionId: hash };
    assert.equal(transactionKey, `eip155:1|${hash}`);
    assert.deepEqual(statement, {
      id: 'test/e1/0',
      provider: 'test',
      eventId: 'e1',
      row: 0,
      callbackId: 'c1',
      receivedAt: 1000,
      kind: 'confirmed',
      amount: 1000n,
      group,
      position: 'log:3',
      blockHash: `0x${'d'.repeat(64)}`,
      blockNumber: '5',
      confirmations: 12,
      at: 5,
      from: '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
      symbol: 'USDT',
      decimals: 6,
      shows: ['owner'],
    });
  });

  it('has the tag of an X-address as its memo', () => {
    const { statement } = run({ ...xrp, to: 'X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu', memo: null });
    assert.equal(statement?.memo, '1');
    assert.equal(statement?.group?.to, 'r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59');
  });

  it('of a quarantined transfer carries the check, so that an operator can release it', () => {
    const { statement } = run(withEvidence(coin, { script: 'multisig' }));
    assert.equal(statement?.check, 'SCRIPT_NOT_STANDARD');
    assert.equal(statement?.kind, 'confirmed');
    assert.equal(statement?.amount, 1000n);
  });

  it('of what the chain has undone states the failure, of the transaction or of the transfer alone', () => {
    const failures: Record<string, 'transaction' | 'transfer'> = {
      TRANSACTION_FAILED: 'transaction',
      SUPERSEDED: 'transaction',
      STATE_NOT_EXECUTED: 'transaction',
      PROTOCOL_FAILED: 'transfer',
      CALL_FAILED: 'transfer',
      BOUNCED: 'transfer',
    };
    for (const [code, transfers] of Object.entries(attacks)) {
      if (checkResults[code as CheckCode] === 'quarantined') continue;
      for (const transfer of transfers) {
        if (transfer.evidence?.state === 'delayed') continue;
        const { outcome, statement } = run(transfer);
        assert.equal(statement?.kind, failures[code] && 'failed', code);
        assert.equal(statement?.failure, failures[code] === 'transfer' ? 'transfer' : undefined, code);
        assert.equal(statement?.check, undefined, code);
        assert.equal(outcome, checkResults[code as CheckCode]);
      }
    }
  });

  it('of a transaction that may still be executed, or that is only seen, states no failure', () => {
    const [, delayed] = attacks.STATE_NOT_EXECUTED ?? [];
    assert.ok(delayed?.evidence?.state === 'delayed');
    assert.equal(run(delayed).statement, undefined);
    assert.equal(run({ ...eth, kind: 'seen', evidence: { state: 'queued' } }).statement, undefined);
  });

  it('shows the evidence that it carries, and says what its check lacks', () => {
    const shown = run(withEvidence(coin, { lockedUntil: '0', success: true })).statement;
    assert.deepEqual(shown?.shows, ['success', 'script', 'scriptAddresses', 'replaceable', 'lockedUntil', 'owner']);
    assert.equal(shown?.lacks, undefined);
    const lacks = (transfer: Transfer): readonly string[] | undefined => run(transfer).statement?.lacks;
    assert.deepEqual(lacks(withEvidence(coin, { script: 'multisig' })), ['script']);
    assert.deepEqual(lacks(withEvidence(coin, { scriptAddresses: 2 })), ['scriptAddresses']);
    assert.deepEqual(lacks(withEvidence(coin, { lockedUntil: '850000' })), ['lockedUntil']);
    assert.deepEqual(lacks(withEvidence(eth, { success: true, callSucceeded: null })), ['callSucceeded']);
    assert.equal(lacks({ ...xrp, memo: null }), undefined);
  });

  it('of a removal needs no readable amount and is not asked whose it is', () => {
    const removed = run({ ...eth, kind: 'removed', to: stranger, amount: { units: '' }, confirmations: -1 });
    assert.deepEqual(
      [removed.outcome, removed.statement?.kind, removed.statement?.amount],
      ['recorded', 'removed', 0n],
    );
    assert.equal(removed.statement?.confirmations, undefined);
    assert.equal(run({ ...xrp, kind: 'removed', memo: null, evidence: {} }).outcome, 'recorded');
    assert.equal(run({ ...eth, kind: 'removed', evidence: { direction: 'out' } }).code, 'OUTGOING');
    assert.equal(run({ ...eth, kind: 'removed', asset: fakeUsdt }).outcome, 'recorded');
    assert.equal(run({ ...eth, kind: 'removed', asset: 'eip155:1/junk:1' }).code, 'ASSET_MALFORMED');
    // A block that cannot be read is none: the removal then holds the whole group.
    assert.equal(
      run({ ...eth, kind: 'removed', transaction: { id: hash, block: { hash: '?' } } }).statement?.blockHash,
      undefined,
    );
  });

  it('of a failure is made for what is ours only', () => {
    const failed = run({ ...eth, kind: 'failed', amount: { units: '0' } });
    assert.deepEqual([failed.outcome, failed.statement?.kind], ['recorded', 'failed']);
    const strange = run({ ...eth, kind: 'failed', to: stranger });
    assert.equal(strange.code, 'NOT_OURS');
    assert.equal(strange.statement?.onlyEnds, true, 'it may have been ours when it was credited');
    const unlisted = run({ ...withEvidence(eth, { success: false }), asset: fakeUsdt });
    assert.deepEqual([unlisted.code, unlisted.statement?.kind], ['ASSET_NOT_LISTED', 'failed']);
    assert.equal(unlisted.statement?.onlyEnds, true);
    assert.equal(run({ ...eth, to: stranger }).statement, undefined);
  });

  it('of a payment is keyed by the instance and its payment id, with or without a transaction', () => {
    const payer: ProviderTraits = { ...provider, keyedBy: 'payment' };
    const { statement } = run({ ...eth, payment: 'p1', transaction: {} }, checks, policy, payer);
    assert.equal(statement?.group?.payment, 'test/p1');
    assert.equal(statement?.group?.transactionId, '');
    const named = run({ ...eth, payment: 'p1' }, checks, policy, payer);
    assert.equal(named.statement?.group?.transactionId, hash);
    assert.equal(run({ ...eth, transaction: {} }, checks, policy, payer).code, 'TRANSACTION_MALFORMED');
  });
});

describe('assessRemoval', () => {
  it('states the removal of a whole transaction in canonical form', () => {
    const { outcome, statement, transactionKey } = assessRemoval(
      {
        network: 'ethereum',
        transactionId: hash.slice(2).toUpperCase(),
        block: { hash: `0x${'D'.repeat(64)}` },
        at: 7,
      },
      provider,
      policy,
      origin,
    );
    assert.equal(outcome, 'recorded');
    assert.equal(transactionKey, `eip155:1|${hash}`);
    assert.deepEqual([statement?.kind, statement?.group, statement?.at], ['removed', undefined, 7]);
    assert.notEqual(statement?.id, run(eth).statement?.id, 'a transfer in the same row is another statement');
    assert.equal(statement?.blockHash, `0x${'d'.repeat(64)}`);
  });

  it('keeps what it cannot read for an operator, and does not take an unknown network', () => {
    const bad = assessRemoval({ network: 'eip155:1', transactionId: 'x' }, provider, policy, origin);
    assert.deepEqual(bad, { outcome: 'quarantined', code: 'TRANSACTION_MALFORMED' });
    assert.equal(
      assessRemoval({ network: 'none', transactionId: hash }, provider, policy, origin).code,
      'NETWORK_NOT_KNOWN',
    );
  });
});

describe('questions to the policy', () => {
  it('are asked with the canonical account', () => {
    const asked: unknown[] = [];
    const asking = policyOf({
      isOurs: (account) => asked.push(['isOurs', account]) > 0,
      isOwnSender: (account) => asked.push(['isOwnSender', account]) < 0,
    });
    assert.ok(isCreditable(run({ ...xrp, from: 'rPEPPER7kfTD9w2To4CQk6UCfuHM9c6GDY', memo: '007' }, checks, asking)));
    const address = 'rPEPPER7kfTD9w2To4CQk6UCfuHM9c6GDY';
    assert.deepEqual(asked, [
      ['isOurs', { network: 'xrpl:0', address, memo: '7' }],
      ['isOwnSender', { network: 'xrpl:0', address }],
    ]);
  });

  it('are not asked of what is no deposit anyway', () => {
    const never = policyOf({ isOurs: () => assert.fail('asked') });
    for (const code of ['OUTGOING', 'FEE_EVENT', 'ASSET_NOT_LISTED', 'ZERO_AMOUNT', 'BELOW_MINIMUM']) {
      for (const transfer of attacks[code] ?? []) assert.equal(run(transfer, checks, never).code, code);
    }
  });

  it('may be answered by a promise, also one of another library', async () => {
    const later = <T>(answer: T): Promise<T> => Promise.resolve(answer);
    const yes = policyOf({ isOurs: () => later(true), isOwnSender: () => later(false) });
    assert.ok(isCreditable(await assess({ ...eth, from: stranger }, provider, yes, origin)));
    assert.equal((await assess(withEvidence(eth, { success: null }), provider, yes, origin)).code, 'STATUS_MISSING');
    const no = policyOf({ isOurs: () => later(false) });
    assert.equal((await assess(eth, provider, no, origin)).code, 'NOT_OURS');
    // biome-ignore lint/suspicious/noThenProperty: what promise libraries older than the language's own return
    const thenable = { then: (resolve: (answer: boolean) => void) => resolve(false) } as unknown as Promise<boolean>;
    const old = policyOf({ isOurs: () => thenable });
    assert.equal((await assess(eth, provider, old, origin)).code, 'NOT_OURS');
    const own = policyOf({ isOwnSender: () => later(true) });
    assert.equal((await assess({ ...eth, from: stranger }, provider, own, origin)).code, 'OWN_SENDER');
  });

  it('hand on what they throw: our own trouble is no verdict on the transfer', async () => {
    const trouble = new Error('database away');
    const throwing = policyOf({
      isOurs: () => {
        throw trouble;
      },
    });
    assert.throws(() => assess(eth, provider, throwing, origin), trouble);
    const rejecting = policyOf({ isOurs: () => Promise.reject(trouble) });
    await assert.rejects(async () => assess(eth, provider, rejecting, origin), trouble);
  });
});
