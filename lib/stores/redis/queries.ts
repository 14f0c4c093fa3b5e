import type { DepositRecord, EventKind } from '../../deposits/deposit.ts';
import type { StoredDeposit } from '../../deposits/transaction-state.ts';
import { depositRecordOf } from '../../deposits/transaction-state.ts';
import { columnText, fromColumnText } from '../shared/column-text.ts';
import { matchesCallback } from '../shared/stored-callback.ts';
import { matchesDeposit } from '../shared/stored-deposit.ts';
import { callbackFromRow, depositRecordFromJson, storedDepositFromJson } from '../shared/stored-json.ts';
import type { CallbackRecord, EventQuery, Store, StoreCounts, StoredEvent } from '../store.ts';
import { bodyFromText, stateFromReply } from './batch.ts';
import type { RedisConnection } from './client.ts';

/** Rows that one step looks at. */
const step = 500;

/** Where a walk goes: an index, its order, the hashes of its members and the fields that are read of them. */
interface Walk {
  index: string;
  order: 'new' | 'old';
  /** Id of the last one of the page before, in the hash that has its member. */
  after?: string | undefined;
  hash: string;
  fields: readonly string[];
}

/** Picks what has no index of its own, along an index. */
type Walking = <Found>(
  walk: Walk,
  limit: number,
  pick: (values: (string | null)[], id: string) => Found | undefined,
) => Promise<Found[]>;

type Queries = Pick<
  Store,
  'callback' | 'callbacks' | 'deposit' | 'deposits' | 'statements' | 'events' | 'waiting' | 'counts'
>;

/** What the inspector, the command line and the watchdog ask. */
export function queryMethods(connection: () => RedisConnection, prefix: string): Queries {
  const fieldsOf = async (hash: string, ...fields: string[]): Promise<(string | null)[]> =>
    (await connection().command('HMGET', prefix + hash, ...fields)) as (string | null)[];

  const walk: Walking = async (along, limit, pick) => walkAlong(connection(), prefix, along, limit, pick);

  return {
    async callback(id) {
      const [record, body] = await fieldsOf(`cb:${columnText(id)}`, 'r', 'b');
      return record ? callbackFromRow({ record, body: bodyFromText(body) ?? null }) : undefined;
    },

    callbacks: (query) =>
      walk<CallbackRecord>(
        {
          index: callbackIndex(query),
          order: 'new',
          after: query.before,
          hash: 'cb:',
          fields: ['r'],
        },
        query.limit,
        ([record]) => {
          if (!record) return undefined;
          const callback = callbackFromRow({ record });
          return matchesCallback(callback, query) ? callback : undefined;
        },
      ),

    async deposit(id) {
      const [record, key] = await fieldsOf(`dep:${columnText(id)}`, 'r', 'k');
      if (!record || key === null || key === undefined) return undefined;
      return { deposit: storedDepositFromJson(record), transactionKey: fromColumnText(key) };
    },

    deposits: (query) =>
      walk<DepositRecord>(
        { index: depositIndex(query), order: 'new', after: query.before, hash: 'dep:', fields: ['r'] },
        query.limit,
        ([record]) => {
          if (!record) return undefined;
          const deposit = storedDepositFromJson(record);
          return matchesDeposit(deposit, query) ? depositRecordOf(deposit) : undefined;
        },
      ),

    async statements(transactionKey) {
      const [reply] = (await connection().run('load', [1, columnText(transactionKey)])) as unknown[];
      return [...stateFromReply(transactionKey, reply).statements];
    },

    events: (query) => findEvents(walk, query),

    waiting({ before, network, limit, after }) {
      return walk<{ deposit: StoredDeposit; transactionKey: string }>(
        { index: 'waiting', order: 'old', after, hash: 'dep:', fields: ['r', 'k'] },
        limit,
        ([record, key]) => {
          if (!record) return undefined;
          const deposit = storedDepositFromJson(record);
          const isAsked =
            (deposit.waitingSince ?? before) < before && (network === undefined || deposit.network === network);
          return isAsked ? { deposit, transactionKey: fromColumnText(key ?? '') } : undefined;
        },
      );
    },

    counts: () => count(connection(), prefix),
  };
}

