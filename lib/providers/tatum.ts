import { DepositCallbackError } from '../errors.ts';
import { type Json, optionalText } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { type AssetNames, assetNames, type NamedAssetsOptions } from './kit/asset-names.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { otherEvent, transfersOf } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';
import { readTatumLegacy } from './kit/tatum-legacy.ts';

export { type TatumWatchOptions, watchTatum } from './kit/tatum-watch.ts';

// https://docs.tatum.io/docs/authenticating-notification-webhooks
const scheme: Scheme = {
  algorithm: 'hmac-sha512',
  signature: { header: 'x-payload-hash' },
  encoding: 'base64',
  signed: ['body'],
};

// Tatum's names of tokens that its TRON notifications give in place of a contract.
const namesOfTokens: Readonly<Record<string, string>> = { USDT_TRON: 'tron/USDT' };

/**
 * Receives Tatum notifications, v4, with the legacy template. The secret is the `hmacSecret` set for the API key;
 * without one, Tatum signs nothing. `assets` maps tokens that Tatum reports by a name of its own. See
 * `docs/providers/tatum.md`.
 */
export function tatum(options: NamedAssetsOptions): Provider {
  assertOptions('tatum', options);
  const names = assetNames('tatum', options.assets, namesOfTokens);
  return declareProvider(
    {
      name: 'tatum',
      scheme,
      read: (content) => readTatum(content, names),
      events: [
        'ADDRESS_EVENT native',
        'ADDRESS_EVENT fee',
        'ADDRESS_EVENT token',
        'ADDRESS_EVENT trc20',
        'ADDRESS_EVENT nft',
        'ADDRESS_EVENT without a type',
        'INCOMING_NATIVE_TX',
        'INCOMING_INTERNAL_TX',
        'INCOMING_FUNGIBLE_TX',
        'INCOMING_NFT_TX',
        'INCOMING_MULTITOKEN_TX',
        'mempool',
        'reorg',
      ],
      sendsRemovals: true,
      deadlineMs: 10_000,
      ownOptions: ['assets'],
    },
    options,
  );
}

// CONTRACT_ADDRESS_LOG_EVENT and the like are none of them: a log may be a deposit.
const others = /^(?:OUTGOING_\w+|FAILED_TXS_PER_BLOCK|PAID_FEE)$/;

function readTatum(callback: Json, names: AssetNames): Reading {
  const subscription = optionalText(callback, 'subscriptionType');
  if (subscription === undefined)
    throw new DepositCallbackError(
      'BODY_UNREADABLE',
      'The body does not use the legacy template; only that one names the chain, so subscribe with templateId legacy',
    );
  const transfer = readTatumLegacy(callback, names);
  return transfer === undefined ? otherEvent(subscription, others) : transfersOf(transfer);
}
