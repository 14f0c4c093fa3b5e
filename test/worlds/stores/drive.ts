import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { DepositEvent } from '../../../lib/deposits/deposit.ts';
import type { StoredStatement } from '../../../lib/deposits/statement.ts';
import type { EventFact, StoredDeposit } from '../../../lib/deposits/transaction-state.ts';
import { statementToJson } from '../../../lib/stores/shared/stored-json.ts';
import { signed } from '../../helpers/deposits.ts';
import type { Engine } from '../../helpers/every-store.ts';
import { send } from '../../helpers/serve.ts';
import { describeWorld } from '../describe.ts';
import { inventWorld } from '../invent.ts';
import { createJudge } from '../judge.ts';
import type { Likeness } from '../witnesses.ts';
import type { Outcome, Step, World } from '../world.ts';
import type { Act, Told, WorldPolicy } from './wire.ts';

export interface DriveOptions {
  engine: Engine;
  /** Path or URL of the store. */
  place: string;
  likenesses: readonly Likeness[];
  worlds: number;
  firstSeed?: number;
  /** The receiver is killed after so many requests; never by default, and never over memory. */
  killEvery?: number;
  /** Worlds that are played at once. Default 24. */
  lanes?: number;
}

/** What came of the worlds. */
export interface Driven {
  worlds: number;
  requests: number;
  kills: number;
  /** Refusals of operators' verbs, by code. */
  refused: ReadonlyMap<string, number>;
  /** Worlds that end with a code, by code. */
  codes: ReadonlyMap<string, number>;
  violations: readonly string[];
}

/** What a store has of a world; amounts as texts. */
interface Kept {
  facts: EventFact[];
  deposits: StoredDeposit[];
}

interface Receiver {
  child: ChildProcess;
  port: number;
}

/**
 * Plays worlds through receivers over one store, many at once, each in a transaction of its own, and kills the receiver
 * in between. After each step a judge compares what stands with what was on the chain; at the end the ledger must have
 * booked each event that stands, once.
 */
