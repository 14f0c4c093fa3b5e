import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Assessment, assess, assessRemoval } from '../../lib/deposits/assess.ts';
import { checks } from '../../lib/deposits/checks.ts';
import { type CheckCode, checkResults } from '../../lib/deposits/codes.ts';
import { type CompiledPolicy, compilePolicy, type ProviderTraits } from '../../lib/deposits/compile-policy.ts';
import type { Policy } from '../../lib/deposits/policy.ts';
import type { Evidence, Transfer } from '../../lib/deposits/transfer.ts';

const provider: ProviderTraits = {
  name: 'test',
  keyedBy: 'transaction',
  reportsConfirmations: 'count',
  reportsMemos: true,
  sendsRemovals: true,
  trustMined: false,
};
const origin = { eventId: 'e1', row: 0, callbackId: 'c1', receivedAt: 1000 };

const ours = '0x52908400098527886E0F7030069857D2E4169EE7';
const stranger = '0xde709f2102306220921060314715629080e2fb77';
const usdt = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
const fakeUsdt = 'eip155:1/erc20:0x1111111111111111111111111111111111111111';
const bitcoin = 'bip122:000000000019d6689c085ae165831e93';
const eos = 'antelope:aca376f206b8fc25a6ed44dbdc66547c';
const jetton = 'tvm:-239/jetton:0%3Ab113a994b5024a16719f69139328eb759596c38a25f59028b146fecdc3621dfe';
const ourJettonWallet = `0:${'a1'.repeat(32)}`;

const policyOf = (more: Partial<Policy> = {}): CompiledPolicy =>
  compilePolicy(
    {
      assets: [
        { asset: 'eip155:1/slip44:60', decimals: 18, minimum: 10n },
        { asset: usdt, decimals: 6 },
        { asset: 'eip155:1/erc20:0x2222222222222222222222222222222222222222', decimals: 9, balanceDelta: true },
        { asset: `${bitcoin}/slip44:0`, decimals: 8 },
        { asset: `${bitcoin}/omni:31`, decimals: 8 },
        { asset: 'xrpl:0/slip44:144', decimals: 6, memo: 'required' },
        { asset: `${eos}/slip44:194`, decimals: 4 },
        { asset: jetton, decimals: 6, emitters: [ourJettonWallet] },
        { asset: 'aptos:1/slip44:637', decimals: 8 },
      ],
      isOurs: ({ address }) => address !== canonicalStranger,
      ...more,
    },
    [provider],
    { chains: new Set(), warn: () => {} },
  );
const canonicalStranger = '0xde709f2102306220921060314715629080e2fb77';
const policy = policyOf({ isOwnSender: ({ address }) => address === canonicalStranger });

const hash = `0x${'c'.repeat(64)}`;
const bare = 'c'.repeat(64);

const eth: Transfer = {
  kind: 'confirmed',
  network: 'eip155:1',
  asset: 'eip155:1/slip44:60',
  amount: { units: '1000' },
  to: ours,
  confirmations: 12,
  transaction: { id: hash, block: { hash: `0x${'d'.repeat(64)}`, number: '5' } },
};
const token: Transfer = {
  ...eth,
  asset: usdt,
  evidence: { emitter: '0xdAC17F958D2ee523a2206206994597C13D831ec7', topics: 3 },
};
const coin: Transfer = {
  ...eth,
  network: bitcoin,
  asset: `${bitcoin}/slip44:0`,
  to: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq',
  transaction: { id: bare, position: 'out:0', block: { hash: bare } },
  evidence: { script: 'p2wpkh', scriptAddresses: 1 },
};
const omni: Transfer = { ...coin, asset: `${bitcoin}/omni:31`, evidence: { protocolValid: true } };
const xrp: Transfer = {
  ...eth,
  network: 'xrpl:0',
  asset: 'xrpl:0/slip44:144',
  to: 'rPEPPER7kfTD9w2To4CQk6UCfuHM9c6GDY',
  memo: '42',
  transaction: { id: bare, block: { hash: bare } },
  evidence: { delivered: { units: '1000' }, state: 'tesSUCCESS' },
};
const eosTransfer: Transfer = {
  ...eth,
  network: eos,
  asset: `${eos}/slip44:194`,
  to: 'ourexchange1',
  transaction: { id: bare, block: { hash: bare } },
  evidence: { state: 'executed', emitter: 'eosio.token' },
};
const ton: Transfer = {
  ...eth,
  network: 'tvm:-239',
  asset: jetton,
  to: `0:${'b2'.repeat(32)}`,
  transaction: { id: `0:${'b2'.repeat(32)}:47000000:${bare}`, block: { hash: bare } },
  evidence: { bounced: false, emitter: ourJettonWallet },
};