/** Walks along an index in steps and picks what has no index of its own. */
async function walkAlong<Found>(
  { run, command }: RedisConnection,
  prefix: string,
  { index, order, after, hash, fields }: Walk,
  limit: number,
  pick: (values: (string | null)[], id: string) => Found | undefined,
): Promise<Found[]> {
  const found: Found[] = [];
  let last = '';
  if (after !== undefined) {
    const [member] = (await command('HMGET', prefix + hash + columnText(after), 'm')) as (string | null)[];
    if (!member) return [];
    last = member;
  }
  for (let size = Math.min(limit, step); ; size = step) {
    const rows = (await run('page', [index, order, last, size, hash, ...fields])) as [
      string,
      (string | null)[],
      string,
    ][];
    for (const [, values, id] of rows) {
      const picked = pick(values, fromColumnText(id));
      if (picked !== undefined) found.push(picked);
      if (found.length >= limit) return found;
    }
    if (rows.length < size) return found;
    last = rows.at(-1)?.[0] ?? '';
  }
}

function findEvents(walk: Walking, { state, kind, depositId, limit }: EventQuery): Promise<StoredEvent[]> {
  const index = state === 'dead' ? 'dead' : state === 'owed' || state === 'leased' ? 'owed' : 'evs';
  const fields = ['k', 'g', 'r', 'st', 'at', 'due', 'made', 'h', 'settled', 'err', 'cr'];
  return walk<StoredEvent>({ index, order: 'new', hash: 'ev:', fields }, limit, (values, id) => {
    const event = eventFromFields(id, values);
    const isAsked =
      (state === undefined || event.state === state) &&
      (kind === undefined || event.kind === kind) &&
      (depositId === undefined || event.deposit.id === depositId);
    return isAsked ? event : undefined;
  });
}

function callbackIndex({ outcome, finished }: Parameters<Store['callbacks']>[0]): string {
  if (outcome !== undefined && outcome !== 'recorded') return `cbo:${outcome}`;
  return finished === false ? 'cbu' : 'cbs';
}

function depositIndex({ to, transactionId, status }: Parameters<Store['deposits']>[0]): string {
  if (transactionId !== undefined) return `tid:${columnText(transactionId)}`;
  if (to !== undefined) return `to:${columnText(to)}`;
  return status === undefined || status === 'confirmed' ? 'deps' : `deps:${status}`;
}

function eventFromFields(id: string, values: (string | null)[]): StoredEvent {
  const [kind, generation, record, state, attempts, due, made, handed, settled, error, crashes] = values;
  return {
    id,
    kind: kind as EventKind,
    generation: Number(generation),
    deposit: depositRecordFromJson(record ?? ''),
    state: state as StoredEvent['state'],
    attempts: Number(attempts),
    // One that waits for its turn behind an earlier event has no time of its own.
    dueAt: Number(due || made),
    madeAt: Number(made),
    handed: handed === '1',
    ...(settled && { settledAt: Number(settled) }),
    ...(typeof error === 'string' && { error: fromColumnText(error) }),
    ...(crashes && { crashes: Number(crashes) }),
  };
}

const statusTally = 'deposits:';

async function count({ command }: RedisConnection, prefix: string): Promise<StoreCounts> {
  const [flat, owed, dead, unverified, oldest, unread] = await Promise.all([
    command('HGETALL', `${prefix}counts`),
    command('ZCARD', `${prefix}owed`),
    command('ZCARD', `${prefix}dead`),
    command('ZCARD', `${prefix}uns`),
    command('ZRANGE', `${prefix}owed`, '0', '0', 'WITHSCORES'),
    command('ZINTER', '2', `${prefix}cbo:quarantined`, `${prefix}cbu`),
  ]);
  const tallies = entriesOf(flat);
  const oldestOwedAt = (oldest as string[])[1];
  return {
    callbacks: tallies.find(([name]) => name === 'callbacks')?.[1] ?? 0,
    deposits: Object.fromEntries(
      tallies
        .filter(([name, n]) => name.startsWith(statusTally) && n !== 0)
        .map(([name, n]) => [name.slice(statusTally.length), n]),
    ),
    owed: Number(owed),
    dead: Number(dead),
    unread: (unread as unknown[]).length,
    unverified: Number(unverified),
    ...(oldestOwedAt !== undefined && { oldestOwedAt: Number(oldestOwedAt) }),
  };
}

function entriesOf(reply: unknown): [string, number][] {
  if (!Array.isArray(reply)) return Object.entries(reply as object).map(([name, n]) => [name, Number(n)]);
  const entries: [string, number][] = [];
  for (let at = 0; at < reply.length; at += 2) entries.push([String(reply[at]), Number(reply[at + 1])]);
  return entries;
}
