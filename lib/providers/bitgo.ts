import type { Transfer } from '../deposits/transfer.ts';
import { type Json, optionalText, text } from '../json/json.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { transfersOf, unknown } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// https://developers.bitgo.com/docs/webhooks-overview
const scheme: Scheme = { algorithm: 'hmac-sha256', signature: { header: 'x-signature-sha256' }, signed: ['body'] };

/** BitGo's names of coins; `assets` names its tokens, and coins that are not here. */
const knownAssets = {
  btc: 'bitcoin',
  ltc: 'litecoin',
  doge: 'dogecoin',
  eth: 'ethereum',
  'eth:usdt': 'ethereum/USDT',
  trx: 'tron',
  xrp: 'xrp',
} as const;

/** BitGo wallet webhooks of the type `transfer`. Secrets are the webhook secrets. See `docs/providers/bitgo.md`. */
export function bitgo(options: NamedAssetsOptions): Provider {
  const names = assetNames('bitgo', options.assets, knownAssets);
  return declareProvider(
    {
      name: 'bitgo',
      scheme,
      read: (content) => readBitgo(content, names),
      reportsMemos: true,
      ownOptions: ['assets'],
    },
    options,
  );
}

function readBitgo(callback: Json, names: AssetNames): Reading {
  if (optionalText(callback, 'type') !== 'transfer') return unknown;
  const units = optionalText(callback, 'baseValueString');
  if (units === undefined || optionalText(callback, 'receiver') === undefined) {
    // An older callback, which only says that there is something to fetch.
    const notice = `BitGo sent a transfer without its amount (${text(callback, 'transfer')}): create the webhook again`;
    return { kind: 'notice', notice, transfers: [], removals: [] };
  }
  return transfersOf(readTransfer(callback, units, names));
}

function readTransfer(callback: Json, units: string, names: AssetNames): Transfer {
  const { address, memo } = splitAddress(text(callback, 'receiver'));
  const isOutgoing = optionalText(callback, 'transferType') === 'send';
  return present<Transfer>({
    kind: kindOf(text(callback, 'state')),
    ...names.named(text(callback, 'coin')),
    // Negative for what was sent.
    amount: { units: units.replace(/^-/, '') },
    to: address,
    memo,
    transaction: { id: text(callback, 'hash'), position: `transfer:${text(callback, 'transfer')}` },
    evidence: { category: 'transfer', direction: isOutgoing ? 'out' : 'in' },
  });
}

// `confirmed` comes after the webhook's own numConfirmations, which the body does not tell.
function kindOf(state: string): Transfer['kind'] {
  if (state === 'confirmed') return 'confirmed';
  if (state === 'removed') return 'removed';
  return state === 'failed' || state === 'rejected' ? 'failed' : 'seen';
}

// `rAddress?dt=123` and `address?memoId=text`: an account that is shared is told apart in the address.
function splitAddress(receiver: string): { address: string; memo: string | null } {
  const [address = '', query] = receiver.split('?', 2);
  const parameters = new URLSearchParams(query ?? '');
  return { address, memo: parameters.get('dt') ?? parameters.get('memoId') };
}
