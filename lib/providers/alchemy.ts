import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { DepositCallbackError } from '../errors.ts';
import {
  array,
  type Json,
  optionalArray,
  optionalBoolean,
  optionalIsoTime,
  optionalObject,
  optionalText,
  text,
} from '../json/json.ts';
import { findNetwork } from '../networks/registry.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { readStellarActivity } from './kit/alchemy-stellar.ts';
import { claimedDecimals, claimedSymbol, ifReadable, unitsAsSent } from './kit/claims.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { quantityText, tokenOn } from './kit/evm-reading.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { otherEvent } from './kit/readings.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

export { type AlchemyWatchOptions, watchAlchemy } from './kit/alchemy-watch.ts';

// https://www.alchemy.com/docs/reference/notify-api-quickstart
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'x-alchemy-signature' },
  signed: ['body'],
  // Stable over retries of one event.
  id: { bodyField: 'id' },
};

/**
 * Receives Alchemy Notify webhooks of the type Address Activity (EVM, Solana, Stellar). `secrets` are the webhooks'
 * signing keys, complete with `whsec_`, one per webhook. See `docs/providers/alchemy.md`.
 */
export function alchemy(options: ProviderOptions): Provider {
  assertOptions('alchemy', options);
  return declareProvider(
    {
      name: 'alchemy',
      scheme,
      read: readAlchemy,
      sendsBatches: true,
      events: [
        'external',
        'internal',
        'token',
        'erc721',
        'erc1155',
        'approval',
        'capacity exceeded',
        'stellar',
        'ADDRESS_ACTIVITY test',
      ],
      // Only the logs of tokens say that they were removed; native transfers vanish without a word.
      sendsRemovals: false,
      deadlineMs: 5_000,
      publishedSources: ['54.236.136.17', '34.237.24.169'],
    },
    options,
  );
}

// A webhook of one's own query (GRAPHQL) is none of them: what it tells may be a deposit.
const others = /^(?:(?:MINED|DROPPED)_TRANSACTION|NFT_(?:ACTIVITY|METADATA_UPDATE))$/;

function readAlchemy(callback: Json): Reading {
  const type = optionalText(callback, 'type');
  if (type !== 'ADDRESS_ACTIVITY') return otherEvent(type, others);
  const failure = optionalText(callback, 'event.error');
  if (failure !== undefined) return { kind: 'notice', notice: failure, transfers: [], removals: [] };
  const network = text(callback, 'event.network');
  const at = ifReadable(() => optionalIsoTime(callback, 'createdAt'));
  // Solana sends `event.transaction` in its place, of which no schema is published: kept for an operator.
  const isStellar = findNetwork(network)?.family === 'stellar';
  const readRow = isStellar ? readStellarActivity : readActivity;
  return readingOf(
    readRows(array(callback, 'event.activity'), 'event.activity', (activity) => readRow(activity, network, at)),
  );
}

function readActivity(activity: Json, network: string, at: number | undefined): readonly Transfer[] {
  const category = text(activity, 'category').toLowerCase();
  const isToken = category !== 'external' && category !== 'internal';
  // A contract creation has no recipient.
  const to = isToken ? text(activity, 'toAddress') : optionalText(activity, 'toAddress');
  if (to === undefined) return [];
  const log = optionalObject(activity, 'log');
  const contract = optionalText(activity, 'rawContract.address') ?? optionalText(log, 'address');
  const nature = natureOf(activity, category, log);
  const isMoney = nature === 'transfer' || nature === 'internal';
  return [
    present<Transfer>({
      kind: optionalBoolean(log, 'removed') === true ? 'removed' : 'mined',
      network,
      asset: isToken ? tokenOn(network, contract) : 'native',
      amount: isMoney ? unitsAsSent(activity, 'rawContract', 'rawValue') : { units: 0n },
      decimals: isMoney ? claimedDecimals(activity, 'rawContract.decimals') : undefined,
      symbol: claimedSymbol(activity, 'asset'),
      from: optionalText(activity, 'fromAddress'),
      to,
      transaction: present<Transfer['transaction']>({
        id: text(activity, 'hash'),
        position: positionOf(activity, category, log),
        block: present<{ number?: string; hash?: string }>({
          number: quantityText(activity, 'blockNum'),
          hash: optionalText(log, 'blockHash'),
        }),
      }),
      at,
      evidence: present<Evidence>({
        category: nature,
        emitter: optionalText(log, 'address'),
        topics: log === undefined ? undefined : array(log, 'topics').length,
        logged: isToken && isMoney ? log !== undefined : undefined,
      }),
    }),
  ];
}

// Categories as the documentation and the samples spell them; ERC-20 and ERC-721 are both `token`.
function natureOf(activity: Json, category: string, log: Json | undefined): NonNullable<Evidence['category']> {
  switch (category) {
    case 'external':
      return 'transfer';
    case 'internal':
      return 'internal';
    case 'token':
    case 'erc20':
      return optionalText(activity, 'erc721TokenId') === undefined && optionalArray(log, 'topics').length < 4
        ? 'transfer'
        : 'nft';
    case 'erc721':
    case 'erc1155':
      return 'nft';
    default:
      if (/^erc(721|1155)_approval(_for_all)?$/.test(category)) return 'approval';
      throw new DepositCallbackError('BODY_UNREADABLE', 'The category of an activity is not known');
  }
}

function positionOf(activity: Json, category: string, log: Json | undefined): string | undefined {
  if (category === 'external') return 'native';
  if (category === 'internal') {
    // `CALL_0_1`: the kind of call, then its way down the call tree.
    const path = /^[A-Z0-9]*?_([0-9_]+)$/.exec(optionalText(activity, 'typeTraceAddress') ?? '')?.[1];
    return path === undefined ? undefined : `trace:${path.replaceAll('_', '.')}`;
  }
  const index = log === undefined ? undefined : quantityText(log, 'logIndex');
  return index === undefined ? undefined : `log:${index}`;
}
