import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { invalidOption } from '../errors.ts';
import { array, type Json, member, optionalBoolean, optionalText, text } from '../json/json.ts';
import { findNetwork } from '../networks/registry.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { tokenOn } from './kit/evm-reading.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { quicknodeFormat } from './kit/quicknode-filter.ts';
import { unread } from './kit/readings.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

export { type QuicknodeFilterOptions, quicknodeFilter } from './kit/quicknode-filter.ts';
export { type QuicknodeWatch, type QuicknodeWatchOptions, watchQuicknode } from './kit/quicknode-watch.ts';

/** Options of `quicknode`. */
export interface QuicknodeOptions extends ProviderOptions {
  /**
   * `keep_distance_from_tip` of the stream: how many blocks lie on top of a block before it is sent, which is what its
   * transfers are taken to be confirmed by. Default 0: mined, and nothing more.
   */
  keepDistanceFromTip?: number;
}

// https://www.quicknode.com/guides/quicknode-products/streams/validating-incoming-streams-webhook-messages
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  // One of the official samples takes off an optional prefix.
  signature: { header: 'x-qn-signature', prefix: 'sha256=', prefixOptional: true },
  signed: [{ header: 'x-qn-nonce' }, 'timestamp', 'body'],
  timestamp: { header: 'x-qn-timestamp', unit: 'auto' },
  // Creating a stream sends one, and wants 200 for it.
  unsignedPing: { withoutHeaders: ['x-qn-nonce', 'x-qn-timestamp'] },
  sentHeaders: (_, id) => ({ 'x-qn-nonce': id }),
};

/**
 * Receives QuickNode Streams that run `quicknodeFilter()`. `secrets` are the security tokens, complete with `qnsec_`.
 * See `docs/providers/quicknode.md`.
 */
export function quicknode(options: QuicknodeOptions): Provider {
  assertOptions('quicknode', options);
  const { keepDistanceFromTip: distance = 0 } = options;
  if (!Number.isSafeInteger(distance) || distance < 0) {
    throw invalidOption('quicknode.keepDistanceFromTip', 'must be a number of blocks, 0 or more');
  }
  return declareProvider(
    {
      name: 'quicknode',
      scheme,
      read: (content) => readQuicknode(content, distance),
      sendsBatches: true,
      events: [quicknodeFormat],
      reportsConfirmations: distance > 0 ? 'count' : false,
      sendsRemovals: false,
      inflate: true,
      ownOptions: ['keepDistanceFromTip'],
    },
    options,
  );
}

function readQuicknode(sent: Json, distance: number): Reading {
  // With the stream's metadata in the body, what the filter returned stands in `data`.
  const made = optionalText(sent, 'format') === undefined ? (member(sent, 'data') ?? null) : sent;
  if (optionalText(made, 'format') !== quicknodeFormat)
    throw unread('The body is not what the filter of this package makes, so nothing in it is read');
  const network = text(made, 'network');
  // On other networks than those of the EVM the filter's fields mean something else, or are not there.
  const family = findNetwork(network)?.family;
  if (family !== undefined && family !== 'evm') throw unread('The network of the body is not one of the EVM');
  return readingOf(
    readRows(array(made, 'transfers'), 'transfers', (transfer) => readTransfer(transfer, network, distance)),
  );
}

function readTransfer(transfer: Json, network: string, distance: number): Transfer {
  const position = text(transfer, 'position');
  const contract = position === 'native' ? undefined : text(transfer, 'contract');
  return present<Transfer>({
    kind: distance > 0 ? 'confirmed' : 'mined',
    network,
    asset: contract === undefined ? 'native' : tokenOn(network, contract),
    amount: { units: text(transfer, 'amount') },
    from: optionalText(transfer, 'from'),
    to: text(transfer, 'to'),
    transaction: {
      id: text(transfer, 'transaction'),
      position,
      block: { number: text(transfer, 'block.number'), hash: text(transfer, 'block.hash') },
    },
    confirmations: distance > 0 ? distance : undefined,
    evidence: present<Evidence>({
      category: 'transfer',
      success: optionalBoolean(transfer, 'success') ?? null,
      emitter: contract,
      // The filter takes logs with exactly these.
      topics: contract === undefined ? undefined : 3,
    }),
  });
}
