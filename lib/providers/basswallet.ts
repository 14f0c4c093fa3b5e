import type { Transfer } from '../deposits/transfer.ts';
import { type Json, numberText, optionalInteger, optionalNumberText, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { ifReadable } from './kit/claims.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { contentOf, isReadOneWay, type NameValue } from './kit/name-values.ts';
import { scalarText } from './kit/places.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { noDeposit, otherEvent, transfersOf, wordIn } from './kit/readings.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';

// https://docs-en.basswallet.com/api-reference/info/sign-info: `name=value&...` in the order in which they are sent. The time among
// them opens no window: whether a retry gets a new one is not documented.
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'signature' },
  signed: [{ from: namesAndValues }],
  content(request) {
    const pairs = pairsOf(request);
    return pairs && isReadOneWay(pairs) ? contentOf(pairs) : undefined;
  },
};

/**
 * Receives BassWallet deposits and payments. `secrets` are the callback secrets. See `docs/providers/basswallet.md`.
 */
export function basswallet(options: NamedAssetsOptions): Provider {
  assertOptions('basswallet', options);
  const names = assetNames('basswallet', options.assets);
  return declareProvider(
    {
      name: 'basswallet',
      scheme,
      read: (content) => readBasswallet(content, names),
      events: ['Deposit', 'Payment', 'expired Payment'],
      reportsConfirmations: 'count',
      names: names.bySymbol,
      ownOptions: ['assets'],
    },
    options,
  );
}

function namesAndValues(request: SignedRequest): string | undefined {
  return pairsOf(request)
    ?.map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function pairsOf(request: SignedRequest): readonly NameValue[] | undefined {
  const pairs: NameValue[] = [];
  for (const [name, found] of Object.entries(request.fields() ?? {})) {
    const value = scalarText(found);
    if (value === undefined) return undefined;
    pairs.push([name, value]);
  }
  return pairs;
}

function readBasswallet(callback: Json, names: AssetNames): Reading {
  const type = text(callback, 'webhookType');
  if (type !== 'Deposit' && type !== 'Payment') return otherEvent(type, /^Withdraw/);
  // An order that expired names no transfer.
  if (text(callback, 'status') === 'Expired') return noDeposit;
  const kind = wordIn(kinds, text(callback, 'status')) ?? 'seen';
  const number = ifReadable(() => optionalNumberText(callback, 'blockHigh'));
  return transfersOf(
    present<Transfer>({
      kind,
      ...names.on(text(callback, 'chainName'), text(callback, 'tokenName')),
      // `amount` of a payment is what was asked.
      amount: { decimal: optionalNumberText(callback, type === 'Payment' ? 'amountActual' : 'amount') ?? '' },
      from: ifReadable(() => optionalText(callback, 'fromAddress')),
      to: text(callback, 'toAddress'),
      transaction: present<Transfer['transaction']>({
        id: text(callback, 'txHash'),
        position: `transfer:${numberText(callback, 'id')}`,
        block: number === undefined ? undefined : { number },
      }),
      confirmations:
        kind === 'confirmed' ? (ifReadable(() => optionalInteger(callback, 'blockConfirmNum')) ?? 0) : undefined,
      evidence: { category: 'transfer', direction: 'in' },
    }),
  );
}

const kinds: Readonly<Record<string, Transfer['kind']>> = { Success: 'confirmed', Failed: 'failed' };
