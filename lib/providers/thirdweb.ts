import type { Transfer } from '../deposits/transfer.ts';
import { DepositCallbackError } from '../errors.ts';
import { array, type Json, numberText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { unitsAsSent } from './kit/claims.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { tokenOn, topicAddress, topicsOf, transferTopic } from './kit/evm-reading.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { unknown } from './kit/readings.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

// https://portal.thirdweb.com/insight/webhooks/payload
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'x-webhook-signature' },
  signed: ['body'],
};

/**
 * Receives contract events of thirdweb Insight (EVM). `secrets` are the webhook secrets. See
 * `docs/providers/thirdweb.md`.
 */
export function thirdweb(options: ProviderOptions): Provider {
  assertOptions('thirdweb', options);
  return declareProvider(
    {
      name: 'thirdweb',
      scheme,
      read: readThirdweb,
      sendsBatches: true,
      events: ['v1.events'],
      sendsRemovals: true,
      deadlineMs: 3_000,
    },
    options,
  );
}

function readThirdweb(callback: Json): Reading {
  const topic = text(callback, 'topic');
  if (topic !== 'v1.events' && topic !== 'v1.transactions') return unknown(topic);
  return readingOf(readRows(array(callback, 'data'), 'data', readRow));
}

function readRow(row: Json): Transfer | undefined {
  if (text(row, 'type') !== 'event')
    throw new DepositCallbackError('BODY_UNREADABLE', 'The fields of a transaction are not documented; watch events');
  const status = text(row, 'status');
  if (status !== 'new' && status !== 'reverted')
    throw new DepositCallbackError('BODY_UNREADABLE', 'The status of a row is not known');
  const topics = topicsOf(row, 'data.topics');
  const to = topicAddress(topics[2]);
  if (topics[0]?.toLowerCase() !== transferTopic || to === undefined) return undefined;
  const network = `eip155:${numberText(row, 'data.chain_id')}`;
  const contract = text(row, 'data.address');
  const from = topicAddress(topics[1]);
  const isNft = topics.length === 4;
  return {
    // A reorg sends the same row again, as reverted.
    kind: status === 'reverted' ? 'removed' : 'mined',
    network,
    asset: tokenOn(network, contract),
    amount: isNft ? { units: 0n } : unitsAsSent(row, 'data', 'data'),
    ...(from === undefined ? {} : { from }),
    to,
    transaction: {
      id: text(row, 'data.transaction_hash'),
      position: `log:${numberText(row, 'data.log_index')}`,
      block: { number: numberText(row, 'data.block_number'), hash: text(row, 'data.block_hash') },
    },
    evidence: { category: isNft ? 'nft' : 'transfer', emitter: contract, topics: topics.length, success: true },
  };
}