export async function drive(options: DriveOptions): Promise<Driven> {
  const { engine, place, likenesses, worlds, firstSeed = 1, lanes = 24 } = options;
  const killEvery = engine === 'memory' ? undefined : options.killEvery;
  const agent = new Agent({ keepAlive: true });
  const refused = new Map<string, number>();
  const codes = new Map<string, number>();
  const violations: string[] = [];
  const standing = new Set<string>();
  let receiver = await start(engine, place);
  let starting: Promise<void> | undefined;
  let requests = 0;
  let kills = 0;

  const restart = (): Promise<void> => {
    starting ??= (async () => {
      kills += 1;
      receiver.child.kill('SIGKILL');
      await once(receiver.child, 'exit');
      receiver = await start(engine, place);
    })().finally(() => {
      starting = undefined;
    });
    return starting;
  };

  const post = async (
    path: string,
    sign: () => { headers?: Record<string, string>; body: string | Buffer },
  ): Promise<string> => {
    for (let attempt = 1; attempt <= 200; attempt += 1) {
      await starting;
      const answered = await send(receiver.port, { path, agent, ...sign() }).catch(() => undefined);
      requests += 1;
      // Others are in the middle of theirs: some are read, some committed and not answered.
      if (killEvery !== undefined && requests % killEvery === 0) await restart();
      if (answered?.status === 200) return answered.text;
      // 503 is our own trouble, and on a busy machine there is much of it: a sender comes again.
      if (answered && answered.status !== 503 && attempt > 20)
        throw new Error(`${path} answers ${answered.status}: ${answered.text}`);
      await delay(5);
    }
    throw new Error(`${path} has no answer`);
  };
  const act = async (what: Act): Promise<unknown> =>
    JSON.parse(await post('/act', () => ({ body: JSON.stringify(what) })));

  const playOne = async (world: World): Promise<void> => {
    // A network of its own, since what is frozen is a network.
    const key = `eip155:${world.seed}|0x${world.seed.toString(16).padStart(64, '0')}`;
    const judge = createJudge(world);
    const seen = new Set<string>();
    const cancelled = new Set<string>();
    let rules = world.rules;
    let policy: WorldPolicy = { isFrozen: false };

    const seenIn = (state: Kept): Outcome => {
      const deposits = state.deposits.map((one) => ({ ...one, amount: BigInt(one.amount) }));
      const outcome = { events: [] as DepositEvent[], cancelled: [] as string[], deposits };
      for (const { id, kind, generation, depositId, cancelled: isCancelled } of state.facts) {
        const deposit = deposits.find((one) => one.id === depositId);
        if (!seen.has(id) && deposit) outcome.events.push({ id, kind, generation, deposit });
        seen.add(id);
        if (isCancelled && !cancelled.has(id)) outcome.cancelled.push(id);
        if (isCancelled) cancelled.add(id);
      }
      return outcome;
    };

    const ask = async (what: Omit<Act, 'key' | 'rules' | 'policy'>): Promise<Outcome> => {
      const { state, refused: code } = (await act({ key, rules, policy, ...what })) as {
        state: Kept;
        refused?: string;
      };
      if (code === undefined) return seenIn(state);
      refused.set(code, (refused.get(code) ?? 0) + 1);
      return { ...seenIn(state), refused: code };
    };

    let last: Outcome = { events: [], cancelled: [], deposits: [] };
    const play = async (step: Step): Promise<Outcome> => {
      if (step.do === 'configure') rules = step.rules;
      else if (step.do === 'policy') policy = step;
      else if (step.do === 'tell') {
        const statements = step.statements.map((one) => statementToJson(moved(one, key)));
        const told: Told = { key, rules, policy, statements };
        const body = JSON.stringify(told);
        await post('/imtoken', () => signed(body));
        return ask({ act: 'load' });
      } else if (step.do === 'decide') {
        const { decision, do: _, ...asked } = step;
        return ask({ act: decision, ...asked });
      } else if (step.do === 'look' || step.do === 'prune') return ask({ act: step.do });
      // What the receiver is told with the next request.
      return { ...last, events: [], cancelled: [] };
    };

    for (const step of world.steps) {
      judge.before(step);
      last = await play(step);
      const violation = judge.after(step, last);
      if (violation) {
        violations.push(`seed ${world.seed}: ${describeWorld(world, violation)}`);
        break;
      }
    }
    const atEnd = judge.end();
    if (atEnd) violations.push(`seed ${world.seed}: ${describeWorld(world, atEnd)}`);
    for (const code of new Set(judge.codes())) codes.set(code, (codes.get(code) ?? 0) + 1);
    for (const id of seen) if (!cancelled.has(id)) standing.add(id);
  };

  try {
    let next = firstSeed;
    const last = firstSeed + worlds;
    const lane = async (): Promise<void> => {
      while (next < last) {
        const seed = next;
        next += 1;
        await playOne(inventWorld(seed, likenesses));
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    while (Number(await act({ key: 'none', act: 'owed' })) > 0) await delay(20);
    const booked = (await act({ key: 'none', act: 'booked' })) as string[];
    assert.equal(new Set(booked).size, booked.length, 'no event is booked twice');
    assert.deepEqual(
      booked.filter((id) => !standing.has(id)),
      [],
      'nothing is booked that does not stand',
    );
    assert.equal(booked.length, standing.size, 'everything that stands is booked');
    return { worlds, requests, kills, refused, codes, violations };
  } finally {
    agent.destroy();
    receiver.child.kill('SIGKILL');
  }
}

async function start(engine: Engine, place: string): Promise<Receiver> {
  const child = fork(new URL('./receiver.ts', import.meta.url), [engine, place], { execArgv: ['--import', 'tsx'] });
  const [message] = (await once(child, 'message')) as [{ port: number }];
  return { child, port: message.port };
}

/** The statement in the world's own transaction. */
function moved(statement: StoredStatement, key: string): StoredStatement {
  if (!statement.group) return statement;
  const [network = '', transactionId = ''] = key.split('|');
  return { ...statement, group: { ...statement.group, network, transactionId } };
}
