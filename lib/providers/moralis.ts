import type { Evidence, Transfer } from '../deposits/transfer.ts';
import {
  boolean,
  type Json,
  member,
  numberText,
  optionalArray,
  optionalInteger,
  optionalNumberText,
  optionalText,
  text,
} from '../json/json.ts';
import { isJsonNumber } from '../json/lossless-json.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { assetOn, quantityText } from './kit/evm-reading.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';
import { compactJson } from './kit/signed-bytes.ts';

export { type MoralisWatchOptions, watchMoralis } from './kit/moralis-watch.ts';

// https://docs.moralis.com/streams-api/evm/webhook-data/webhook-security
const scheme: Scheme = {
  algorithm: 'keccak256',
  signature: { header: 'x-signature' },
  encoding: '0xhex',
  signed: ['body', 'secret'],
  // The documentation signs the body as JavaScript writes it again; what is sent is that already, unless something
  // on the way has written it otherwise.
  alsoSigned: [[{ from: writtenAgain }, 'secret']],
};

// https://docs.moralis.com/streams-api/evm/streams-configuration: after how many blocks a block is "confirmed".
const confirmations: Readonly<Record<string, number>> = {
  'eip155:1': 12,
  'eip155:56': 18,
  'eip155:42161': 18,
  'eip155:137': 100,
  'eip155:8453': 100,
  'eip155:43114': 100,
  'eip155:250': 100,
  'eip155:59144': 100,
  'eip155:25': 100,
  'eip155:100': 100,
  'eip155:2020': 100,
  'eip155:10': 500,
};

/** Moralis Streams (EVM). The secret is that of the Streams settings. See `docs/providers/moralis.md`. */
export function moralis(options: ProviderOptions): Provider {
  return declareProvider(
    { name: 'moralis', scheme, read: readMoralis, reportsConfirmations: confirmations, sendsRemovals: false },
    options,
  );
}

const nothing = { transfers: [], removals: [] } as const;

function readMoralis(callback: Json): Reading {
  // The test that every create and update of a stream sends: all texts empty, and "confirmed".
  if (optionalText(callback, 'chainId') === undefined) return { kind: 'ping', ...nothing };
  if (typeof member(callback, 'block') === 'string') {
    const records = optionalNumberText(callback, 'records') ?? 'some';
    return { kind: 'notice', notice: `A callback came without its ${records} records`, ...nothing };
  }
  const block = present<{ number?: string; hash?: string }>({
    number: quantityText(callback, 'block.number'),
    hash: text(callback, 'block.hash'),
  });
  const kind = boolean(callback, 'confirmed') ? 'confirmed' : 'mined';
  const common = { kind, network: text(callback, 'chainId'), block } as const;
  const logs = optionalArray(callback, 'logs');
  const transactions = optionalArray(callback, 'txs');
  const transfers = [
    ...transactions.flatMap((transaction) => readNative(transaction, common)),
    ...optionalArray(callback, 'txsInternal').flatMap((call) => readInternal(call, transactions, common)),
    ...optionalArray(callback, 'erc20Transfers').map((transfer) => readToken(transfer, logs, common)),
  ];
  return { kind: 'transfers', transfers, removals: [] };
}

interface Common {
  kind: 'confirmed' | 'mined';
  network: string;
  block: { number?: string; hash?: string };
}

function readNative(transaction: Json, { kind, network, block }: Common): readonly Transfer[] {
  const to = optionalText(transaction, 'toAddress');
  const value = optionalNumberText(transaction, 'value');
  if (to === undefined || value === undefined) return [];
  const from = optionalText(transaction, 'fromAddress');
  return [
    {
      kind,
      network,
      asset: assetOn(network, undefined),
      amount: { units: value },
      ...(from === undefined ? {} : { from }),
      to,
      transaction: { id: text(transaction, 'hash'), position: 'native', block },
      evidence: { category: 'transfer', success: successOf(transaction) },
    },
  ];
}

/** Failed transactions are sent too, so a status that is not there is not a good one. */
function successOf(transaction: Json): boolean | null {
  const status = optionalNumberText(transaction, 'receiptStatus');
  return status === undefined ? null : status === '1';
}

// Internal transfers have no index: rows of one callback are told apart, and no more.
function readInternal(call: Json, transactions: readonly Json[], common: Common): readonly Transfer[] {
  const to = optionalText(call, 'to');
  if (to === undefined) return [];
  const { kind, network, block } = common;
  const id = text(call, 'transactionHash');
  const outer = transactions.find((one) => optionalText(one, 'hash') === id);
  return [
    present<Transfer>({
      kind,
      network,
      asset: assetOn(network, undefined),
      amount: { units: numberText(call, 'value') },
      from: optionalText(call, 'from'),
      to,
      transaction: { id, block },
      evidence: present<Evidence>({
        category: 'internal',
        success: outer === undefined ? undefined : successOf(outer),
      }),
    }),
  ];
}

function readToken(transfer: Json, logs: readonly Json[], { kind, network, block }: Common): Transfer {
  const id = text(transfer, 'transactionHash');
  const index = numberText(transfer, 'logIndex');
  const log = logs.find(
    (one) => optionalNumberText(one, 'logIndex') === index && optionalText(one, 'transactionHash') === id,
  );
  const topics = ['topic0', 'topic1', 'topic2', 'topic3'].filter((name) => optionalText(log, name) !== undefined);
  return present<Transfer>({
    kind,
    network,
    asset: assetOn(network, text(transfer, 'contract')),
    amount: { units: numberText(transfer, 'value') },
    decimals: optionalInteger(transfer, 'tokenDecimals'),
    symbol: optionalText(transfer, 'tokenSymbol'),
    from: optionalText(transfer, 'from'),
    to: text(transfer, 'to'),
    transaction: { id, position: `log:${index}`, block },
    evidence: present<Evidence>({
      category: 'transfer',
      emitter: optionalText(log, 'address'),
      topics: log === undefined ? undefined : topics.length,
    }),
  });
}

/** `JSON.stringify(JSON.parse(body))`; undefined where that would round a number, which then would not be signed whole. */
function writtenAgain(request: SignedRequest): string | undefined {
  try {
    const json = request.content();
    return hasLongNumber(json) ? undefined : compactJson(json, false);
  } catch {
    return undefined;
  }
}

function hasLongNumber(json: Json): boolean {
  if (isJsonNumber(json)) return json.text.length > 15;
  if (typeof json !== 'object' || json === null) return false;
  return Object.values(json).some(hasLongNumber);
}
