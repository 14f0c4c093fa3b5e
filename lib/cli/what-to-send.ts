import { readFile } from 'node:fs/promises';
import { type SampleFields, sampleBody, sampleEvents, sampleFields } from '../audit/sample.ts';
import { canonicalAddress, canonicalTransactionId } from '../networks/address.ts';
import { findNetwork } from '../networks/registry.ts';
import { symbolOf } from '../networks/symbols.ts';
import { present } from '../util/present.ts';
import type { Context } from './context.ts';
import { readAddress, readAsset, readNetwork } from './names.ts';
import { type ProviderSamples, sampleOf } from './sample-callbacks.ts';
import { notKnown, phrase } from './words/phrases.ts';
import { refuse } from './words/refuse.ts';

/** Options of a callback of the imtoken profile, which is built from them. */
export interface FieldOptions {
  network?: string;
  asset?: string;
  amount?: string;
  to?: string;
  from?: string;
  memo?: string;
  hash?: string;
  position?: string;
  confirmations?: number;
  status?: string;
}

const fieldNames: readonly (keyof FieldOptions)[] = [
  'network',
  'asset',
  'amount',
  'to',
  'from',
  'memo',
  'hash',
  'position',
  'confirmations',
  'status',
];

/** A body, and what goes with it. */
export interface ToSend {
  body: Buffer;
  method?: string;
  headers?: Readonly<Record<string, string>>;
  query?: string;
  options?: Readonly<Record<string, unknown>>;
}

/** What `send` sends: a file, a callback of the imtoken profile, or a sample of another provider. Throws `OPTION_INVALID`. */
export async function whatToSend(
  provider: string,
  given: FieldOptions & { body?: string; event?: string },
  samples: ProviderSamples,
  { stdin, now }: Pick<Context, 'stdin' | 'now'>,
): Promise<ToSend> {
  const isBuilt = provider === 'imtoken' && given.body === undefined;
  const spare = isBuilt ? undefined : fieldNames.find((name) => given[name] !== undefined);
  if (spare !== undefined) {
    throw refuse(
      `--${spare}`,
      phrase('makes a callback of the imtoken profile; write it into a file, and send that with --body'),
    );
  }
  if (given.body !== undefined) {
    if (given.event !== undefined) throw refuse('--event', phrase('and --body exclude each other'));
    return { body: given.body === '-' ? await stdin() : await readBody(given.body) };
  }
  if (isBuilt) return { body: Buffer.from(JSON.stringify(builtBody(given, now()))) };
  const { body, event: _, ...rest } = sampleOf(provider, samples, given.event, now());
  return { ...rest, body: Buffer.from(body) };
}

async function readBody(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw refuse('--body', phrase('{file} cannot be read', { file }), cause);
  }
}

function builtBody(given: FieldOptions & { event?: string }, now: number): object {
  const { event = 'deposit.confirmed', amount } = given;
  if (!sampleEvents.some((one) => one === event)) {
    throw refuse('--event', notKnown(event, sampleEvents));
  }
  if (amount !== undefined && !/^\d{1,78}$/.test(amount)) {
    throw refuse('--amount', phrase('must be in smallest units, digits only'));
  }
  const usual = sampleFields(now);
  const network = readNetwork(given.network ?? /^([^/]+)\//.exec(given.asset ?? '')?.[1] ?? usual.network);
  const asset = given.asset === undefined ? assetOn(network, usual.asset) : readAsset(given.asset, network);
  const { symbol, position, to, hash, block } = usualOn(network, asset, usual);
  const { memo, confirmations, status, from } = given;
  const fields = present<Partial<SampleFields>>({
    amount,
    from: from === undefined ? undefined : readAddress('--from', from, network),
    memo,
    confirmations,
    status,
    symbol,
  });
  return sampleBody({
    ...usual,
    ...fields,
    type: event,
    network,
    asset,
    to: given.to === undefined ? required('--to', to, network) : readAddress('--to', given.to, network),
    hash: given.hash ?? required('--hash', hash, network),
    position: given.position ?? position,
    block,
  });
}

/** The usual asset on its own network; on any other, that network's own coin. */
function assetOn(network: string, usual: string): string {
  if (usual.startsWith(`${network}/`)) return usual;
  return required('--asset', findNetwork(network)?.native.asset, network);
}

function required<T>(option: string, value: T | undefined, network: string): T {
  if (value === undefined)
    throw refuse(option, phrase('is required on {network}', { network: findNetwork(network)?.name ?? network }));
  return value;
}

/** What the usual fields, which are those of the EVM, are on another network: what has no form there is left out. */
function usualOn(
  network: string,
  asset: string,
  { to, hash, block, position }: SampleFields,
): Partial<Pick<SampleFields, 'symbol' | 'to' | 'hash' | 'block' | 'position'>> {
  const known = findNetwork(network);
  if (known === undefined) return {};
  const symbol = symbolOf(known, asset);
  if (known.family === 'evm') {
    return present<ReturnType<typeof usualOn>>({
      symbol,
      to: canonicalAddress(network, to),
      hash,
      block,
      position: asset === known.native.asset ? 'native' : position,
    });
  }
  const plain = hash.slice(2);
  return present<ReturnType<typeof usualOn>>({
    symbol,
    hash: isForm(() => canonicalTransactionId(network, plain)) ? plain : undefined,
  });
}

function isForm(read: () => string): boolean {
  try {
    read();
    return true;
  } catch {
    return false;
  }
}
