import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { DepositRecord, EventKind } from '../../lib/deposits/deposit.ts';
import { isDepositCallbackError } from '../../lib/errors.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { alice, callbackBody, randomHash, type Sent, secret, signed, usdt } from '../helpers/deposits.ts';
import { everyStore, type OpenStore } from '../helpers/every-store.ts';
import { send, serve } from '../helpers/serve.ts';

// What docs/operating.md promises of each verb in each state of a deposit, over every store.

interface Stage {
  callbacks: DepositCallbacks;
  /** Tells of one transaction as the provider `imtoken`, or `other`, in one block. */
  tell(sent: Sent & { decimals?: number; lockedUntil?: string; by?: 'imtoken' | 'other' }): Promise<void>;
  /** The deposit of 5, or of another amount. */
  deposit(amount?: bigint): Promise<DepositRecord>;
  /** Kinds of the events of the deposit of 5, in order. */
  events: string[];
  freeze(frozen: boolean): void;
}

type Verb = 'hold' | 'release' | 'correct' | 'revert';
const verbs: readonly Verb[] = ['hold', 'release', 'correct', 'revert'];

interface State {
  build(stage: Stage): Promise<unknown>;
  /** Status and code before. */
  is: string;
  /** By verb: the code of its refusal, or what becomes of the deposit and its new events. */
  does: Readonly<Record<Verb, string>>;
}

const who = { reason: 'looked at', actor: 'olga' };
const mined = { type: 'deposit.pending', confirmations: 1 } as const;
const removed = { type: 'deposit.reverted', timestamp: '2026-01-01T01:00:00Z' } as const;

const states: Readonly<Record<string, State>> = {
  'seen in the mempool': {
    build: ({ tell }) => tell({ type: 'deposit.pending', confirmations: 0, block: undefined, position: undefined }),
    is: 'pending',
    does: { hold: 'quarantined HELD', release: 'NOTHING_HELD', correct: 'NOTHING_HELD', revert: 'NOT_CREDITED' },
  },
  pending: {
    build: ({ tell }) => tell(mined),
    is: 'pending',
    does: { hold: 'quarantined HELD', release: 'NOTHING_HELD', correct: 'NOTHING_HELD', revert: 'NOT_CREDITED' },
  },
  'kept by a check': {
    build: ({ tell }) => tell({ lockedUntil: '900000' }),
    is: 'quarantined TIME_LOCKED',
    does: {
      hold: 'quarantined HELD',
      release: 'confirmed, deposit',
      correct: 'quarantined TIME_LOCKED',
      revert: 'failed OPERATOR_REVERTED',
    },
  },
  'kept by a check, not confirmed yet': {
    build: ({ tell }) => tell({ ...mined, lockedUntil: '900000' }),
    is: 'quarantined TIME_LOCKED',
    does: {
      hold: 'quarantined HELD',
      release: 'pending, deposit.pending',
      correct: 'quarantined TIME_LOCKED',
      revert: 'failed OPERATOR_REVERTED',
    },
  },
  'with decimals in doubt': {
    build: ({ tell }) => tell({ decimals: 8 }),
    is: 'quarantined DECIMALS_MISMATCH',
    does: {
      hold: 'quarantined HELD',
      release: 'CORRECTION_NEEDED',
      correct: 'confirmed, deposit',
      revert: 'failed OPERATOR_REVERTED',
    },
  },
  'with decimals in doubt, and held': {
    async build({ tell, callbacks, deposit }) {
      await tell({ decimals: 8 });
      await callbacks.hold((await deposit()).id, { reason: 'a stranger', actor: 'olga' });
    },
    is: 'quarantined HELD',
    does: {
      hold: 'quarantined HELD',
      release: 'CORRECTION_NEEDED',
      correct: 'quarantined HELD',
      revert: 'failed OPERATOR_REVERTED',
    },
  },
  'in conflict': {
    async build({ tell }) {
      await tell({ position: undefined });
      await tell({ position: undefined, amount: '700', by: 'other' });
    },
    is: 'confirmed CONFLICT',
    does: {
      hold: 'ALREADY_CREDITED',
      release: 'confirmed',
      correct: 'ALREADY_CREDITED',
      revert: 'reverted OPERATOR_REVERTED, deposit.reverted',
    },
  },
  'in conflict before the credit': {
    async build({ tell }) {
      await tell({ ...mined, position: undefined });
      await tell({ position: undefined, amount: '700', by: 'other' });
      await tell({ position: undefined, timestamp: '2026-01-01T00:10:00Z' });
    },
    is: 'quarantined CONFLICT',
    does: {
      hold: 'quarantined HELD',
      release: 'confirmed, deposit',
      correct: 'quarantined CONFLICT',
      revert: 'failed OPERATOR_REVERTED, deposit.failed',
    },
  },
  'held by the policy': {
    build: ({ tell }) => tell({ amount: '300' }),
    is: 'quarantined HELD',
    does: {
      hold: 'quarantined HELD',
      release: 'confirmed, deposit',
      correct: 'quarantined HELD',
      revert: 'failed OPERATOR_REVERTED',
    },
  },
  'held by an operator': {
    async build({ tell, callbacks, deposit }) {
      await tell(mined);
      await callbacks.hold((await deposit()).id, { reason: 'a stranger', actor: 'olga' });
      await tell({});
    },
    is: 'quarantined HELD',
    does: {
      hold: 'quarantined HELD',
      release: 'confirmed, deposit',
      correct: 'quarantined HELD',
      revert: 'failed OPERATOR_REVERTED, deposit.failed',
    },
  },
  'on a frozen network': {
    async build({ tell, freeze }) {
      freeze(true);
      await tell({});
    },
    is: 'pending NETWORK_FROZEN',
    does: { hold: 'quarantined HELD', release: 'NOTHING_HELD', correct: 'NOTHING_HELD', revert: 'NOT_CREDITED' },
  },
  credited: {
    build: ({ tell }) => tell({}),
    is: 'confirmed',
    does: {
      hold: 'ALREADY_CREDITED',
      release: 'ALREADY_CREDITED',
      correct: 'ALREADY_CREDITED',
      revert: 'reverted OPERATOR_REVERTED, deposit.reverted',
    },
  },
  'credited, and in another block by now': {
    async build({ tell }) {
      await tell({});
      await tell({ ...mined, block: randomHash(), timestamp: '2026-01-01T00:10:00Z' });
    },
    is: 'confirmed REORG_PENDING',
    does: {
      hold: 'ALREADY_CREDITED',
      release: 'confirmed',
      correct: 'ALREADY_CREDITED',
      revert: 'reverted OPERATOR_REVERTED, deposit.reverted',
    },
  },
  'reverted by a reorg': {
    async build({ tell }) {
      await tell({});
      await tell(removed);
    },
    is: 'reverted REMOVED',
    does: { hold: 'reverted HELD', release: 'NOT_POSSIBLE', correct: 'NOT_POSSIBLE', revert: 'NOT_CREDITED' },
  },
  'reverted by an operator': {
    async build({ tell, callbacks, deposit }) {
      await tell({});
      await callbacks.revert((await deposit()).id, { reason: 'not on the chain', actor: 'olga' });
    },
    is: 'reverted OPERATOR_REVERTED',
    does: {
      hold: 'reverted OPERATOR_REVERTED',
      release: 'confirmed, deposit',
      correct: 'reverted OPERATOR_REVERTED',
      revert: 'reverted OPERATOR_REVERTED',
    },
  },
  failed: {
    async build({ tell }) {
      await tell(mined);
      await tell(removed);
    },
    is: 'failed REMOVED',
    does: { hold: 'failed HELD', release: 'NOT_POSSIBLE', correct: 'NOT_POSSIBLE', revert: 'NOT_CREDITED' },
  },
};

