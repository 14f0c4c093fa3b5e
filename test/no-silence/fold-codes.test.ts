import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { ChainCheck, ChainVerdict } from '../../lib/chains/kit/chain-check.ts';
import type { FoldCode } from '../../lib/deposits/codes.ts';
import type { DepositStatus } from '../../lib/deposits/deposit.ts';
import type { Removal, Transfer } from '../../lib/deposits/transfer.ts';
import type { NeedKind } from '../../lib/operator/need.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import type { Provider, Reading } from '../../lib/providers/kit/provider.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { coin, eth, hash, openPolicy, ours, withEvidence, xrp } from '../deposits/attacks.ts';
import type { ReceiverOptions } from '../helpers/receiver.ts';
import { of, type Told, told } from '../helpers/told.ts';

// Each code that the fold puts on a deposit, from signed callbacks over HTTP: what a person hears of it, and the cure.

type Step = readonly [path: '/imtoken' | '/second', reading: Reading];

interface Case {
  policy?: Partial<Policy>;
  traits?: Partial<Provider>;
  /** What the chain says of the transaction, once it can be asked. */
  chain?: bigint;
  steps: readonly Step[];
  status: DepositStatus;
  /** What calls for a person: at once, or, if `stuck`, after the network's bound. `doubt` stands beside it. */
  need?: NeedKind;
  doubt?: 'in-doubt';
  /** Credits before the cure, and after it. */
  credits: readonly [before: number, after: number];
  cure: readonly Step[] | ((one: Told, id: string) => Promise<unknown>);
  /** By an operator, before the code is looked for. */
  before?: (one: Told, id: string) => Promise<unknown>;
}

const first = '/imtoken';
const second = '/second';
const start = Date.parse('2026-01-01T00:00:00Z');
const nextBlock = { hash: `0x${'e'.repeat(64)}`, number: '6' };
const block = eth.transaction.block ?? {};

/** The transfer at a time of the provider's own. */
const at = (seconds: number, transfer: Transfer = eth): Transfer => ({ ...transfer, at: start + seconds * 1_000 });
const mined = (transfer: Transfer): Transfer => ({ ...transfer, kind: 'mined', confirmations: 1 });
const untimed = ({ at: _, ...transfer }: Transfer): Transfer => transfer;
const inBlock = (to: { hash: string; number: string }, transfer: Transfer): Transfer => ({
  ...transfer,
  transaction: { ...transfer.transaction, block: to },
});
const says = (path: Step[0], ...transfers: Transfer[]): Step => [path, of(...transfers)];
const removes = (path: Step[0], removal: Partial<Removal> = {}): Step => [
  path,
  {
    kind: 'transfers',
    transfers: [],
    removals: [{ network: 'eip155:1', transactionId: hash, kind: 'removed', ...removal }],
  },
];
const release = (one: Told, id: string): Promise<unknown> =>
  one.callbacks.release(id, { reason: 'seen on the chain', actor: 'ann' });

const revert = (one: Told, id: string): Promise<unknown> =>
  one.callbacks.revert(id, { reason: 'not on the chain', actor: 'ann' });

/** The deposit of the code that the case is not about: what is credited and in doubt, or the rival of a conflict. */
async function otherId(one: Told, id: string): Promise<string> {
  const deposits = await one.callbacks.store.deposits({ limit: 9 });
  return deposits.find((deposit) => deposit.id !== id)?.id ?? '';
}

/** A check of one transaction as a user may write it: it has no answer before `answers` is set. */
function chainOf(amount: bigint): ChainCheck & { answers: boolean } {
  const held = { number: 5n, hash: `0x${'d'.repeat(64)}` };
  const rows = [{ asset: 'eip155:1/slip44:60', to: ours, amount, position: 'native' }];
  return {
    answers: false,
    network: 'eip155:1',
    head: async () => ({ ...held, number: 300n }),
    async check(): Promise<ChainVerdict> {
      if (!this.answers) return { status: 'unknown', reason: 'the node is away' };
      const mined = { success: true, block: held, confirmations: 296, finalized: true };
      return { status: 'mined', ...mined, rows, unseen: [], removed: [] };
    },
  };
}

