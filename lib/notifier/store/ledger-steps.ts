import type { ChainBlock } from '../../chains/kit/chain-check.ts';
import type { NetworkSettings } from '../network-options.ts';
import { callbackBody, type DepositData, decorated } from '../sending/callback-body.ts';
import type { Audience, Listener } from './audience.ts';
import type { NotifierDatabase } from './database.ts';
import { type FilteredType, takesType } from './filters.ts';
import type { Outbox } from './outbox.ts';
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
  readonly now: () => number;
}

/** How much longer than `keepBlocks` transfers are kept, with their blocks and each 64th block between: deeper reorgs are followed by them. */
export const longer = 16;
export const sparse = 64;

/**
 * The time of one step, later than that of any step before, whatever the clock does: receivers order statements by it
 * (docs/rules.md#newer).
 */
export function stepTime({ database: { sql }, settings, now }: LedgerParts): number {
  const { id } = settings.network;
  const row = sql('SELECT last_event_at AS at FROM networks WHERE network = ?').get(id) as { at: number } | undefined;
  const at = Math.max(now(), (row?.at ?? 0) + 1);
  sql(
    `INSERT INTO networks (network, last_event_at) VALUES (?, ?)
     ON CONFLICT (network) DO UPDATE SET last_event_at = excluded.last_event_at`,
  ).run(id, at);
  return at;
}

export function addBlock({ database: { sql }, settings }: LedgerParts, { number, hash }: ChainBlock): void {
  sql('INSERT INTO blocks (network, number, hash) VALUES (?, ?, ?)').run(settings.network.id, Number(number), hash);
}

/** `isSettled`: it needs no confirmation any more. */
export function addTransfer(
  { database: { sql }, settings }: LedgerParts,
  watched: WatchedTransfer,
  isSettled: boolean,
): void {
  const { keyId, data, spendableFrom } = watched;
  sql(
    `INSERT INTO transfers (network, block_number, key_id, confirmed, data, spendable_from)
     VALUES (?, ?, ?, ?, ?, ?)`,
  ).run(
    settings.network.id,
    Number(data.transaction.block.number),
    keyId,
    isSettled ? 1 : 0,
    JSON.stringify(data),
    spendableFrom,
  );
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

/** One step of the ledger: it has a time, and URLs that are told. */
export interface Step extends LedgerParts {
  readonly at: number;
  readonly audience: Audience;
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
  { outbox, settings, at }: Step,
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
  for (const endpointId of endpoints) outbox.put({ keyId, endpointId, type, body, about });
}
