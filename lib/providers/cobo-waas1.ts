import type { Transfer } from '../deposits/transfer.ts';
import {
  integer,
  type Json,
  member,
  optionalBoolean,
  optionalInteger,
  optionalNumberText,
  optionalText,
  text,
} from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { claimedDecimals, ifReadable } from './kit/claims.ts';
import { coboAssets } from './kit/cobo-assets.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { eventTime } from './kit/event-time.ts';
import { paysByOutputs } from './kit/outputs.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { blockFrom, noDeposit, transfersOf, wordIn } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

/** The keys that Cobo publishes for WaaS 1.0 (compressed secp256k1, hex), for the option `secrets`. */
export const coboWaas1PublicKeys = {
  development: '03596da539963fb1dd29d5859e25903eb76b9f7ed2d58516e29c9f80c201ff2c1b',
  production: '02c3e5bacf436fbf4da78597e791579f022a2e85073ae36c54a361ff97f2811376',
} as const;

// https://www.cobo.com/developers/v1: over sha256(sha256(`body|timestamp`)), of which ECDSA takes the second. For the time see
// `cobo.ts`.
const scheme: Scheme = {
  algorithm: 'ecdsa-secp256k1-sha256',
  keyForm: 'raw',
  signature: { header: 'biz-resp-signature' },
  signed: ['body', { header: 'biz-timestamp' }],
  separator: '|',
  prehash: ['sha256'],
  sentHeaders: (now) => ({ 'biz-timestamp': String(now) }),
};

/**
 * Receives Cobo Custody WaaS 1.0 notifications of custodial and MPC wallets. `secrets` are public keys, see
 * `coboWaas1PublicKeys`. See `docs/providers/cobo-waas1.md`.
 */
export function coboWaas1(options: NamedAssetsOptions): Provider {
  assertOptions('coboWaas1', options);
  const names = assetNames('cobo-waas1', options.assets, coboAssets);
  return declareProvider(
    {
      name: 'cobo-waas1',
      scheme,
      read: (content) => readNotification(content, names),
      // Anything but `ok` is sent again, up to 14 times.
      answer: () => accepted,
      events: ['custodial', 'mpc'],
      reportsConfirmations: 'count',
      reportsMemos: true,
      names: names.alone,
      ownOptions: ['assets'],
    },
    options,
  );
}

const accepted = { status: 200, body: 'ok' } as const;

function readNotification(callback: Json, names: AssetNames): Reading {
  if (member(callback, 'coin_detail') === undefined) return transfersOf(readCustodial(callback, names));
  const isNft = ifReadable(() => optionalText(callback, 'nft_detail.nft_code')) !== undefined;
  return isNft ? noDeposit : transfersOf(readMpc(callback, names));
}

function readCustodial(callback: Json, names: AssetNames): Transfer {
  const kind = wordIn(custodialKinds, text(callback, 'status')) ?? 'seen';
  const asset = names.named(text(callback, 'coin'));
  // A shared account is distinguished in the address: `address|memo`.
  const [to = '', memo] = text(callback, 'address').split('|', 2);
  const isFinal = kind === 'confirmed';
  const number = ifReadable(() => optionalNumberText(callback, 'tx_detail.blocknum'));
  return present<Transfer>({
    kind,
    ...asset,
    amount: { units: optionalNumberText(callback, 'amount') ?? '' },
    decimals: claimedDecimals(callback, 'decimal'),
    from: ifReadable(() => optionalText(callback, 'source_address')),
    to,
    memo: memo ?? optionalNumberText(callback, 'memo') ?? null,
    transaction: present<Transfer['transaction']>({
      id: text(callback, 'txid'),
      position: positionOf(callback, asset.network, text(callback, 'id')),
      block: isFinal ? blockFrom(number, optionalText(callback, 'tx_detail.blockhash')) : undefined,
    }),
    confirmations: isFinal ? countOf(callback, 'confirmed_num') : undefined,
    at: eventTime(callback, 'last_time'),
    evidence: { category: 'transfer', direction: text(callback, 'side') === 'deposit' ? 'in' : 'out' },
  });
}

const custodialKinds: Readonly<Record<string, Transfer['kind']>> = { success: 'confirmed', failed: 'failed' };

/** Number of a deposit among MPC transaction types. */
const mpcDeposit = 1000;

// https://www.cobo.com/developers/v1/api-references/mpc-wallet/mpc_transactions_by_request_ids (2026-11-29). Of the others, 402 is sent
// once more and 502 becomes 901.
const mpcKinds: Readonly<Record<string, Transfer['kind']>> = { 900: 'confirmed', 901: 'failed', 902: 'removed' };

function readMpc(callback: Json, names: AssetNames): Transfer {
  const kind = wordIn(mpcKinds, String(integer(callback, 'status'))) ?? 'seen';
  const isInBlock = kind === 'confirmed' || kind === 'removed';
  const asset = names.named(text(callback, 'coin_detail.coin'));
  const height = ifReadable(() => optionalNumberText(callback, 'block_detail.block_height'));
  // Without a block the height is 0.
  const number = height === '0' ? undefined : height;
  const isFueling = ifReadable(() => optionalBoolean(callback, 'is_gas_station_tx')) === true;
  const isDeposit = integer(callback, 'transaction_type') === mpcDeposit;
  return present<Transfer>({
    kind,
    ...asset,
    amount: { units: optionalNumberText(callback, 'amount_detail.amount') ?? '' },
    decimals: claimedDecimals(callback, 'coin_detail.decimal'),
    from: ifReadable(() => optionalText(callback, 'from_address')),
    to: text(callback, 'to_address'),
    memo: optionalNumberText(callback, 'memo') ?? null,
    transaction: present<Transfer['transaction']>({
      id: text(callback, 'tx_hash'),
      position: positionOf(callback, asset.network, text(callback, 'cobo_id')),
      block: isInBlock ? blockFrom(number, optionalText(callback, 'block_detail.block_hash')) : undefined,
    }),
    confirmations: kind === 'confirmed' ? countOf(callback, 'confirmed_number') : undefined,
    at: eventTime(callback, 'updated_time'),
    evidence: { category: isFueling ? 'fee' : 'transfer', direction: isDeposit ? 'in' : 'out' },
  });
}

function positionOf(callback: Json, network: string | undefined, id: string): string {
  const output = ifReadable(() => optionalNumberText(callback, 'vout_n'));
  const isOfOutputs = paysByOutputs(network);
  return output !== undefined && isOfOutputs ? `out:${output}` : `transfer:${id}`;
}

function countOf(callback: Json, path: string): number {
  return ifReadable(() => optionalInteger(callback, path)) ?? 0;
}
