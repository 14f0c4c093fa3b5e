import type { ChainBlock } from '../../chains/kit/chain-check.ts';
import type { DepositData } from '../sending/callback-body.ts';
import { createAudience } from './audience.ts';
import {
  type BackfilledTransfer,
  beginBackfills,
  cutBackfills,
  isInChain,
  moveBackfill,
  type PassedBlock,
  tellLate,
} from './ledger-backfills.ts';
import {
  addBlock,
  addTransfer,
  confirmable,
  type LedgerParts,
  longer,
  owe,
  oweTo,
  type Step,
  sparse,
  stepTime,
  type WatchedTransfer,
} from './ledger-steps.ts';

/** The blocks of one network that have been read, and the transfers in them; each step is one durable transaction. */
export interface Ledger {
  /** The newest block that has been read; undefined in a new database. */
  top(): Promise<ChainBlock | undefined>;
  /** The newest block kept of this number or a lower one: of older blocks only some are kept. */
  atOrBelow(number: bigint): Promise<ChainBlock | undefined>;
  /** Takes a block as read without looking into it: where a new database begins. */
  begin(block: ChainBlock): Promise<void>;
  /**
   * Adds the next block: its transfers are owed as pending or failed, and those that it confirms as confirmed. `finalized` is the
   * newest block that the network itself calls final.
   */
  append(block: ChainBlock, watched: readonly WatchedTransfer[], finalized?: bigint): Promise<void>;
  /** Takes the newest block back: its transfers are owed as reverted. With `start`, begins there anew. */
  takeBack(block: ChainBlock, start?: ChainBlock): Promise<void>;
  /**
   * Moves those backfills over a block, whose transfers are owed as they stand. False, and nothing is done, if it is not, or no
   * longer, a block of the chain as it has been read.
   */
  backfill(
    block: PassedBlock,
    found: readonly BackfilledTransfer[],
    backfills: readonly string[],
    finalized?: bigint,
  ): Promise<boolean>;
}

interface TransferRow {
  id: number;
  key_id: string;
  block_number: number;
  data: string;
}

export function createLedger(parts: LedgerParts): Ledger {
  const { database, settings, withheld } = parts;
  const { sql } = database;
  const { id } = settings.network;
  const begun = (): Step => ({ ...parts, at: stepTime(parts), audience: createAudience(database, withheld, id) });
  const atOrBelow = (number: number): Promise<ChainBlock | undefined> =>
    database.read(() => {
      const row = sql(
        'SELECT number, hash FROM blocks WHERE network = ? AND number <= ? ORDER BY number DESC LIMIT 1',
      ).get(id, number);
      const found = row as { number: number; hash: string } | undefined;
      return found && { number: BigInt(found.number), hash: found.hash };
    });
  return {
    top: () => atOrBelow(Number.MAX_SAFE_INTEGER),
    atOrBelow: (number) => atOrBelow(Number(number)),
    begin: (block) =>
      database.write(() => {
        addBlock(parts, block);
        beginBackfills(parts, Number(block.number));
      }),
    append: (block, watched, finalized) =>
      database.write(() => {
        const step = begun();
        const number = Number(block.number);
        addBlock(parts, block);
        for (const one of watched) announce(step, number, one);
        confirm(step, number, finalized === undefined ? undefined : Number(finalized));
        forget(parts, number - settings.keepBlocks);
      }),
    takeBack: ({ number }, start) =>
      database.write(() => {
        revert(begun(), Number(number));
        cutBackfills(parts, Number(number));
        withheld.cut(id, Number(number));
        if (start) addBlock(parts, start);
      }),
    backfill: (block, found, backfills, finalized) =>
      database.write(() => {
        if (!isInChain(parts, block)) return false;
        const step = begun();
        const open = new Map(backfills.map((id) => [id, moveBackfill(parts, id, block, found)]));
        for (const one of found) {
          const asking = one.backfills.map((id) => open.get(id)).filter((to) => to !== undefined);
          if (asking.length > 0) tellLate(step, one, asking, finalized);
        }
        return true;
      }),
  };
}

function announce(step: Step, number: number, watched: WatchedTransfer): void {
  const { audience } = step;
  const { keyId, data, spendableFrom } = watched;
  const concerned = audience.of(keyId, data.asset);
  const told = concerned.filter((one) => !audience.holds(one, number));
  // It is read again for those who are not told.
  if (told.length === 0 && concerned.length > 0) return;
  const failed = data.status === 'failed';
  const type = failed ? 'deposit.failed' : 'deposit.pending';
  const confirmations = spendableFrom > 1 ? 0 : 1;
  owe(step, keyId, type, { ...data, confirmations }, told);
  addTransfer(step, watched, failed);
}

function confirm(step: Step, number: number, finalized: number | undefined): void {
  const { database, settings, audience } = step;
  const { sql } = database;
  const { network } = settings;
  const { newest, least } = confirmable(settings, number, finalized);
  const rows = sql(
    `SELECT id, key_id, block_number, data FROM transfers
     WHERE network = ? AND confirmed = 0 AND block_number <= ? AND block_number + spendable_from - 1 <= ? ORDER BY id`,
  ).all(network.id, newest, number) as TransferRow[];
  for (const row of rows) {
    const depth = Math.max(least, number - row.block_number + 1);
    const data = { ...(JSON.parse(row.data) as DepositData), confirmations: depth };
    const told = audience.of(row.key_id, data.asset).filter((one) => !audience.isHeld(one, row.block_number));
    owe(step, row.key_id, 'deposit.confirmed', data, told);
    sql('UPDATE transfers SET confirmed = 1 WHERE id = ?').run(row.id);
  }
}

/** Forgets blocks older than `number`, except some, and in the end those too. */
function forget({ database: { sql }, settings }: LedgerParts, number: number): void {
  const { network, keepBlocks } = settings;
  const { id } = network;
  sql(
    `DELETE FROM blocks WHERE network = ? AND number >= ? AND number < ? AND number % ${sparse} <> 0 AND NOT EXISTS
       (SELECT 1 FROM transfers WHERE transfers.network = blocks.network AND block_number = blocks.number)`,
  ).run(id, number - sparse, number);
  const oldest = number - (longer - 1) * keepBlocks;
  sql('DELETE FROM transfers WHERE network = ? AND block_number < ?').run(id, oldest);
  sql('DELETE FROM blocks WHERE network = ? AND number < ?').run(id, oldest);
}

function revert(step: Step, number: number): void {
  const { database, settings, audience } = step;
  const { sql } = database;
  const { id } = settings.network;
  const rows = sql(
    'SELECT id, key_id, block_number, data FROM transfers WHERE network = ? AND block_number = ? ORDER BY id',
  );
  for (const row of rows.all(id, number) as TransferRow[]) {
    const data = { ...(JSON.parse(row.data) as DepositData), confirmations: 0 };
    // Whoever was told of it, by filters of then, must be told that it is gone.
    const told = audience.told(row.key_id, data.asset, data.transaction.hash);
    const more = audience
      .of(row.key_id, data.asset)
      .filter((one) => !told.includes(one.id) && !audience.isHeld(one, number));
    oweTo(step, row.key_id, 'deposit.reverted', data, told);
    owe(step, row.key_id, 'deposit.reverted', data, more);
  }
  sql('DELETE FROM transfers WHERE network = ? AND block_number = ?').run(id, number);
  sql('DELETE FROM blocks WHERE network = ? AND number = ?').run(id, number);
}
