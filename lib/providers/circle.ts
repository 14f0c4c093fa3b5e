import type { Transfer } from '../deposits/transfer.ts';
import { DepositCallbackError } from '../errors.ts';
import { array, type Json, member, optionalIsoTime, optionalNumberText, optionalText, text } from '../json/json.ts';
import { findNetwork } from '../networks/registry.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { type AssetNames, assetNames, type NamedAsset, type NamedAssetsOptions } from './kit/asset-names.ts';
import { ifReadable } from './kit/claims.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { blockFrom, otherEvent, ping, transfersOf } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

export { type CircleKeysOptions, circleKeys } from './kit/circle-keys.ts';

// https://developers.circle.com/api-reference/verify-webhook-signatures
const scheme: Scheme = {
  algorithm: 'ecdsa-p256-sha256',
  signature: { header: 'x-circle-signature' },
  encoding: 'base64',
  signed: ['body'],
  keyId: { header: 'x-circle-key-id' },
  id: { bodyField: 'notificationId' },
  // Subscribing asks by HEAD whether the URL answers.
  unsignedPing: { methods: ['HEAD'] },
};

/**
 * Receives Circle notifications, v2 (Wallets). `secrets` are public keys with their ids, `{ id, key }`; `circleKeys`
 * fetches them. Tokens have ids of Circle's own, which `assets` maps. See `docs/providers/circle.md`.
 */
export function circle(options: NamedAssetsOptions): Provider {
  assertOptions('circle', options);
  const names = assetNames('circle', options.assets);
  return declareProvider(
    {
      name: 'circle',
      scheme,
      methods: ['POST', 'HEAD'],
      read: (content) => readCircle(content, names),
      events: ['transactions.inbound', 'webhooks.test'],
      publishedSources: ['54.243.112.156', '100.24.191.35', '54.165.52.248', '54.87.106.46'],
      names: names.alone,
      ownOptions: ['assets'],
    },
    options,
  );
}

function readCircle(callback: Json, names: AssetNames): Reading {
  const type = text(callback, 'notificationType');
  if (type === 'webhooks.test') return ping;
  if (type !== 'transactions.inbound') return otherEvent(type, /^(?:transactions\.outbound|challenges\..+)$/);
  return transfersOf(readTransfer(callback, names));
}

function readTransfer(callback: Json, names: AssetNames): Transfer {
  const state = text(callback, 'notification.state');
  const isFinal = state === 'COMPLETE';
  const number = optionalNumberText(callback, 'notification.blockHeight');
  const hash = optionalText(callback, 'notification.blockHash');
  const isNft = (member(callback, 'notification', 'nfts') ?? null) !== null;
  return present<Transfer>({
    kind: isFinal ? 'confirmed' : failures.has(state) ? 'failed' : 'seen',
    ...assetOf(callback, names),
    amount: { decimal: isNft ? '0' : soleAmount(callback) },
    from: optionalText(callback, 'notification.sourceAddress'),
    to: text(callback, 'notification.destinationAddress'),
    transaction: present<Transfer['transaction']>({
      id: text(callback, 'notification.txHash'),
      position: `transfer:${text(callback, 'notification.id')}`,
      block: isFinal ? blockFrom(number, hash) : undefined,
    }),
    at: ifReadable(() => optionalIsoTime(callback, 'notification.updateDate')),
    evidence: { category: isNft ? 'nft' : 'transfer', direction: 'in' },
  });
}

const failures: ReadonlySet<string> = new Set(['FAILED', 'DENIED', 'CANCELLED']);

function assetOf(callback: Json, names: AssetNames): NamedAsset {
  const token = names.named(text(callback, 'notification.tokenId'));
  const network = findNetwork(text(callback, 'notification.blockchain'))?.id;
  // A token of another network than the one that the notification names is not that token.
  const isSame = network === undefined || token.network === undefined || token.network === network;
  return isSame ? token : { network, asset: token.asset };
}

// Never seen with more than one; which of several would be the deposit is not said.
function soleAmount(callback: Json): string {
  const amounts = array(callback, 'notification.amounts');
  if (amounts.length !== 1)
    throw new DepositCallbackError(
      'BODY_UNREADABLE',
      'The field notification.amounts of the body does not contain exactly one amount',
    );
  return text(amounts[0], '');
}
