import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolveNames } from '../../lib/checks/resolve-names.ts';
import { makeProvider, makeSigner, providerNames } from '../../lib/cli/provider-table.ts';
import type { Amount, Transfer } from '../../lib/deposits/transfer.ts';
import { isDepositCallbackError } from '../../lib/errors.ts';
import {
  canonicalAccount,
  canonicalAddress,
  canonicalBlockHash,
  canonicalTransactionId,
} from '../../lib/networks/address.ts';
import { builtInNetworks, findNetwork } from '../../lib/networks/registry.ts';
import type { Provider, Reading } from '../../lib/providers/kit/provider.ts';
import { inboundOf } from '../../lib/testing/provider-cases/provider-case.ts';
import { nowOf, sentCallback } from '../../lib/testing/provider-cases/sending.ts';
import { type ProviderFixtures, readProviderFixtures } from '../../lib/testing/provider-fixtures.ts';

/** A folder below test/providers/published: see the README there. */
export interface PublishedBodies {
  /** Why nothing is published that a reader of this package reads; then there are no cases. */
  unpublished?: string;
  /** Options of the provider beside those of its fixtures. */
  options?: Readonly<Record<string, unknown>>;
  cases?: readonly PublishedCase[];
}

/** One kind of event: a body that the provider published and what it says, or the reason why there is no such body. */
export type PublishedCase = PublishedBody | { event: string; unpublished: string };

export interface PublishedBody {
  event: string;
  /** The body, beside `cases.json`. */
  file: string;
  /** URL, or repository and path. */
  source: string;
  /** ISO date. */
  retrieved: string;
  /** Headers that the provider sends beside the signature's. */
  headers?: Readonly<Record<string, string>>;
  url?: string;
  options?: Readonly<Record<string, unknown>>;
  /** Path of the array that holds the rows, where a stranger's row may stand beside another; '' is the body itself. */
  rows?: string;
  expect: ExpectedReading;
}

/** What is read, every part in the canonical form of its network. */
export interface ExpectedReading {
  /** `unreadable`: the whole body is kept for an operator. */
  kind: Reading['kind'] | 'unreadable';
  transfers?: readonly ExpectedTransfer[];
  removals?: readonly { network: string; transaction: string; block?: string; payment?: string }[];
  hints?: readonly object[];
  notice?: string;
  /** Of an unknown kind: its name. */
  event?: string;
  /** Paths of rows that are kept for an operator. */
  unreadable?: readonly string[];
}

export interface ExpectedTransfer {
  kind: Transfer['kind'];
  network: string;
  asset: string;
  /** Smallest units; or `{ decimal }`, where the policy's decimals are needed. */
  amount: string | { decimal: string };
  to: string;
  from?: string;
  memo?: string | null;
  transaction?: string;
  position?: string;
  block?: { number?: string; hash?: string };
  payment?: string;
  confirmations?: number;
  /** Epoch ms. */
  at?: number;
  category?: string;
  direction?: string | null;
  soleRecipient?: true | null;
  success?: boolean | null;
}

export const publishedFolder = fileURLToPath(new URL('../providers/published', import.meta.url));
const fixturesFolder = fileURLToPath(new URL('../fixtures/providers', import.meta.url));
const libFolder = fileURLToPath(new URL('../../lib/providers', import.meta.url));

/** Every provider of the package: one file each. */
export const everyProvider: readonly string[] = readdirSync(libFolder)
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .sort();

/** `cases.json` of a provider; undefined where there is no folder for it. */
export function publishedBodies(name: string): PublishedBodies | undefined {
  const file = join(publishedFolder, name, 'cases.json');
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PublishedBodies) : undefined;
}

/** Those cases of a provider that have a body. */
export function bodiesOf(name: string): readonly PublishedBody[] {
  return (publishedBodies(name)?.cases ?? []).filter((one): one is PublishedBody => 'file' in one);
}

/** The bytes of a published body. */
export function publishedBytes(name: string, { file }: PublishedBody): Buffer {
  return readFileSync(join(publishedFolder, name, file));
}

export function fixturesOf(name: string): ProviderFixtures {
  return readProviderFixtures(join(fixturesFolder, name));
}

