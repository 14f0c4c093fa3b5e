import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CheckCode, checkResults, FoldCode } from '../lib/deposits/codes.ts';
import type { DepositStatus } from '../lib/deposits/deposit.ts';
import type { Transfer } from '../lib/deposits/transfer.ts';
import { findNeeds } from '../lib/operator/attention.ts';
import { createLastCallbacks } from '../lib/operator/last-callbacks.ts';
import type { NeedKind } from '../lib/operator/need.ts';
import { createRefused } from '../lib/operator/refused.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import type { Provider, Reading } from '../lib/providers/kit/provider.ts';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import type { Store } from '../lib/stores/store.ts';
import { attacks, coin, dot, eth, hash, openPolicy, token, withEvidence, xrp } from './deposits/attacks.ts';
import { secret } from './helpers/deposits.ts';
import { owe } from './helpers/events.ts';
import { of, told } from './helpers/told.ts';

// Each way in which a callback ends without a credit, from the unions of codes: a new code does not compile until it has
// its line here; what calls nobody has it in test/no-silence/unkept.test.ts.

interface Kept {
  transfer: Transfer;
  /** How a person cures it, as `status` and docs/checks.md say. */
  cure: 'release' | 'reprocess' | 'second' | { evidence: Transfer };
  /** What the reader makes of it once it is mended, for `reprocess`; what a second provider says, for `second`. */
  mended?: Transfer;
  traits?: Partial<Provider>;
  /** What the provider has said before. */
  before?: Transfer;
  /** What the deposit shows, where the fold has a code of its own for it. */
  shown?: FoldCode;
}

const payment = (difference: 'underpaid' | 'overpaid' | 'late' | 'resolved'): Kept => ({
  transfer: { ...withEvidence(eth, { differences: [difference] }), payment: 'p1' },
  cure: 'release',
  traits: { keyedBy: 'payment' },
});
const attack = (code: string): Transfer => attacks[code]?.[0] ?? eth;
const released = (code: string): Kept => ({ transfer: attack(code), cure: 'release' });
const broken = (transfer: Transfer): Kept => ({ transfer, cure: 'reprocess', mended: eth });

type Quarantined = { [K in CheckCode]: (typeof checkResults)[K] extends 'quarantined' ? K : never }[CheckCode];

const kept: Readonly<Record<Quarantined, Kept>> = {
  STATUS_MISSING: released('STATUS_MISSING'),
  DELIVERED_MISSING: released('DELIVERED_MISSING'),
  LOG_MISSING: released('LOG_MISSING'),
  DECIMALS_MISMATCH: { transfer: attack('DECIMALS_MISMATCH'), cure: { evidence: { ...token, decimals: 6 } } },
  ASSET_NEEDS_BALANCE_DELTA: released('ASSET_NEEDS_BALANCE_DELTA'),
  SCRIPT_NOT_STANDARD: released('SCRIPT_NOT_STANDARD'),
  REPLACEABLE: { transfer: attack('REPLACEABLE'), cure: { evidence: withEvidence(coin, { replaceable: false }) } },
  TIME_LOCKED: released('TIME_LOCKED'),
  OUTPUT_KEY_REUSED: released('OUTPUT_KEY_REUSED'),
  UNASSIGNED: released('UNASSIGNED'),
  MEMO_MISSING: released('MEMO_MISSING'),
  MEMO_UNREPORTED: {
    transfer: { ...xrp, memo: null },
    cure: 'second',
    mended: xrp,
    traits: { reportsMemos: false },
    shown: 'MEMO_UNKNOWN',
  },
  ASSET_MALFORMED: broken({ ...eth, asset: { contract: 'no contract' } }),
  ADDRESS_MALFORMED: broken({ ...eth, to: '0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAeD' }),
  TRANSACTION_HASH_ONLY: {
    transfer: { ...dot, transaction: { id: hash } },
    cure: 'reprocess',
    mended: { ...dot, confirmations: 1_000 },
  },
  TRANSACTION_MALFORMED: broken({ ...eth, transaction: { id: 'no hash' } }),
  ID_REUSED: {
    transfer: { ...eth, transaction: { ...eth.transaction, position: 'transfer:7' } },
    before: { ...eth, kind: 'seen', transaction: { id: `0x${'77'.repeat(32)}`, position: 'transfer:7' } },
    cure: 'release',
    traits: { bindsIds: true },
  },
  CHAIN_CHECK_MISSING: { transfer: eth, cure: 'release', traits: { needsChainCheck: true } },
  DIRECTION_UNKNOWN: released('DIRECTION_UNKNOWN'),
  RECIPIENTS_UNKNOWN: released('RECIPIENTS_UNKNOWN'),
  AMOUNT_MALFORMED: broken({ ...eth, amount: { units: 'many' } }),
  PAYMENT_UNDERPAID: payment('underpaid'),
  PAYMENT_OVERPAID: payment('overpaid'),
  PAYMENT_LATE: payment('late'),
  PAYMENT_RESOLVED: payment('resolved'),
  NETWORK_NOT_KNOWN: broken({ ...eth, network: 'a chain of tomorrow' }),
  ASSET_NAME_NOT_KNOWN: { ...broken({ ...eth, asset: 'a coin of tomorrow' }), mended: eth },
};