async function openStage(t: TestContext, open: OpenStore): Promise<() => Stage> {
  const clock = fixedClock();
  let frozen = false;
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] }), imtoken({ name: 'other', secrets: [secret] })],
    store: open({ now: clock.now }),
    policy: {
      assets: [{ asset: usdt, decimals: 6 }],
      isOurs: ({ address }) => address === alice,
      confirmations: { 'eip155:1': 12 },
      hold: ({ amount }) => (amount === 300n ? 'more than usual' : undefined),
      frozen: () => (frozen ? ['eip155:1'] : []),
    },
    logger: silentLogger,
    now: clock.now,
  });
  t.after(() => callbacks.close(0));
  const events = new Map<string, string[]>();
  for (const kind of ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'] satisfies EventKind[]) {
    callbacks.on(kind, ({ transaction, amount }) => {
      if (amount === 700n) return;
      events.set(transaction.id, [...(events.get(transaction.id) ?? []), kind]);
    });
  }
  const port = await serve(t, callbacks);

  return () => {
    const of = { hash: randomHash(), block: randomHash() };
    frozen = false;
    const told: string[] = [];
    events.set(of.hash, told);
    return {
      callbacks,
      async tell({ decimals, lockedUntil, by = 'imtoken', ...sent }) {
        clock.advance(1000);
        const body = callbackBody({ confirmations: 12, amount: '500', ...of, ...sent }) as { data: object };
        const data = { ...body.data, ...(decimals && { decimals }), ...(lockedUntil && { lockedUntil }) };
        const request = signed({ ...body, data }, { now: clock.now() });
        assert.equal((await send(port, { path: `/${by}`, ...request })).status, 200);
        await callbacks.idle();
      },
      async deposit() {
        const found = await callbacks.store.deposits({ transactionId: of.hash, limit: 9 });
        const one = found.find(({ amount }) => amount !== 700n);
        assert.ok(one);
        return one;
      },
      get events() {
        return events.get(of.hash) ?? [];
      },
      freeze(on) {
        frozen = on;
      },
    };
  };
}

