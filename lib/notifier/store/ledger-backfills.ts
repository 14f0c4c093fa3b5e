import type { ChainBlock } from '../../chains/kit/chain-check.ts';
import type { DepositData } from '../sending/callback-body.ts';
import type { Listener } from './audience.ts';
import type { Sql } from './database.ts';
import {
  addTransfer,
  confirmable,
  type LedgerParts,
  longer,
  owe,
  type Step,
  type WatchedTransfer,
} from './ledger-steps.ts';

/** A transfer that is told later than its block was read. */
export interface BackfilledTransfer extends WatchedTransfer {
  /** Ids of the backfills that ask for it. */
  backfills: readonly string[];
}

/** A block that is read once more; without a hash, the chain has passed over its number. */
export type PassedBlock = Pick<ChainBlock, 'number'> & { readonly hash?: string };

export async function beginBackfills(sql: Sql, { settings, now }: LedgerParts, number: number): Promise<void> {
  await sql(
    `UPDATE backfills SET to_block = ?, done_at = CASE WHEN next_block > ? THEN CAST(? AS BIGINT) END
     WHERE network = ? AND to_block IS NULL AND done_at IS NULL`,
  ).run(number, number, now(), settings.network.id);
}

/** What comes in the place of this block is read for all who watch. */
export async function cutBackfills(sql: Sql, { settings, now }: LedgerParts, number: number): Promise<void> {
  await sql(
    `UPDATE backfills SET to_block = ?, done_at = CASE WHEN next_block >= ? THEN CAST(? AS BIGINT) END
     WHERE network = ? AND to_block >= ? AND done_at IS NULL`,
  ).run(number - 1, number, now(), settings.network.id, number);
}

export async function isInChain(sql: Sql, { settings }: LedgerParts, { number, hash }: PassedBlock): Promise<boolean> {
  const { id } = settings.network;
  const row = await sql('SELECT max(number) AS top FROM blocks WHERE network = ?').get(id);
  const { top } = row as { top: number | null };
  const known = await sql('SELECT hash FROM blocks WHERE network = ? AND number = ?').get(id, Number(number));
  return top !== null && Number(number) <= top && (known as { hash: string } | undefined)?.hash === (known && hash);
}

/**
 * Moves a backfill over a block. Undefined if it is over meanwhile, or at another block; else the callback URL that it is for, `null`
 * for all.
 */
export async function moveBackfill(
  sql: Sql,
  { now }: LedgerParts,
  id: string,
  { number }: PassedBlock,
  found: readonly BackfilledTransfer[],
): Promise<string | null | undefined> {
  const own = found.filter((one) => one.backfills.includes(id)).length;
  const moved = await sql(
    `UPDATE backfills SET next_block = ?, found = found + ?, error = NULL, done_at = CASE WHEN to_block = ? THEN CAST(? AS BIGINT) END
     WHERE id = ? AND next_block = ? AND to_block >= ? AND done_at IS NULL RETURNING endpoint_id AS "endpointId"`,
  ).get(Number(number) + 1, own, Number(number), now(), id, Number(number), Number(number));
  return (moved as { endpointId: string | null } | undefined)?.endpointId;
}

/**
 * As what the transfer is by now: who hears of it late need not hear of each step. `asking` are the URLs that asked, `null` for all of
 * the key's, as far as they are not told of that block later anyway.
 */
export async function tellLate(
  step: Step,
  watched: WatchedTransfer,
  asking: readonly (string | null)[],
  finalized: bigint | undefined,
): Promise<void> {
  const { sql, settings, audience } = step;
  const { keyId, data, spendableFrom } = watched;
  const { id } = settings.network;
  const block = Number(data.transaction.block.number);
  const row = await sql('SELECT max(number) AS top FROM blocks WHERE network = ?').get(id);
  const { top } = row as { top: number };
  const { newest, least } = confirmable(settings, top, finalized === undefined ? undefined : Number(finalized));
  const isSpendable = block + spendableFrom - 1 <= top;
  const isConfirmed = block <= newest && isSpendable;
  const depth = isSpendable ? top - block + 1 : 0;
  const confirmations = isConfirmed ? Math.max(least, depth) : depth;
  const failed = data.status === 'failed';
  const type = failed ? 'deposit.failed' : isConfirmed ? 'deposit.confirmed' : 'deposit.pending';
  const isAsking = (listener: Listener): boolean =>
    asking.includes(listener.id) || (asking.includes(null) && !audience.isHeld(listener, block));
  owe(step, keyId, type, { ...data, confirmations }, (await audience.of(keyId, data.asset)).filter(isAsking));
  if (block < top - longer * settings.keepBlocks || (await isKept(step, watched))) return;
  addTransfer(step, watched, failed || isConfirmed);
  // A reorg goes back by the blocks that are known.
  await sql('INSERT INTO blocks (network, number, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING').run(
    id,
    block,
    data.transaction.block.hash,
  );
}

async function isKept({ sql, settings }: Step, { keyId, data }: WatchedTransfer): Promise<boolean> {
  const same = sql('SELECT data FROM transfers WHERE network = ? AND block_number = ? AND key_id = ?');
  const rows = (await same.all(settings.network.id, Number(data.transaction.block.number), keyId)) as {
    data: string;
  }[];
  const place = ({ asset, to, memo, transaction }: DepositData): string =>
    JSON.stringify([asset, to, memo, transaction.hash, transaction.position]);
  return rows.some((row) => place(JSON.parse(row.data) as DepositData) === place(data));
}
