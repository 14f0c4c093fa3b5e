import type { Evidence, Transfer } from '../deposits/transfer.ts';
import {
  array,
  type Json,
  member,
  optionalArray,
  optionalBoolean,
  optionalInteger,
  optionalIsoTime,
  optionalObject,
  optionalText,
  text,
} from '../json/json.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { assetOn, hexUnits, quantityText } from './kit/evm-reading.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
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
 * Alchemy Notify, Address Activity (EVM). Secrets are the signing keys of the webhooks, `whsec_...` whole, one for each
 * webhook. See `docs/providers/alchemy.md`.
 */
export function alchemy(options: ProviderOptions): Provider {
  return declareProvider(
    {
      name: 'alchemy',
      scheme,
      read: readAlchemy,
      events: [
        'external',
        'internal',
        'token',
        'erc721',
        'erc1155',
        'approval',
        'capacity exceeded',
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

const nothing = { transfers: [], removals: [] } as const;

function readAlchemy(callback: Json): Reading {
  if (optionalText(callback, 'type') !== 'ADDRESS_ACTIVITY') return { kind: 'unknown', ...nothing };
  const failure = optionalText(callback, 'event.error');
  if (failure !== undefined) return { kind: 'notice', notice: failure, ...nothing };
  // Solana sends `event.transaction`, of which no schema is published; Stellar is no network of ours.
  if (member(callback, 'event', 'activity') === undefined) return { kind: 'unknown', ...nothing };
  const network = text(callback, 'event.network');
  const at = optionalIsoTime(callback, 'createdAt');
  const transfers = array(callback, 'event.activity').flatMap((activity) => readActivity(activity, network, at));
  return { kind: 'transfers', transfers, removals: [] };
}

function readActivity(activity: Json, network: string, at: number | undefined): readonly Transfer[] {
  // A contract creation has no recipient.
  const to = optionalText(activity, 'toAddress');
  if (to === undefined) return [];
  const category = text(activity, 'category').toLowerCase();
  const log = optionalObject(activity, 'log');
  const isToken = category !== 'external' && category !== 'internal';
  const contract = optionalText(activity, 'rawContract.address') ?? optionalText(log, 'address');
  const nature = natureOf(activity, category, log);
  const isMoney = nature === 'transfer' || nature === 'internal';
  return [
    present<Transfer>({
      kind: optionalBoolean(log, 'removed') === true ? 'removed' : 'mined',
      network,
      asset: assetOn(network, isToken ? (contract ?? '') : undefined),
      amount: { units: isMoney ? hexUnits(activity, 'rawContract.rawValue') : 0n },
      decimals: isMoney ? optionalInteger(activity, 'rawContract.decimals') : undefined,
      symbol: optionalText(activity, 'asset'),
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
        topics: log === undefined ? undefined : optionalArray(log, 'topics').length,
        logged: isToken && isMoney ? log !== undefined : undefined,
      }),
    }),
  ];
}

// Categories as the documentation and the samples spell them; ERC-20 and ERC-721 are both `token`.
function natureOf(activity: Json, category: string, log: Json | undefined): NonNullable<Evidence['category']> {
  if (category.includes('approval')) return 'approval';
  if (category === 'internal') return 'internal';
  if (category === 'external') return 'transfer';
  const isFungible =
    (category === 'token' || category === 'erc20') &&
    optionalText(activity, 'erc721TokenId') === undefined &&
    optionalArray(log, 'topics').length < 4;
  return isFungible ? 'transfer' : 'nft';
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
