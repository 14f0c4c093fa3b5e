import type { DepositEvent, DepositRecord, EventKind } from '../../deposits/deposit.ts';
import { DepositCallbackError } from '../../errors.ts';
import { columnText, fromColumnText } from '../shared/column-text.ts';
import { withAmount } from '../shared/with-amount.ts';
import { type Claim, endedWithItsProcess, type Store } from '../store.ts';
import type { PostgresPoolClient, PostgresTransaction } from './client.ts';
import type { PostgresConnections, PostgresSession } from './connections.ts';
import { leased } from './functions.ts';

const kinds: readonly EventKind[] = ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'];

type Settling = { claim: Claim; resolve: (ours: boolean) => void; reject: (error: unknown) => void };

/** What the deliverer calls. A token is the event's transaction, its place there, and the number of its lease, which only rises. */
export function eventMethods<Tx>(
  connections: () => PostgresConnections,
  schema: string,
  now: () => number | null,
  { owed, holder }: { owed: () => void; holder: () => Promise<number | undefined> },
): Pick<Store<Tx>, 'claim' | 'extend' | 'settle' | 'fail' | 'release' | 'freeOrphaned' | 'redeliver'> {
  let gathering: Settling[] = [];
  let settling = false;

  /** Runs the update where the lease is still ours. */
  async function fenced(claim: Claim, assignments: string, values: unknown[]): Promise<boolean> {
    const { rowCount } = await connections().query(
      `UPDATE ${schema}.events SET ${assignments}
      WHERE transaction_id = $1 AND seq = $2 AND lease = $3 AND state ${leased}`,
      [...partsOf(claim), ...values],
    );
    return rowCount === 1;
  }

  // While one statement is in flight, those that need no transaction of their own gather for the next.
  async function settleGathered(): Promise<void> {
    while (gathering.length > 0) {
      const taken = gathering;
      gathering = [];
      try {
        const parts = taken.map(({ claim }) => partsOf(claim));
        const { rows } = await connections().query(
          `SELECT ${schema}.settle($1::bigint[], $2::bigint[], $3::integer[], $4)::text AS i`,
          [0, 1, 2].map((index) => parts.map((part) => part[index])).concat([now() as never]),
        );
        const ours = new Set(rows.map(({ i }) => Number(i)));
        for (const [index, { resolve }] of taken.entries()) resolve(ours.has(index + 1));
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    settling = false;
  }

  async function settleAlone(claim: Claim, functions: readonly ((tx: Tx) => unknown)[]): Promise<boolean> {
    const [transaction, seq, lease] = partsOf(claim);
    // Whole numbers, so that both statements fit into one round trip. The fence first: a function that commits by
    // itself has then at least not credited twice.
    const fence = `SELECT ${schema}.settle('{${transaction}}', '{${seq}}', '{${lease}}', ${now() ?? 'NULL'})::text AS i`;
    const notOurs = Symbol('not ours');
    try {
      await connections().transaction(`BEGIN; ${fence}`, async (session, begun) => {
        if (begun.at(-1)?.rows.length !== 1) throw notOurs;
        await runAtomically(session, functions as readonly ((tx: PostgresTransaction) => unknown)[]);
      });
      return true;
    } catch (error) {
      if (error === notOurs) return false;
      throw error;
    }
  }

  return {
    async claim({ limit, leaseMs, except, suspects = false }) {
      const { rows } = await connections().query(`SELECT ${schema}.claim($1, $2, $3, $4, $5, $6) AS claim`, [
        kinds.filter((kind) => !except.includes(kind)),
        limit,
        leaseMs,
        now(),
        (await holder()) ?? null,
        suspects,
      ]);
      return rows.map(({ claim }) => claimFromJson(claim as string));
    },

    extend: (claim, leaseMs) => fenced(claim, `due_at = ${schema}.now_ms($5) + $4`, [leaseMs, now()]),

    settle(claim, functions) {
      if (functions.length > 0) return settleAlone(claim, functions);
      return new Promise((resolve, reject) => {
        gathering.push({ claim, resolve, reject });
        if (settling) return;
        settling = true;
        void settleGathered();
      });
    },

    fail: (claim, { error, delayMs, dead }) =>
      fenced(claim, `state = $4, due_at = ${schema}.now_ms($7) + $5, error = $6, crashes = 0`, [
        dead ? 'dead' : 'owed',
        delayMs,
        columnText(error),
        now(),
      ]),

    release: (claim) =>
      fenced(claim, `state = 'owed', due_at = ${schema}.now_ms($4), attempts = attempts - 1`, [now()]),

    async freeOrphaned({ crashes }) {
      const { rows } = await connections().query(`SELECT ${schema}.free_orphaned($1, $2, $3) AS event`, [
        crashes,
        endedWithItsProcess,
        now(),
      ]);
      const orphans = rows.map(({ event }) => orphanFromJson(event as string));
      const dead = orphans.filter(({ state }) => state === 'dead').map(({ event }) => event);
      return { freed: orphans.length - dead.length, dead };
    },

    async redeliver(eventId) {
      const { rowCount } = await connections().query(
        `UPDATE ${schema}.events SET state = 'owed', due_at = ${schema}.now_ms($2), attempts = 0, crashes = 0
        WHERE state = 'dead' AND state IN ('owed', 'leased', 'dead') AND id = $1`,
        [columnText(eventId), now()],
      );
      if (rowCount !== 0) owed();
      return rowCount !== 0;
    },
  };
}

async function runAtomically(
  { client, query }: PostgresSession,
  functions: readonly ((tx: PostgresTransaction) => unknown)[],
): Promise<void> {
  let open = true;
  // The client itself, but for what must not outlive or end the transaction unseen.
  const tx: PostgresTransaction = Object.create(client, {
    query: {
      value: (...asked: Parameters<PostgresPoolClient['query']>) => {
        if (open) return query(...asked);
        throw new DepositCallbackError(
          'ATOMICALLY_ASYNC',
          'atomically: its transaction has ended; await all work before the function returns',
        );
      },
    },
    release: {
      value: () => {
        throw new DepositCallbackError(
          'LISTENER_FAILED',
          'atomically: the client is released by the store, not by you',
        );
      },
    },
  });
  try {
    for (const run of functions) await run(tx);
  } finally {
    open = false;
  }
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

function partsOf({ token }: Claim): [transaction: number, seq: number, lease: number] {
  const [transaction = -1, seq = -1, lease = -1] = token.split(':').map(Number);
  return [transaction, seq, lease];
}