async function act({ callbacks }: Stage, verb: Verb, id: string): Promise<string | undefined> {
  try {
    if (verb === 'correct') await callbacks.correct(id, { ...who, decimals: 8, account: 'user-17' });
    else await callbacks[verb](id, who);
    await callbacks.idle();
    return undefined;
  } catch (error) {
    if (!isDepositCallbackError(error)) throw error;
    assert.match(error.message, /dep_/);
    return error.code;
  }
}

const shown = ({ status, code }: DepositRecord): string => [status, code].filter(Boolean).join(' ');

for (const [engine, open] of await everyStore()) {
  test(`${engine}: each verb in each state does what its page says, or says why not; twice is once`, async (t) => {
    const newStage = await openStage(t, open);
    for (const [name, { build, is, does }] of Object.entries(states)) {
      for (const verb of verbs) {
        const stage = newStage();
        const what = `${verb} of a deposit that is ${name}`;
        await build(stage);
        await stage.callbacks.idle();
        const before = await stage.deposit();
        assert.equal(shown(before), is, what);
        const told = stage.events.length;
        const refused = await act(stage, verb, before.id);
        const after = await stage.deposit();
        const happened = refused ?? [shown(after), ...stage.events.slice(told)].join(', ');
        assert.equal(happened, does[verb], what);
        if (refused !== undefined) {
          assert.deepEqual(after, before, `${what} changes nothing`);
          continue;
        }
        const [, key] = [await stage.callbacks.store.deposit(before.id)].map((one) => one?.transactionKey ?? '');
        const load = async () => (await stage.callbacks.store.load([key ?? '']))[0];
        const stored = await load();
        assert.equal(await act(stage, verb, before.id), undefined, `${what}, again`);
        assert.deepEqual(await load(), stored, `${what}, again, changes nothing`);
        assert.equal(stage.events.length, told + does[verb].split(', ').length - 1);
        if (verb === 'release') continue;
        // No later report passes it over.
        await stage.tell({ timestamp: '2026-01-01T00:30:00Z', confirmations: 13, amount: `${before.amount}` });
        const later = await stage.deposit();
        if (verb !== 'correct') assert.notEqual(later.status, 'confirmed', `${what}, and a later report`);
      }
    }
  });

  test(`${engine}: what is credited is the corrected, and a revert tells it with the operator's reason`, async (t) => {
    const newStage = await openStage(t, open);
    const stage = newStage();
    const { callbacks } = stage;
    const heard: DepositRecord[] = [];
    callbacks.on('deposit', (deposit) => void heard.push(deposit));
    callbacks.on('deposit.reverted', (deposit) => void heard.push(deposit));
    await stage.tell({ decimals: 8 });
    const { id } = await stage.deposit();
    const correction = { decimals: 8, memo: '77', account: 'user-17', reason: 'their API counts in 8', actor: 'olga' };
    const shownAfter = await callbacks.correct(id, correction);
    await callbacks.idle();
    assert.deepEqual(
      [heard[0]?.amount, heard[0]?.decimals, heard[0]?.memo, heard[0]?.account],
      [5n, 6, '77', 'user-17'],
    );
    assert.deepEqual([shownAfter.id, shownAfter.amount, shownAfter.status], [id, 5n, 'confirmed']);
    await stage.tell({ decimals: 8, timestamp: '2026-01-01T00:30:00Z' });
    assert.equal((await stage.deposit()).amount, 5n, 'a later report changes nothing of it');
    assert.equal(heard.length, 1);
    await callbacks.revert(id, { reason: 'the sender was hacked', actor: 'olga' });
    await callbacks.idle();
    const [, reverted] = heard;
    assert.deepEqual([reverted?.amount, reverted?.reason, reverted?.account], [5n, 'the sender was hacked', 'user-17']);
    const found = await callbacks.store.deposit(id);
    const [state] = await callbacks.store.load([found?.transactionKey ?? '']);
    assert.deepEqual(
      state?.decisions.map(({ kind, actor, reason }) => [kind, actor, reason]),
      [
        ['correct', 'olga', 'their API counts in 8'],
        ['revert', 'olga', 'the sender was hacked'],
      ],
    );
    await assert.rejects(callbacks.correct(id, { ...who }), { code: 'OPTION_INVALID' });
    await assert.rejects(callbacks.correct(id, { ...who, decimals: 9 }), { code: 'OPTION_INVALID' });
    await assert.rejects(callbacks.hold('dep_unknown', who), { code: 'NOT_FOUND' });
  });
}
