import type { DepositEvent, EventKind } from '../../deposits/deposit.ts';
import { DepositCallbackError } from '../../errors.ts';
import { columnText, fromColumnText } from '../shared/column-text.ts';
import { depositRecordFromJson } from '../shared/stored-json.ts';
import { type Claim, endedWithItsProcess, type Store, suspectAfter } from '../store.ts';
import type { RedisConnection } from './client.ts';
import { aliveMs, type RedisHolder } from './holder.ts';
import type { RedisScript } from './scripts.ts';

const kinds: readonly EventKind[] = ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'];

/** What the deliverer calls. A token is the number of the event's lease, which only rises. */
export function eventMethods(
  connection: () => RedisConnection,
  self: string,
  holder: RedisHolder,
): Pick<Store<never>, 'claim' | 'extend' | 'settle' | 'settleAll' | 'fail' | 'release' | 'freeOrphaned' | 'redeliver'> {
  const fenced = async (script: RedisScript, claim: Claim, ...values: (string | number)[]): Promise<boolean> =>
    (await connection().run(script, [columnText(claim.event.id), claim.token, ...values])) === 1;

  return {
    async claim({ limit, leaseMs, except, suspects = false }) {
      const wanted = kinds.filter((kind) => !except.includes(kind));
      const values = [limit, leaseMs, holder.name, aliveMs, suspects ? 1 : 0, suspectAfter, ...wanted];
      const claims = (await connection().run('claim', values)) as string[][];
      if (claims.length > 0) holder.keepAlive(connection());
      return claims.map(claimFromReply);
    },
    extend: (claim, leaseMs) => fenced('extend', claim, leaseMs),
    async settle(claim, functions) {
      if (functions.length === 0) return fenced('settle', claim);
      if (!(await fenced('is-ours', claim))) return false;
      throw unsupported();
    },
    async settleAll(claims, functions) {
      if (functions.length > 0) throw unsupported();
      return Promise.all(claims.map((claim) => fenced('settle', claim)));
    },
    fail: (claim, { error, delayMs, dead }) => fenced('fail', claim, delayMs, dead ? 1 : 0, columnText(error)),
    release: (claim) => fenced('release', claim),
    async freeOrphaned({ crashes }) {
      const ended = await holder.ended(connection());
      const reply = await connection().run('free-orphaned', [crashes, endedWithItsProcess, ...kinds, '', ...ended]);
      const orphans = reply as string[][];
      const dead = orphans.filter(([state]) => state === 'dead').map(([, ...event]) => eventFromReply(event));
      return { freed: orphans.length - dead.length, dead };
    },
    redeliver: async (eventId) => (await connection().run('redeliver', [self, columnText(eventId)])) === 1,
  };
}

function unsupported(): DepositCallbackError {
  return new DepositCallbackError(
    'ATOMICALLY_UNSUPPORTED',
    'redisStore has no transaction for atomically(): use postgresStore or sqliteStore, or do the work in the listener, keyed by eventId in your own ledger',
  );
}

function claimFromReply([id = '', kind = '', generation = '', attempt, lease = '', record = '']: string[]): Claim {
  return { event: eventFromReply([id, kind, generation, record]), token: lease, attempt: Number(attempt) };
}

function eventFromReply([id = '', kind, generation, record = '']: string[]): DepositEvent {
  return {
    id: fromColumnText(id),
    kind: kind as EventKind,
    generation: Number(generation),
    deposit: depositRecordFromJson(record),
  };
}