describe('a transfer that a check keeps back is told, counted, shown, found, and credited once by its cure:', () => {
  for (const [code, way] of Object.entries(kept) as [Quarantined, Kept][]) {
    test(code, async (t) => {
      const one = await told(t, {
        policy: openPolicy,
        ...(way.traits ? { traits: way.traits } : {}),
      });
      const { shown = code } = way;
      if (way.before) await one.say(of({ ...way.before, at: one.clock.now() }));
      assert.equal(await one.say(of({ ...way.transfer, at: one.clock.now() })), 200);
      assert.equal(one.logged(shown), 1, 'the default logger has said it once');
      await one.assertNeeds(shown);
      assert.deepEqual(one.credits(), []);

      if (way.cure === 'release') {
        const [deposit] = await one.callbacks.store.deposits({ status: 'quarantined', limit: 2 });
        await one.callbacks.release(deposit?.id ?? '', { reason: 'seen on the chain', actor: 'ann' });
        await one.callbacks.idle();
      } else if (way.cure === 'reprocess') {
        one.readAs(of(way.mended ?? eth));
        await one.callbacks.reprocess();
        await one.callbacks.idle();
      } else if (way.cure === 'second') {
        await one.say(of(way.mended ?? eth), { path: '/second' });
      } else {
        one.clock.advance(1_000);
        await one.say(of({ ...way.cure.evidence, at: one.clock.now() }));
      }
      assert.equal(one.credits().length, 1, 'the cure credits it');
      await one.assertNeeds(undefined);
      await one.callbacks.reprocess();
      await one.callbacks.idle();
      assert.equal(one.credits().length, 1, 'and once only');
    });
  }
});

describe('a callback without a transfer', () => {
  const nothing = { transfers: [], removals: [] };

  test('BODY_UNREADABLE is told, counted, shown, found, and credited once by reprocess', async (t) => {
    const one = await told(t, { policy: openPolicy });
    assert.equal(await one.say({ kind: 'transfers', ...nothing, notice: 'unreadable' }), 200);
    assert.equal(one.logged('BODY_UNREADABLE'), 1);
    await one.assertNeeds('BODY_UNREADABLE');
    one.readAs(of(eth));
    await one.callbacks.reprocess();
    await one.callbacks.idle();
    assert.equal(one.credits().length, 1);
    await one.assertNeeds(undefined);
  });

  test('ROW_UNREADABLE is told, counted, shown, found, and credited once by reprocess; its neighbours at once', async (t) => {
    const one = await told(t, { policy: openPolicy });
    await one.say({ ...of(token), unreadable: [{ path: 'rows.1', reason: 'no amount' }] });
    assert.equal(one.credits().length, 1);
    assert.ok(one.logged('ROW_UNREADABLE') >= 1);
    await one.assertNeeds('ROW_UNREADABLE');
    one.readAs(of(token, eth));
    await one.callbacks.reprocess();
    await one.callbacks.idle();
    assert.equal(one.credits().length, 2);
    await one.assertNeeds(undefined);
  });

  for (const [kind, lines] of [
    ['ping', 0],
    ['heartbeat', 0],
    ['unknown', 1],
    ['notice', 1],
  ] as const) {
    test(`${kind} keeps nothing back, and is told ${lines} times`, async (t) => {
      const one = await told(t, { policy: openPolicy });
      const reading: Reading =
        kind === 'notice' ? { kind, ...nothing, notice: 'the quota is used up' } : { kind, ...nothing };
      for (let i = 0; i < 3; i += 1) assert.equal(await one.say(reading), 200);
      assert.equal(one.logged('EVENT_UNKNOWN') + one.logged('PROVIDER_NOTICE'), lines);
      await one.assertNeeds(undefined);
    });
  }

  test('no transfer at all keeps nothing back', async (t) => {
    const one = await told(t, { policy: openPolicy });
    assert.equal(await one.say(of()), 200);
    await one.assertNeeds(undefined);
  });
});

