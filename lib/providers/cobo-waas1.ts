import type { Transfer } from '../deposits/transfer.ts';
import {
  integer,
  type Json,
  member,
  numberText,
  optionalInteger,
  optionalNumberText,
  optionalText,
  text,
} from '../json/json.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { coboAssets } from './kit/cobo-assets.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { paysByOutputs } from './kit/outputs.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { blockFrom, transfersOf, wordIn } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

/** Keys that Cobo publishes for WaaS 1.0 (compressed secp256k1, hex), for the option `secrets`. */
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
 * Cobo Custody WaaS 1.0 notifications, of custodial and of MPC wallets. Secrets are public keys, `coboWaas1PublicKeys`.
 * See `docs/providers/cobo-waas1.md`.
 */
export function coboWaas1(options: NamedAssetsOptions): Provider {
  const names = assetNames('cobo-waas1', options.assets, coboAssets);
  return declareProvider(
    {
      name: 'cobo-waas1',
      scheme,
      read: (content) => readNotification(content, names),
      // Anything but `ok` is sent again, up to 14 times.
      answer: () => accepted,
      reportsConfirmations: 'count',
      reportsMemos: true,
      ownOptions: ['assets'],
    },
    options,
  );
}

const accepted = { status: 200, body: 'ok' } as const;

function readNotification(callback: Json, names: AssetNames): Reading {
  const isMpc = member(callback, 'coin_detail') !== undefined;
  return transfersOf(isMpc ? readMpc(callback, names) : readCustodial(callback, names));
}

function readCustodial(callback: Json, names: AssetNames): Transfer {
  const kind = wordIn(custodialKinds, text(callback, 'status')) ?? 'seen';
  const asset = names.named(text(callback, 'coin'));
  // An account that is shared is told apart in the address: `address|memo`.
  const [to = '', memo] = text(callback, 'address').split('|', 2);
  const isFinal = kind === 'confirmed';
  return present<Transfer>({
    kind,
    ...asset,
    amount: { units: text(callback, 'amount') },
    decimals: integer(callback, 'decimal'),
    from: optionalText(callback, 'source_address'),
    to,
    memo: memo ?? optionalText(callback, 'memo') ?? null,
    transaction: present<Transfer['transaction']>({
      id: text(callback, 'txid'),
      position: positionOf(asset.network, optionalNumberText(callback, 'vout_n'), text(callback, 'id')),
      block: isFinal ? blockOf(callback) : undefined,
    }),
    confirmations: isFinal ? (optionalInteger(callback, 'confirmed_num') ?? 0) : undefined,
    at: optionalInteger(callback, 'last_time'),
    evidence: { category: 'transfer', direction: text(callback, 'side') === 'deposit' ? 'in' : 'out' },
  });
}

const custodialKinds: Readonly<Record<string, Transfer['kind']>> = { success: 'confirmed', failed: 'failed' };

/** Number of a deposit among MPC transaction types, and of success among their states. */
const mpcDeposit = 1000;
const mpcSuccess = 900;

function readMpc(callback: Json, names: AssetNames): Transfer {
  // Numbers of failures are not documented: until it has succeeded, it is only seen.
  const isFinal = integer(callback, 'status') === mpcSuccess;
  const asset = names.named(text(callback, 'coin_detail.coin'));
  return present<Transfer>({
    kind: isFinal ? 'confirmed' : 'seen',
    ...asset,
    amount: { units: numberText(callback, 'amount_detail.amount') },
    decimals: integer(callback, 'coin_detail.decimal'),
    from: optionalText(callback, 'from_address'),
    to: text(callback, 'to_address'),
    memo: optionalText(callback, 'memo') ?? null,
    transaction: {
      id: text(callback, 'tx_hash'),
      position: positionOf(asset.network, optionalNumberText(callback, 'vout_n'), text(callback, 'cobo_id')),
    },
    confirmations: isFinal ? (optionalInteger(callback, 'confirmed_number') ?? 0) : undefined,
    evidence: {
      category: 'transfer',
      direction: integer(callback, 'transaction_type') === mpcDeposit ? 'in' : 'out',
    },
  });
}

function positionOf(network: string | undefined, output: string | undefined, id: string): string {
  return output !== undefined && paysByOutputs(network) ? `out:${output}` : `transfer:${id}`;
}

function blockOf(callback: Json): Transfer['transaction']['block'] {
  const number = optionalNumberText(callback, 'tx_detail.blocknumber');
  return blockFrom(number, optionalText(callback, 'tx_detail.blockhash'));
}