const good: Readonly<Record<string, Transfer>> = { eth, token, coin, omni, xrp, eosTransfer, ton };

const withEvidence = (transfer: Transfer, evidence: Evidence): Transfer => ({
  ...transfer,
  evidence: { ...transfer.evidence, ...evidence },
});

/** Transfers that each check, and no other, keeps from being credited. */
const attacks: Readonly<Record<string, readonly Transfer[]>> = {
  OUTGOING: [withEvidence(eth, { direction: 'out' })],
  FEE_EVENT: [withEvidence(eth, { category: 'fee' })],
  NFT_EVENT: [withEvidence(token, { category: 'nft' })],
  APPROVAL_EVENT: [withEvidence(token, { category: 'approval' })],
  // A copy of the token with the right symbol and decimals, from its own contract.
  ASSET_NOT_LISTED: [{ ...eth, asset: fakeUsdt, symbol: 'USDT', decimals: 6 }],
  ZERO_AMOUNT: [
    { ...token, amount: { units: '0' } },
    { ...token, amount: { decimal: '0.000' } },
    withEvidence(xrp, { delivered: { units: 0n } }),
  ],
  BELOW_MINIMUM: [{ ...eth, amount: { units: '9' } }],
  NOT_OURS: [{ ...eth, to: stranger }],
  OWN_SENDER: [{ ...eth, from: stranger }],
  TRANSACTION_FAILED: [withEvidence(eth, { success: false })],
  PROTOCOL_FAILED: [withEvidence(token, { protocolValid: false })],
  CALL_FAILED: [withEvidence(eth, { category: 'internal', callSucceeded: false })],
  STATE_NOT_EXECUTED: [
    withEvidence(eosTransfer, { state: 'hard_fail' }),
    withEvidence(eosTransfer, { state: 'delayed' }),
    withEvidence(eosTransfer, { state: 'EXECUTED' }),
    withEvidence(xrp, { state: 'tecPATH_DRY' }),
    withEvidence(eth, { state: 'a state that nobody thought of' }),
  ],
  BOUNCED: [withEvidence(ton, { bounced: true })],
  SUPERSEDED: [withEvidence(eth, { superseded: true })],
  EMITTER_MISMATCH: [
    withEvidence(token, { emitter: '0x1111111111111111111111111111111111111111' }),
    // A contract that says "deposit of ETH" in a log of its own.
    withEvidence(eth, { emitter: '0x1111111111111111111111111111111111111111' }),
    withEvidence(eosTransfer, { emitter: 'fakeeostoken' }),
    withEvidence(ton, { emitter: `0:${'ff'.repeat(32)}` }),
    withEvidence(token, { emitter: 'no address at all' }),
  ],
  LOG_MALFORMED: [withEvidence(token, { topics: 4 }), withEvidence(token, { topics: 1 })],
  STATUS_MISSING: [
    withEvidence(eth, { success: null }),
    withEvidence(eth, { callSucceeded: null }),
    withEvidence(eosTransfer, { state: null }),
    withEvidence(ton, { bounced: null }),
    { ...omni, evidence: {} },
  ],
  DELIVERED_MISSING: [{ ...xrp, evidence: {} }, withEvidence(eth, { delivered: null })],
  ASSET_NEEDS_BALANCE_DELTA: [{ ...eth, asset: 'eip155:1/erc20:0x2222222222222222222222222222222222222222' }],
  LOG_MISSING: [withEvidence(token, { logged: false })],
  DECIMALS_MISMATCH: [
    { ...token, decimals: 18 },
    { ...eth, decimals: 8 },
  ],
  SCRIPT_NOT_STANDARD: [
    withEvidence(coin, { script: 'multisig' }),
    withEvidence(coin, { script: null }),
    withEvidence(coin, { scriptAddresses: 2 }),
    withEvidence(coin, { scriptAddresses: 0 }),
  ],
  REPLACEABLE: [
    { ...withEvidence(coin, { replaceable: true }), confirmations: 0, transaction: { id: bare, position: 'out:0' } },
  ],
  TIME_LOCKED: [
    withEvidence(coin, { lockedUntil: '850000' }),
    withEvidence(coin, { lockedUntil: '1893456000' }),
    withEvidence(coin, { lockedUntil: null }),
    withEvidence(coin, { lockedUntil: '' }),
  ],
  OUTPUT_KEY_REUSED: [withEvidence(coin, { outputKeyReused: true })],
  MEMO_MISSING: [
    { ...xrp, memo: null },
    { ...xrp, memo: '' },
  ],
};

