import type { Transfer } from '../deposits/transfer.ts';
import { type Json, member, numberText, object, optionalNumberText, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { tokenOn } from './kit/evm-reading.ts';
import { headerOf, textAt } from './kit/places.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { noDeposit, otherEvent, transfersOf, unknown, unread } from './kit/readings.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';

export { type CoinbaseCdpWatchOptions, watchCoinbaseCdp } from './kit/coinbase-cdp-watch.ts';

const header = 'x-hook0-signature';

// https://docs.cdp.coinbase.com/webhooks/verify-signatures: `t.h.values.body`, where h names headers and values are theirs.
// The older v0 covers no headers and is not taken.
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header, field: 'v1' },
  timestamp: { header, field: 't', unit: 's' },
  signed: ['timestamp', { from: listText }, { from: listedValues }, 'body'],
  separator: '.',
  id: { from: (request) => (listOf(request).includes('x-event-id') ? headerOf(request, 'x-event-id') : undefined) },
  sentHeaders: (_, id) => ({
    'x-event-id': id,
    'x-event-type': 'onchain.activity.detected',
    [header]: 'h=content-type x-event-id x-event-type',
  }),
};

/**
 * Receives onchain webhooks of the Coinbase Developer Platform (Base). `secrets` are the subscriptions' secrets. See
 * `docs/providers/coinbase-cdp.md`.
 */
export function coinbaseCdp(options: ProviderOptions): Provider {
  assertOptions('coinbaseCdp', options);
  return declareProvider(
    {
      name: 'coinbase-cdp',
      scheme,
      read: readCdp,
      events: ['onchain.activity.detected', 'wallet.activity.detected', 'wallet.activity.multi'],
      sendsRemovals: false,
    },
    options,
  );
}

function listText(request: SignedRequest): string | undefined {
  return textAt(request, { header, field: 'h' });
}

function listOf(request: SignedRequest): readonly string[] {
  return (listText(request) ?? '').split(' ').map((name) => name.toLowerCase());
}

// A header that is listed and missing counts as empty.
function listedValues(request: SignedRequest): string {
  return listOf(request)
    .map((name) => headerOf(request, name) ?? '')
    .join('.');
}

function readCdp(callback: Json): Reading {
  const type = optionalText(callback, 'eventType');
  if (type === undefined) {
    // The body of onchain.activity does not say its type.
    return optionalText(callback, 'event_name') === undefined
      ? unknown(undefined)
      : readTransfer(callback, onchainNames);
  }
  if (type === 'payments.transfers.completed' && isDeposit(object(callback, 'data')))
    throw unread('A deposit into an account at Coinbase names a deposit destination by its id, and no address');
  if (!type.startsWith('wallet.activity.')) return otherEvent(type, /^payments\.transfers\./);
  return readTransfer(object(callback, 'data'), walletNames);
}

/** Whether a transfer at Coinbase came from an address on a chain. */
function isDeposit(transfer: Json): boolean {
  return member(transfer, 'source', 'address') !== undefined && member(transfer, 'target', 'accountId') !== undefined;
}

const onchainNames = {
  event: 'event_name',
  contract: 'contract_address',
  transaction: 'transaction_hash',
  block: 'block_number',
  members: 'parameters.',
};

const walletNames = {
  event: 'eventName',
  contract: 'contractAddress',
  transaction: 'transactionHash',
  block: 'blockNumber',
  members: '',
};

function readTransfer(event: Json, names: typeof onchainNames): Reading {
  if (optionalText(event, names.event) !== 'Transfer') return noDeposit;
  // An NFT's Transfer has the same name, and a token id in place of a value.
  if (optionalNumberText(event, `${names.members}tokenId`) !== undefined) return noDeposit;
  const network = text(event, 'network');
  const contract = text(event, names.contract);
  const number = optionalNumberText(event, names.block);
  const transfer = present<Transfer>({
    kind: 'mined',
    network,
    asset: tokenOn(network, contract),
    amount: { units: numberText(event, `${names.members}value`) },
    from: optionalText(event, `${names.members}from`),
    to: text(event, `${names.members}to`),
    // The log index is counted within the transaction, not the block as elsewhere, so it is not a position.
    transaction: present<Transfer['transaction']>({
      id: text(event, names.transaction),
      block: number === undefined ? undefined : { number },
    }),
    evidence: { category: 'transfer', emitter: contract, logged: true },
  });
  return transfersOf(transfer);
}