/** `chains` needs a store that is durable. */
function onFile(t: TestContext, chain: ChainCheck): ReceiverOptions {
  const folder = mkdtempSync(join(tmpdir(), 'fold-codes-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const clock = fixedClock();
  return { clock, store: sqliteStore({ path: join(folder, 'deposits.db'), now: clock.now }), chains: [chain] };
}

let isFrozen = false;
const unnamed = ({ transaction: { block: _, ...transaction }, ...transfer }: Transfer): Transfer => ({
  ...transfer,
  transaction,
});

/** Of two amounts, one that is credited and then time-locked, so that the other waits. */
const beside = (position: string, transfer: Transfer): Transfer => ({
  ...transfer,
  transaction: { ...transfer.transaction, position },
});
const groupHeld: readonly Step[] = [
  says(first, beside('log:1', at(1))),
  says(first, beside('log:1', withEvidence(at(2), { lockedUntil: '900000' }))),
  says(first, beside('log:2', { ...at(3), amount: { units: '700' } })),
];

const cases: Readonly<Record<FoldCode, Case>> = {
  MEMO_UNKNOWN: {
    traits: { reportsMemos: false },
    steps: [says(first, { ...xrp, memo: null })],
    status: 'quarantined',
    need: 'quarantined',
    cure: [says(second, xrp)],
    credits: [0, 1],
  },
  HELD: {
    policy: { hold: () => 'a new customer' },
    steps: [says(first, eth)],
    status: 'quarantined',
    need: 'quarantined',
    cure: release,
    credits: [0, 1],
  },
  CONFLICT: {
    steps: [says(first, mined(at(1))), says(second, { ...at(1), amount: { units: '700' } })],
    status: 'quarantined',
    need: 'quarantined',
    async cure(one, id) {
      await release(one, id);
      await revert(one, await otherId(one, id));
    },
    credits: [0, 1],
  },
  GROUP_HELD: {
    steps: groupHeld,
    status: 'pending',
    need: 'held',
    doubt: 'in-doubt',
    cure: async (one, id) => release(one, await otherId(one, id)),
    credits: [1, 2],
  },
  QUORUM_PENDING: {
    policy: { quorum: 2 },
    steps: [says(first, at(1))],
    status: 'pending',
    need: 'stuck',
    cure: [says(second, at(1))],
    credits: [0, 1],
  },
  CHAIN_PENDING: {
    chain: 1_000n,
    steps: [says(first, at(1))],
    status: 'pending',
    need: 'stuck',
    cure: (one) => one.callbacks.confirm(),
    credits: [0, 1],
  },
  CHAIN_DISAGREES: {
    chain: 999n,
    steps: [says(first, at(1))],
    async before(one) {
      await one.callbacks.confirm();
    },
    status: 'quarantined',
    need: 'quarantined',
    // What the chain holds instead is credited by its own word.
    cure: revert,
    credits: [1, 1],
  },
  COPIES_UNCLEAR: {
    steps: [
      says(first, { ...unnamed(at(1)), event: 'a', transaction: { id: hash, position: 'log:0' } }),
      says(first, { ...unnamed(at(1)), event: 'b', transaction: { id: hash, position: 'log:1' } }),
    ],
    status: 'quarantined',
    need: 'quarantined',
    cure: release,
    credits: [1, 2],
  },
  REORG_AMBIGUOUS: {
    steps: [removes(first, { block, at: start + 1_000 }), says(second, at(1))],
    status: 'pending',
    need: 'held',
    cure: [says(first, at(2))],
    credits: [0, 1],
  },
  REMOVED_NO_BLOCK: {
    steps: [says(first, mined(at(1))), removes(first, { at: start + 2_000 }), says(second, at(2))],
    status: 'pending',
    need: 'held',
    cure: [says(first, at(3))],
    credits: [0, 1],
  },
  FAILED: {
    steps: [says(second, { ...at(1), kind: 'failed' }), says(first, at(1))],
    status: 'pending',
    need: 'held',
    cure: release,
    credits: [0, 1],
  },
  REORG_PENDING: {
    steps: [says(first, at(1)), says(first, mined(inBlock(nextBlock, at(2))))],
    status: 'confirmed',
    need: 'in-doubt',
    cure: [says(first, inBlock(nextBlock, at(3)))],
    credits: [1, 1],
  },
  NETWORK_FROZEN: {
    policy: { frozen: () => (isFrozen ? ['eip155:1'] : []) },
    steps: [says(first, at(1))],
    status: 'pending',
    need: 'stuck',
    cure(one, id) {
      isFrozen = false;
      return one.callbacks.reassess(id);
    },
    credits: [0, 1],
  },
  POSITIONS_DIFFER: {
    steps: [
      says(first, { ...at(1, coin), transaction: { ...coin.transaction, position: 'out:0' } }),
      says(second, { ...at(1, coin), transaction: { ...coin.transaction, position: 'out:1' } }),
    ],
    status: 'confirmed',
    cure: [],
    credits: [1, 1],
  },
  OPERATOR_REVERTED: {
    steps: [says(first, at(1))],
    before: (one, id) => one.callbacks.revert(id, { reason: 'a false report', actor: 'ann' }),
    status: 'reverted',
    cure: release,
    credits: [1, 2],
  },
  REMOVED: {
    steps: [says(first, mined(at(1))), removes(first, { block, at: start + 2_000 })],
    status: 'failed',
    cure: [says(first, inBlock(nextBlock, at(3)))],
    credits: [0, 1],
  },
  REMOVED_UNTIMED: {
    steps: [removes(first, { block }), says(first, untimed(eth))],
    status: 'failed',
    cure: [says(first, inBlock(nextBlock, at(3)))],
    credits: [0, 1],
  },
};

const alarms: Readonly<Partial<Record<NeedKind, string>>> = {
  quarantined: 'DEPOSIT_QUARANTINED',
  held: 'DEPOSIT_HELD',
  'in-doubt': 'CREDIT_IN_DOUBT',
};

describe('a deposit that the fold gives a code from signed callbacks is told, counted, and credited once by its cure:', () => {
  for (const [code, { policy, traits, chain, steps, before, status, need, doubt, credits, cure }] of Object.entries(
    cases,
  )) {
    test(code, async (t) => {
      isFrozen = true;
      const node = chain === undefined ? undefined : chainOf(chain);
      const one = await told(t, {
        policy: { ...openPolicy, ...policy },
        ...(traits ? { traits } : {}),
        ...(node ? onFile(t, node) : {}),
      });
      const isSaid = async (said: readonly Step[]): Promise<void> => {
        for (const [path, reading] of said) assert.equal(await one.say(reading, { path }), 200);
      };
      const stored = async (): Promise<string[]> =>
        (await one.callbacks.store.deposits({ limit: 9 })).map((deposit) => `${deposit.status} ${deposit.code ?? ''}`);
      await isSaid(steps);
      if (node && need !== 'stuck') node.answers = true;
      const all = await one.callbacks.store.deposits({ limit: 9 });
      if (before) {
        await before(one, all[0]?.id ?? '');
        await one.callbacks.idle();
      }
      assert.ok((await stored()).includes(`${status} ${code}`), `${code} among ${await stored()}`);
      assert.equal(one.credits().length, credits[0], 'credits before the cure');
      const alarm = need === undefined ? undefined : alarms[need];
      if (alarm !== undefined) assert.ok(one.logged(alarm) >= 1, 'the default logger has said it');

      const needs = async (): Promise<string[]> => (await one.callbacks.status()).needs.map(({ kind }) => kind);
      assert.deepEqual(await needs(), need === undefined || need === 'stuck' ? [] : [need, doubt].filter(Boolean));
      if (need === 'stuck') {
        one.clock.advance(30 * 86_400_000);
        await one.assertNeeds('STUCK');
      }

      const id = (await one.callbacks.store.deposits({ limit: 9 })).find((deposit) => deposit.code === code)?.id ?? '';
      if (node) node.answers = true;
      if (typeof cure === 'function') await cure(one, id);
      else await isSaid(cure);
      await one.callbacks.idle();
      assert.equal(one.credits().length, credits[1], 'and once by the cure');
      await isSaid(steps);
      assert.equal(one.credits().length, credits[1], 'however often it is said');
      assert.deepEqual(await needs(), []);
    });
  }
});

test('a credit in doubt that an operator reverts is taken back, and what it held back is credited', async (t) => {
  const one = await told(t, { policy: openPolicy });
  for (const [path, reading] of groupHeld) await one.say(reading, { path });
  const [doubted] = await one.callbacks.store.deposits({ status: 'confirmed', limit: 9 });
  await revert(one, doubted?.id ?? '');
  await one.callbacks.idle();
  assert.deepEqual(one.credits(), ['deposit 1000', 'deposit 700']);
  assert.equal((await one.callbacks.store.deposit(doubted?.id ?? ''))?.deposit.status, 'reverted');
  await one.assertNeeds(undefined);
});