const run = (transfer: Transfer, list = checks, rules = policy, from = provider): Assessment => {
  const assessment = assess(transfer, from, rules, origin, list);
  assert.ok(!(assessment instanceof Promise), 'answers at once');
  return assessment;
};
const isCreditable = ({ outcome, statement }: Assessment): boolean =>
  outcome === 'recorded' && statement?.kind === 'confirmed' && statement.check === undefined;

describe('checks', () => {
  for (const [name, transfer] of Object.entries(good)) {
    it(`let a good transfer pass (${name})`, () => {
      const assessment = run(transfer);
      assert.equal(assessment.code, undefined);
      assert.ok(isCreditable(assessment));
      assert.equal(assessment.statement?.amount, 1000n);
    });
  }

  for (const [code, transfers] of Object.entries(attacks) as [CheckCode, readonly Transfer[]][]) {
    it(`keep back what only ${code} can tell`, () => {
      for (const transfer of transfers) {
        const kept = run(transfer);
        assert.equal(kept.code, code);
        assert.equal(kept.outcome, checkResults[code]);
        assert.ok(!isCreditable(kept));
        assert.ok(
          isCreditable(
            run(
              transfer,
              checks.filter((check) => check.code !== code),
            ),
          ),
          'credited without it',
        );
      }
    });
  }

  it('keep back a transfer without the memo that is required when the provider cannot report memos', () => {
    const silent = { ...provider, reportsMemos: false };
    const transfer = { ...xrp, memo: null };
    assert.equal(run(transfer, checks, policy, silent).code, 'MEMO_UNREPORTED');
    const without = checks.filter(({ code }) => code !== 'MEMO_UNREPORTED');
    assert.ok(isCreditable(run(transfer, without, policy, silent)));
  });

  it('make no statement of a hint, whatever it says', () => {
    const phone: ProviderTraits = { ...provider, keyedBy: 'hint' };
    const hinted = run(eth, checks, policy, phone);
    assert.deepEqual(hinted, { outcome: 'ignored', code: 'ONLY_A_HINT' });
    assert.ok(
      isCreditable(
        run(
          eth,
          checks.filter(({ code }) => code !== 'ONLY_A_HINT'),
          policy,
          phone,
        ),
      ),
    );
    assert.deepEqual(assessRemoval({ network: 'eip155:1', transactionId: hash }, phone, origin), hinted);
  });

  it('do not ask of what is only seen what only a block can tell', () => {
    const seen = (transfer: Transfer): Transfer => ({
      ...transfer,
      kind: 'seen',
      transaction: { id: transfer.transaction.id ?? '' },
    });
    // How much arrives is not known yet, and the declared amount would be a false one.
    for (const code of ['DELIVERED_MISSING', 'ASSET_NEEDS_BALANCE_DELTA'] as const) {
      const [transfer = eth] = attacks[code] ?? [];
      assert.deepEqual(run(seen(transfer)), { outcome: 'ignored', code: 'NOT_DELIVERED_YET' });
      const without = checks.filter((check) => check.code !== 'NOT_DELIVERED_YET');
      assert.equal(run(seen(transfer), without).code, code);
    }
    for (const code of ['STATUS_MISSING', 'LOG_MISSING', 'REPLACEABLE'] as const) {
      for (const transfer of attacks[code] ?? []) {
        const { outcome, statement } = run(seen(transfer));
        assert.deepEqual([outcome, statement?.kind, statement?.check], ['recorded', 'seen', undefined]);
      }
    }
  });

  it('keep back a part that cannot be read, and pass the same with that part readable', () => {
    const unreadable: readonly [CheckCode, Transfer, Transfer][] = [
      // One letter of the EIP-55 checksum is of the wrong case.
      ['ADDRESS_MALFORMED', { ...eth, to: ours.replace('E7', 'e7') }, { ...eth, to: ours.toLowerCase() }],
      ['ADDRESS_MALFORMED', { ...xrp, memo: 'not a tag' }, { ...xrp, memo: '7' }],
      ['TRANSACTION_MALFORMED', { ...eth, transaction: { id: '0x12' } }, { ...eth, transaction: { id: hash } }],
      ['TRANSACTION_MALFORMED', { ...eth, transaction: {} }, { ...eth, transaction: { id: hash } }],
      ['TRANSACTION_MALFORMED', { ...eth, transaction: { id: hash, block: { hash: 'x' } } }, eth],
      ['AMOUNT_MALFORMED', { ...token, amount: { units: '-1' } }, token],
      [
        'AMOUNT_MALFORMED',
        { ...token, amount: { decimal: '1.0000001' } },
        { ...token, amount: { decimal: '1.0000010' } },
      ],
      ['AMOUNT_MALFORMED', { ...token, amount: { units: '1e99' } }, { ...token, amount: { units: '1e9' } }],
    ];
    for (const [code, bad, fine] of unreadable) {
      const { outcome, code: found, statement } = run(bad);
      assert.deepEqual([outcome, found, statement], ['quarantined', code, undefined]);
      assert.ok(isCreditable(run(fine)));
    }
    assert.deepEqual(run({ ...eth, network: 'no such chain' }), { outcome: 'ignored', code: 'NETWORK_NOT_KNOWN' });
  });

  it('have an attack here for each, and each code has a result', () => {
    const apart = ['MEMO_UNREPORTED', 'ADDRESS_MALFORMED', 'TRANSACTION_MALFORMED', 'AMOUNT_MALFORMED'];
    const shown = [...Object.keys(attacks), ...apart, 'ONLY_A_HINT', 'NOT_DELIVERED_YET'];
    assert.deepEqual(checks.map(({ code }) => code).toSorted(), shown.toSorted());
    assert.deepEqual([...shown, 'NETWORK_NOT_KNOWN'].toSorted(), Object.keys(checkResults).toSorted());
  });

  it('keep a stranger out of the quarantine, whatever is odd about the transfer', () => {
    for (const [code, transfers] of Object.entries(attacks)) {
      for (const transfer of transfers) {
        if (transfer.network !== 'eip155:1' || checkResults[code as CheckCode] !== 'quarantined') continue;
        assert.equal(run({ ...transfer, to: stranger }).code, 'NOT_OURS');
      }
    }
    assert.equal(run({ ...eth, to: stranger, amount: { units: 'junk' } }).code, 'NOT_OURS');
  });
});

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
    assert.equal(run({ ...eth, network: 'eip155:56' }).code, 'ASSET_NOT_LISTED');
  });

  it('may be written otherwise than the policy writes it', () => {
    const written = 'eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7';
    assert.equal(run({ ...token, network: 'ETH_MAINNET', asset: written }).statement?.group?.asset, usdt);
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

  it('of a failed transaction states the failure, and nothing else that failed is stated', () => {
    const { outcome, statement } = run(withEvidence(eth, { success: false }));
    assert.deepEqual([outcome, statement?.kind, statement?.check], ['failed', 'failed', undefined]);
    for (const [code, transfers] of Object.entries(attacks)) {
      if (code === 'TRANSACTION_FAILED' || checkResults[code as CheckCode] === 'quarantined') continue;
      for (const transfer of transfers) assert.equal(run(transfer).statement, undefined, code);
    }
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
    assert.equal(run({ ...eth, kind: 'removed', asset: 'junk' }).code, 'ASSET_NOT_LISTED');
    // A block that cannot be read is none: the removal then holds the whole group.
    assert.equal(
      run({ ...eth, kind: 'removed', transaction: { id: hash, block: { hash: '?' } } }).statement?.blockHash,
      undefined,
    );
  });

  it('of a failure is made for what is ours only', () => {
    const failed = run({ ...eth, kind: 'failed', amount: { units: '0' } });
    assert.deepEqual([failed.outcome, failed.statement?.kind], ['recorded', 'failed']);
    assert.equal(run({ ...eth, kind: 'failed', to: stranger }).code, 'NOT_OURS');
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
      origin,
    );
    assert.equal(outcome, 'recorded');
    assert.equal(transactionKey, `eip155:1|${hash}`);
    assert.deepEqual([statement?.kind, statement?.group, statement?.at], ['removed', undefined, 7]);
    assert.notEqual(statement?.id, run(eth).statement?.id, 'a transfer in the same row is another statement');
    assert.equal(statement?.blockHash, `0x${'d'.repeat(64)}`);
  });

  it('keeps what it cannot read for an operator, and does not take an unknown network', () => {
    const bad = assessRemoval({ network: 'eip155:1', transactionId: 'x' }, provider, origin);
    assert.deepEqual(bad, { outcome: 'quarantined', code: 'TRANSACTION_MALFORMED' });
    assert.equal(assessRemoval({ network: 'none', transactionId: hash }, provider, origin).code, 'NETWORK_NOT_KNOWN');
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
