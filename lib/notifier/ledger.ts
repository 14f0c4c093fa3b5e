import type { EvmBlockTransfer } from '../chains/readers/evm/block.ts';
import type { EvmBlock } from '../chains/readers/evm/node.ts';
import { callbackBody, type DepositData } from './callback-body.ts';
import type { NotifierDatabase } from './database.ts';
import type { NetworkSettings } from './options.ts';
import type { Outbox } from './outbox.ts';

/** A transfer with the key that watches its recipient. */
export interface WatchedTransfer {
  keyId: string;
  transfer: EvmBlockTransfer;
  data: DepositData;
}

export interface KnownBlock {
  number: bigint;
  hash: string;
}

/** The blocks of one network that have been read, and the transfers in them; each step is one durable transaction. */
export interface Ledger {
  /** The newest block that has been read; undefined in a new database. */
  top(): Promise<KnownBlock | undefined>;
  hashAt(number: bigint): Promise<string | undefined>;
  /** Takes a block as read without looking into it: where a new database begins. */
  begin(block: KnownBlock): Promise<void>;
  /** Adds the next block: its transfers are owed as pending or failed, and those that it confirms as confirmed. */
  append(block: EvmBlock, watched: readonly WatchedTransfer[]): Promise<void>;
  /** Takes the newest block back: its transfers are owed as reverted. */
  takeBack(block: KnownBlock): Promise<void>;
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

export function createLedger(
  database: NotifierDatabase,
  settings: NetworkSettings,
  outbox: Outbox,
  now: () => number,
): Ledger {
  const { sql } = database;
  const { id } = settings.network;
  const parts: LedgerParts = { database, settings, outbox, now };
  return {
    top: () =>
      database.read(() => {
        const row = sql('SELECT number, hash FROM blocks WHERE network = ? ORDER BY number DESC LIMIT 1').get(id);
        const found = row as { number: number; hash: string } | undefined;
        return found && { number: BigInt(found.number), hash: found.hash };
      }),
    hashAt: (number) =>
      database.read(() => {
        const row = sql('SELECT hash FROM blocks WHERE network = ? AND number = ?').get(id, Number(number));
        return (row as { hash: string } | undefined)?.hash;
      }),
    begin: (block) => database.write(() => addBlock(parts, block)),
    append: (block, watched) =>
      database.write(() => {
        const at = stepTime(parts);
        const number = Number(block.number);
        addBlock(parts, block);
        for (const one of watched) announce(parts, at, one);
        confirmUpTo(parts, at, number);
        forgetBelow(parts, number - settings.keepBlocks);
      }),
    takeBack: ({ number }) => database.write(() => revert(parts, stepTime(parts), Number(number))),
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

function addBlock({ database: { sql }, settings }: LedgerParts, { number, hash }: KnownBlock): void {
  sql('INSERT INTO blocks (network, number, hash) VALUES (?, ?, ?)').run(settings.network.id, Number(number), hash);
}

function announce({ database: { sql }, settings, outbox }: LedgerParts, at: number, watched: WatchedTransfer): void {
  const { keyId, data } = watched;
  const failed = data.status === 'failed';
  const type = failed ? 'deposit.failed' : 'deposit.pending';
  outbox.put(keyId, type, callbackBody(type, at, { ...data, confirmations: 1 }));
  sql('INSERT INTO transfers (network, block_number, key_id, confirmed, data) VALUES (?, ?, ?, ?, ?)').run(
    settings.network.id,
    Number(data.transaction.block.number),
    keyId,
    failed ? 1 : 0,
    JSON.stringify(data),
  );
}

function confirmUpTo({ database: { sql }, settings, outbox }: LedgerParts, at: number, number: number): void {
  const { network, confirmations } = settings;
  const rows = sql(
    `SELECT id, key_id, block_number, data FROM transfers
     WHERE network = ? AND confirmed = 0 AND block_number <= ? ORDER BY id`,
  ).all(network.id, number - confirmations + 1) as TransferRow[];
  for (const row of rows) {
    const data = { ...(JSON.parse(row.data) as DepositData), confirmations: number - row.block_number + 1 };
    outbox.put(row.key_id, 'deposit.confirmed', callbackBody('deposit.confirmed', at, data));
    sql('UPDATE transfers SET confirmed = 1 WHERE id = ?').run(row.id);
  }
}

function forgetBelow({ database: { sql }, settings }: LedgerParts, number: number): void {
  const { id } = settings.network;
  sql('DELETE FROM transfers WHERE network = ? AND block_number < ?').run(id, number);
  sql('DELETE FROM blocks WHERE network = ? AND number < ?').run(id, number);
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
