import type { ChainBlock } from '../../chains/kit/chain-check.ts';
import type { NetworkSettings } from '../network-options.ts';
import { callbackBody, type DepositData, decorated } from '../sending/callback-body.ts';
import type { Audience, Listener } from './audience.ts';
import type { GivenRow, NotifierDatabase, RowColumns, Sql } from './database.ts';
import { type FilteredType, takesType } from './filters.ts';
import type { Leadership } from './leadership.ts';
import type { NewCallback, Outbox } from './outbox.ts';
import type { Withheld } from './withheld.ts';

/** A transfer with the key that watches its recipient. */
export interface WatchedTransfer {
  keyId: string;
  data: DepositData;
  /** Confirmations from which on it can be spent; with fewer it is not confirmed. */
  spendableFrom: number;
}

/** What a step of the ledger stands on. */
export interface LedgerParts {
  readonly database: NotifierDatabase;
  readonly settings: NetworkSettings;
  readonly outbox: Outbox;
  readonly withheld: Withheld;
  readonly leadership: Leadership;
  readonly now: () => number;
}

/** How much longer than `keepBlocks` transfers are kept, with their blocks and each 64th block between: deeper reorgs are followed by them. */
export const longer = 16;
export const sparse = 64;

/**
 * The time of one step, later than that of any step before, whatever the clock does: receivers order statements by it
 * (docs/rules.md#newer).
 */
export async function stepTime(sql: Sql, { settings, now }: LedgerParts): Promise<number> {
  const row = await sql(
    `INSERT INTO networks (network, last_event_at) VALUES (?, ?)
     ON CONFLICT (network) DO UPDATE SET last_event_at = CASE WHEN excluded.last_event_at > networks.last_event_at
       THEN excluded.last_event_at ELSE networks.last_event_at + 1 END
     RETURNING last_event_at AS at`,
  ).get(settings.network.id, now());
  return (row as { at: number }).at;
}

export async function addBlock(sql: Sql, { settings }: LedgerParts, { number, hash }: ChainBlock): Promise<void> {
  const insert = sql('INSERT INTO blocks (network, number, hash) VALUES (?, ?, ?)');
  await insert.run(settings.network.id, Number(number), hash);
}

/** `isSettled`: it needs no confirmation any more. */
export function addTransfer({ settings, transfers }: Step, watched: WatchedTransfer, isSettled: boolean): void {
  const { keyId, data, spendableFrom } = watched;
  transfers.push({
    network: settings.network.id,
    block_number: Number(data.transaction.block.number),
    key_id: keyId,
    confirmed: isSettled ? 1 : 0,
    data: JSON.stringify(data),
    spendable_from: spendableFrom,
  });
}

const transferColumns: RowColumns = {
  ...{ network: 'text', block_number: 'bigint', key_id: 'text' },
  ...{ confirmed: 'bigint', data: 'text', spendable_from: 'bigint' },
};

/** Writes the transfers that the step has come to so far. */
export async function writeTransfers({ sql, transfers }: Step): Promise<void> {
  await sql.insert('transfers', transferColumns, transfers.splice(0));
}

/** Writes all that the step has come to. */
export async function endStep(step: Step): Promise<void> {
  await writeTransfers(step);
  await step.outbox.put(step.sql, step.owed.splice(0));
}

/** Up to which block transfers are confirmed when the newest one has this number, and the confirmations that they have at least. */
export function confirmable(
  { network, confirmations }: NetworkSettings,
  number: number,
  finalized: number | undefined,
): { newest: number; least: number } {
  // Final is final, however few blocks there are above it.
  return confirmations === 'finalized'
    ? { newest: Math.min(number, finalized ?? -1), least: network.reorgDepth }
    : { newest: number - confirmations + 1, least: 1 };
}

/** One step of the ledger: it has a time, URLs that are told, and what is to be written when all of it is known. */
export interface Step extends LedgerParts {
  readonly sql: Sql;
  readonly at: number;
  readonly audience: Audience;
  readonly transfers: GivenRow[];
  readonly owed: NewCallback[];
}

/** What a deposit has come to. */
export type DepositNews = DepositData & { confirmations: number };

/**
 * Owes a callback about a deposit to each of those URLs that takes its type; one about an asset that is being asked about is not sent
 * until it is decorated, or a second old.
 */
export function owe(step: Step, keyId: string, type: FilteredType, data: DepositNews, to: readonly Listener[]): void {
  oweTo(
    step,
    keyId,
    type,
    data,
    to.filter(({ filters }) => takesType(filters, type)).map(({ id }) => id),
  );
}

/** As `owe`, to URLs by their ids, whatever their filters say. */
export function oweTo(
  { owed, settings, at }: Step,
  keyId: string,
  type: FilteredType,
  data: DepositNews,
  endpoints: readonly string[],
): void {
  if (endpoints.length === 0) return;
  const facts = settings.chain.facts.known(data.asset);
  const body = callbackBody(type, at, facts === undefined ? data : decorated(data, facts));
  const { network, asset, to: address, transaction } = data;
  const about = { network, asset, address, transaction: transaction.hash, isDecorated: facts !== undefined };
  for (const endpointId of endpoints) owed.push({ keyId, endpointId, type, body, about });
}