/** The provider as its fixtures configure it, for one case. */
export async function providerFor(name: string, one?: Pick<PublishedBody, 'options'>): Promise<Provider> {
  const { keys, options } = fixturesOf(name);
  const own = publishedBodies(name)?.options;
  return makeProvider(name, { ...options, ...own, ...one?.options, secrets: [keys.first.key] });
}

/** The kinds of event that the reader of a provider knows. */
export async function eventsOf(name: string): Promise<readonly string[]> {
  return providerNames.includes(name) ? ((await makeSigner(name)).events ?? []) : [];
}

/** Signs the published body, verifies it, and reads it: through the provider and nothing else. */
export async function readPublished(name: string, one: PublishedBody): Promise<ExpectedReading> {
  const provider = await providerFor(name, one);
  const fixtures = fixturesOf(name);
  const { headers, url } = one;
  const sent = sentCallback(
    provider,
    {
      name: one.event,
      kind: 'other',
      body: publishedBytes(name, one),
      ...(headers === undefined ? {} : { headers }),
      ...(url === undefined ? {} : { url }),
      outcome: 'ignored',
      events: [],
    },
    fixtures,
  );
  const inbound = inboundOf(sent, nowOf(fixtures));
  const verified = await provider.verify(inbound);
  try {
    return inCanonicalForm(provider.read(inbound, verified));
  } catch (error) {
    if (isDepositCallbackError(error)) return { kind: 'unreadable' };
    throw error;
  }
}

function inCanonicalForm({ kind, transfers, removals, hints, notice, event, unreadable }: Reading): ExpectedReading {
  return withoutUndefined({
    kind,
    transfers: transfers.length === 0 ? undefined : transfers.map(canonical),
    removals:
      removals.length === 0
        ? undefined
        : removals.map(({ network, transactionId, block, payment }) => {
            const id = findNetwork(network)?.id ?? network;
            return withoutUndefined({
              network: id,
              transaction: orAsIs(() => canonicalTransactionId(id, transactionId), transactionId),
              block: block?.hash,
              payment,
            });
          }),
    hints: hints?.length ? hints : undefined,
    notice,
    event,
    unreadable: unreadable?.map(({ path }) => path),
  });
}

function canonical(transfer: Transfer): ExpectedTransfer {
  const { to, memo, transaction, evidence } = transfer;
  const { network, asset } = namesOf(transfer);
  const account = orAsIs(() => canonicalAccount(network, to, memo), { address: to, ...(memo == null ? {} : { memo }) });
  const { id, position, block } = transaction;
  return withoutUndefined({
    kind: transfer.kind,
    network,
    asset,
    amount: amountText(evidence?.delivered ?? transfer.amount),
    to: account.address,
    from:
      transfer.from === undefined
        ? undefined
        : orAsIs(() => canonicalAddress(network, transfer.from ?? ''), transfer.from),
    memo: account.memo,
    transaction: id === undefined ? undefined : orAsIs(() => canonicalTransactionId(network, id), id),
    position,
    block:
      block === undefined
        ? undefined
        : withoutUndefined({
            number: block.number,
            hash:
              block.hash === undefined
                ? undefined
                : orAsIs(() => canonicalBlockHash(network, block.hash ?? ''), block.hash),
          }),
    payment: transfer.payment,
    confirmations: transfer.confirmations,
    at: transfer.at,
    category: evidence?.category,
    direction: evidence?.direction,
    soleRecipient: evidence?.soleRecipient,
    success: evidence?.success,
  });
}

/** Network and asset as the package's own table has them; what nobody knows by its code and name. */
function namesOf(transfer: Transfer): { network: string; asset: string } {
  const { network: written = '', asset } = transfer;
  const names = resolveNames(transfer, { name: '' }, { networks: builtInNetworks, assetOf: () => undefined });
  const network = 'network' in names ? names.network.id : (findNetwork(written)?.id ?? written);
  if ('code' in names) return { network, asset: `${names.code} ${names.name}` };
  return { network, asset: names.asset ?? `malformed ${JSON.stringify(asset)}` };
}

function amountText(amount: Amount): ExpectedTransfer['amount'] {
  return 'units' in amount ? BigInt(amount.units).toString() : { decimal: amount.decimal };
}

// What has no canonical form stands as it was read.
function orAsIs<T>(read: () => T, written: T): T {
  try {
    return read();
  } catch (error) {
    if (isDepositCallbackError(error)) return written;
    throw error;
  }
}

function withoutUndefined<T extends object>(given: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as T;
}
