import type { ChainBlock } from '../../chains/kit/chain-check.ts';
import type { NetworkSettings } from '../network-options.ts';
import { callbackBody, type DepositData } from '../sending/callback-body.ts';
import type { NotifierDatabase } from './database.ts';
import type { Outbox } from './outbox.ts';

/** A transfer with the key that watches its recipient. */
export interface WatchedTransfer {
  keyId: string;
  data: DepositData;
  /** Confirmations from which on it can be spent; with fewer it is not confirmed. */
  spendableFrom: number;
}

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
}

interface TransferRow {
  id: number;
  key_id: string;
  block_number: number;
  data: string;
}

interface LedgerParts {
  readonly database: NotifierDatabase;
  readonly settings: NetworkSettings;
  readonly outbox: Outbox;
  readonly now: () => number;
}

/** How much longer than `keepBlocks` transfers are kept, with their blocks and each 64th block between: deeper reorgs are followed by them. */
const longer = 16;
const sparse = 64;

export function createLedger(
  database: NotifierDatabase,
  settings: NetworkSettings,
  outbox: Outbox,
  now: () => number,
): Ledger {
  const { sql } = database;
  const { id } = settings.network;
  const parts: LedgerParts = { database, settings, outbox, now };
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
    begin: (block) => database.write(() => addBlock(parts, block)),
    append: (block, watched, finalized) =>
      database.write(() => {
        const at = stepTime(parts);
        const number = Number(block.number);
        addBlock(parts, block);
        for (const one of watched) announce(parts, at, one);
        confirm(parts, at, number, finalized === undefined ? undefined : Number(finalized));
        forget(parts, number - settings.keepBlocks);
      }),
    takeBack: ({ number }, start) =>
      database.write(() => {
        revert(parts, stepTime(parts), Number(number));
        if (start) addBlock(parts, start);
      }),
  };
}

/**
 * The time of one step, later than that of any step before, whatever the clock does: receivers order statements by it
 * (docs/rules.md#newer).
 */
function stepTime({ database: { sql }, settings, now }: LedgerParts): number {
  const { id } = settings.network;
  const row = sql('SELECT last_event_at AS at FROM networks WHERE network = ?').get(id) as { at: number } | undefined;
  const at = Math.max(now(), (row?.at ?? 0) + 1);
  sql(
    `INSERT INTO networks (network, last_event_at) VALUES (?, ?)
     ON CONFLICT (network) DO UPDATE SET last_event_at = excluded.last_event_at`,
  ).run(id, at);
  return at;
}

function addBlock({ database: { sql }, settings }: LedgerParts, { number, hash }: ChainBlock): void {
  sql('INSERT INTO blocks (network, number, hash) VALUES (?, ?, ?)').run(settings.network.id, Number(number), hash);
}

function announce({ database: { sql }, settings, outbox }: LedgerParts, at: number, watched: WatchedTransfer): void {
  const { keyId, data, spendableFrom } = watched;
  const failed = data.status === 'failed';
  const type = failed ? 'deposit.failed' : 'deposit.pending';
  const confirmations = spendableFrom > 1 ? 0 : 1;
  outbox.put(keyId, type, callbackBody(type, at, { ...data, confirmations }));
  sql(
    `INSERT INTO transfers (network, block_number, key_id, confirmed, data, spendable_from)
     VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(
    settings.network.id,
    Number(data.transaction.block.number),
    keyId,
    failed ? 1 : 0,
    JSON.stringify(data),
    spendableFrom,
  );
}

function confirm(
  { database: { sql }, settings, outbox }: LedgerParts,
  at: number,
  number: number,
  finalized: number | undefined,
): void {
  const { network, confirmations } = settings;
  const newest = confirmations === 'finalized' ? Math.min(number, finalized ?? -1) : number - confirmations + 1;
  // Final is final, however few blocks there are above it.
  const least = confirmations === 'finalized' ? network.reorgDepth : 1;
  const rows = sql(
    `SELECT id, key_id, block_number, data FROM transfers
     WHERE network = ? AND confirmed = 0 AND block_number <= ? AND block_number + spendable_from - 1 <= ? ORDER BY id`,
  ).all(network.id, newest, number) as TransferRow[];
  for (const row of rows) {
    const depth = Math.max(least, number - row.block_number + 1);
    const data = { ...(JSON.parse(row.data) as DepositData), confirmations: depth };
    outbox.put(row.key_id, 'deposit.confirmed', callbackBody('deposit.confirmed', at, data));
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

function revert({ database: { sql }, settings, outbox }: LedgerParts, at: number, number: number): void {
  const { id } = settings.network;
  const rows = sql(
    'SELECT id, key_id, block_number, data FROM transfers WHERE network = ? AND block_number = ? ORDER BY id',
  );
  for (const row of rows.all(id, number) as TransferRow[]) {
    const data = { ...(JSON.parse(row.data) as DepositData), confirmations: 0 };
    outbox.put(row.key_id, 'deposit.reverted', callbackBody('deposit.reverted', at, data));
  }
  sql('DELETE FROM transfers WHERE network = ? AND block_number = ?').run(id, number);
  sql('DELETE FROM blocks WHERE network = ? AND number = ?').run(id, number);
}