test('a deposit that the policy holds is told, counted, shown, found, and credited once by release', async (t) => {
  const one = await told(t, { policy: { ...openPolicy, hold: () => 'a new customer' } });
  await one.say(of(eth));
  assert.equal(one.logged('HELD'), 1);
  await one.assertNeeds('HELD');
  const [deposit] = await one.callbacks.store.deposits({ status: 'quarantined', limit: 1 });
  await one.callbacks.release(deposit?.id ?? '', { reason: 'known now', actor: 'ann' });
  await one.callbacks.idle();
  assert.equal(one.credits().length, 1);
  await one.assertNeeds(undefined);
});

test('a dead letter is told, counted, shown, found, and credited by redeliver', async (t) => {
  const one = await told(t, { policy: openPolicy, delivery: { attempts: 1 } });
  let isDown = true;
  const booked: bigint[] = [];
  one.callbacks.on('deposit', ({ amount }) => {
    if (isDown) throw new Error('the ledger is down');
    booked.push(amount);
  });
  await one.say(of(eth));
  assert.equal(one.logged('DEAD_LETTER'), 1);
  await one.assertNeeds('DEAD-LETTERS');
  isDown = false;
  const [event] = await one.callbacks.store.events({ state: 'dead', limit: 1 });
  await one.callbacks.redeliver(event?.id ?? '');
  await one.callbacks.idle();
  assert.deepEqual(booked, [1000n]);
  await one.assertNeeds(undefined);
});

test('a callback that does not verify is told, counted, shown, found, and credited once by reverify', async (t) => {
  // A vault of one's own that has not been told of the new key yet.
  let { verify } = imtoken({ secrets: [`whsec_${Buffer.alloc(32, 9).toString('base64')}`] });
  const one = await told(t, {
    policy: openPolicy,
    traits: { verify: (inbound) => verify(inbound) },
    sources: ['127.0.0.1'],
    quarantineUnverified: true,
  });
  assert.equal(await one.say(of(eth)), 503);
  assert.equal(one.logged('UNVERIFIED_KEPT'), 1);
  await one.assertNeeds('UNVERIFIED');
  ({ verify } = imtoken({ secrets: [secret] }));
  assert.deepEqual(await one.callbacks.reverify(), { taken: 1, kept: 0 });
  await one.callbacks.idle();
  assert.equal(one.credits().length, 1);
  await one.assertNeeds(undefined);
});

/** As a deposit stands with the code, and what it asks for; undefined where nothing was lost or it comes by itself. */
const folded: Readonly<Record<FoldCode, readonly [DepositStatus, NeedKind | undefined, 'waits'?]>> = {
  MEMO_UNKNOWN: ['quarantined', 'quarantined'],
  CONFLICT: ['quarantined', 'quarantined'],
  CHAIN_DISAGREES: ['quarantined', 'quarantined'],
  HELD: ['quarantined', 'quarantined'],
  COPIES_UNCLEAR: ['quarantined', 'quarantined'],
  REORG_AMBIGUOUS: ['pending', 'held'],
  REMOVED_NO_BLOCK: ['pending', 'held'],
  GROUP_HELD: ['pending', 'held'],
  FAILED: ['pending', 'held'],
  REORG_PENDING: ['confirmed', 'in-doubt', 'waits'],
  QUORUM_PENDING: ['pending', 'stuck'],
  CHAIN_PENDING: ['pending', 'stuck'],
  NETWORK_FROZEN: ['pending', 'stuck'],
  POSITIONS_DIFFER: ['confirmed', undefined],
  // A person said so.
  OPERATOR_REVERTED: ['reverted', undefined],
  REMOVED: ['failed', undefined],
  REMOVED_UNTIMED: ['failed', undefined],
};

describe('a deposit with a code of the fold asks for a person, if it will not end by itself:', () => {
  for (const [code, [status, kind, waits]] of Object.entries(folded) as [FoldCode, (typeof folded)[FoldCode]][]) {
    test(`${code} asks for ${kind ?? 'nobody'}`, async (t) => {
      const store = sqliteStore({ path: ':memory:', now: () => 0 }) as Store;
      await store.ready();
      t.after(() => store.close());
      const isWaiting = status === 'pending' || status === 'quarantined' || waits !== undefined;
      await owe(store, 'a', [], 1n, { status, code, ...(isWaiting ? { waitingSince: 0 } : {}) });
      const lastCallbacks = createLastCallbacks(store);
      const at = async (now: number): Promise<unknown> =>
        (await findNeeds({ store, lastCallbacks, refused: createRefused(store, lastCallbacks), now })).needs.map(
          (need) => need.kind,
        );
      const month = 30 * 24 * 3_600_000;
      assert.deepEqual(await at(1), kind === undefined || kind === 'stuck' ? [] : [kind]);
      assert.deepEqual(await at(month), kind === undefined ? [] : [kind]);
    });
  }
});
