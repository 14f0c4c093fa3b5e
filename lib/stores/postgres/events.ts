import type { DepositEvent, DepositRecord, EventKind } from '../../deposits/deposit.ts';
import { columnText, fromColumnText } from '../shared/column-text.ts';
import { withAmount } from '../shared/with-amount.ts';
import { type Claim, endedWithItsProcess, type Store, suspectAfter } from '../store.ts';
import { partsOf } from './claim-token.ts';
import type { PostgresConnections } from './connections.ts';
import { holderLock } from './holder-lock.ts';
import { createSettle } from './settle.ts';
import { createSettleAll } from './settle-with-functions.ts';

const kinds: readonly EventKind[] = ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'];

/** What the deliverer calls. */
export function eventMethods<Tx>(
  connections: () => PostgresConnections,
  now: () => number | null,
  { owed, holder }: { owed: () => void; holder: () => Promise<number | undefined> },
): Pick<Store<Tx>, 'claim' | 'extend' | 'settle' | 'settleAll' | 'fail' | 'release' | 'freeOrphaned' | 'redeliver'> {
  /** Runs the update if the lease is still ours: `leased` in words that no partial index matches. */
  async function fenced(claim: Claim, assignments: string, values: unknown[]): Promise<boolean> {
    const { rowCount } = await connections().query(
      `UPDATE deposit_callback.events SET ${assignments}
      WHERE transaction_id = $1 AND seq = $2 AND lease = $3 AND state NOT IN ('owed', 'dead', 'handled', 'cancelled')`,
      [...partsOf(claim), ...values],
    );
    return rowCount === 1;
  }

  return {
    async claim({ limit, leaseMs, except, suspects = false }) {
      const { rows } = await connections().query(`SELECT deposit_callback.claim($1, $2, $3, $4, $5, $6, $7) AS claim`, [
        kinds.filter((kind) => !except.includes(kind)),
        limit,
        leaseMs,
        now(),
        (await holder()) ?? null,
        suspects,
        suspectAfter,
      ]);
      return rows.map(({ claim }) => claimFromJson(claim as string));
    },

    extend: (claim, leaseMs) => fenced(claim, `due_at = deposit_callback.now_ms($5) + $4`, [leaseMs, now()]),

    settle: createSettle<Tx>(connections, now),

    settleAll: createSettleAll(connections, now) as NonNullable<Store<Tx>['settleAll']>,

    fail: (claim, { error, delayMs, dead }) =>
      fenced(claim, `state = $4, due_at = deposit_callback.now_ms($7) + $5, error = $6, crashes = 0`, [
        dead ? 'dead' : 'owed',
        delayMs,
        columnText(error),
        now(),
      ]),

    release: (claim) =>
      fenced(claim, `state = 'owed', due_at = deposit_callback.now_ms($4), attempts = attempts - 1`, [now()]),

    async freeOrphaned({ crashes }) {
      const { rows } = await connections().query(`SELECT deposit_callback.free_orphaned($1, $2, $3, $4) AS event`, [
        crashes,
        endedWithItsProcess,
        now(),
        holderLock,
      ]);
      const orphans = rows.map(({ event }) => orphanFromJson(event as string));
      const dead = orphans.filter(({ state }) => state === 'dead').map(({ event }) => event);
      return { freed: orphans.length - dead.length, dead };
    },

    async redeliver(eventId) {
      const { rowCount } = await connections().query(
        `UPDATE deposit_callback.events SET state = 'owed', due_at = deposit_callback.now_ms($2), attempts = 0, crashes = 0
        WHERE state = 'dead' AND state IN ('owed', 'leased', 'dead') AND id = $1`,
        [columnText(eventId), now()],
      );
      if (rowCount !== 0) owed();
      return rowCount !== 0;
    },
  };
}

function claimFromJson(json: string): Claim {
  const [id, kind, generation, attempt, token, record] = JSON.parse(json) as [
    string,
    EventKind,
    number,
    number,
    string,
    unknown,
  ];
  return { event: eventFrom(id, kind, generation, record), token, attempt };
}

function orphanFromJson(json: string): { state: string; event: DepositEvent } {
  const [state, id, kind, generation, record] = JSON.parse(json) as [string, string, EventKind, number, unknown];
  return { state, event: eventFrom(id, kind, generation, record) };
}

function eventFrom(id: string, kind: EventKind, generation: number, record: unknown): DepositEvent {
  return { id: fromColumnText(id), kind, generation, deposit: withAmount<DepositRecord>(record) };
}
