import type { Transfer } from '../deposits/transfer.ts';
import { type Json, optionalArray, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { unitsAsSent } from './kit/claims.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { networkOfChainId, quantityText, tokenOn, topicAddress, topicsOf, transferTopic } from './kit/evm-reading.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { ping, unknown } from './kit/readings.ts';
import { readingOf, readRows } from './kit/rows.ts';
import type { Scheme } from './kit/scheme.ts';

// https://docs.tenderly.co/alerts/configuring-alert-destinations/webhooks
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'x-tenderly-signature' },
  // The time is signed as it stands in the HTTP header. No tolerance is documented, nor whether a retry gets a new time,
  // so it opens no window: a replay makes no second deposit, and a retry must not be lost.
  signed: ['body', { header: 'date' }],
  id: { bodyField: 'id' },
  // Adding a destination asks by GET whether the URL answers.
  unsignedPing: { methods: ['GET'] },
  sentHeaders: (now) => ({ date: new Date(now).toUTCString() }),
};

/** Receives Tenderly alerts (EVM). `secrets` are the webhooks' signing keys. See `docs/providers/tenderly.md`. */
export function tenderly(options: ProviderOptions): Provider {
  assertOptions('tenderly', options);
  return declareProvider(
    {
      name: 'tenderly',
      scheme,
      read: readTenderly,
      events: ['ALERT', 'TEST'],
      methods: ['POST', 'GET'],
      sendsRemovals: false,
      deadlineMs: 5_000,
    },
    options,
  );
}

function readTenderly(callback: Json): Reading {
  const type = text(callback, 'event_type');
  // With a transaction that looks real.
  if (type === 'TEST') return ping;
  if (type !== 'ALERT') return unknown(type);
  const network = networkOfChainId(text(callback, 'transaction.network'));
  const transaction = {
    id: text(callback, 'transaction.hash'),
    block: present<{ number?: string; hash?: string }>({
      number: quantityText(callback, 'transaction.block_number'),
      hash: text(callback, 'transaction.block_hash'),
    }),
  };
  const logs = optionalArray(callback, 'transaction.logs');
  return readingOf(
    readRows([callback], 'transaction', (one) => readNative(one, logs, network, transaction)),
    readRows(logs, 'transaction.logs', (log) => readLog(log, network, transaction)),
  );
}

function readNative(
  callback: Json,
  logs: readonly Json[],
  network: string,
  transaction: Transfer['transaction'],
): readonly Transfer[] {
  const to = optionalText(callback, 'transaction.to');
  const units = quantityText(callback, 'transaction.value');
  if (to === undefined || units === undefined || units === '0') return [];
  return [
    present<Transfer>({
      kind: 'mined',
      network,
      asset: 'native',
      amount: { units },
      from: optionalText(callback, 'transaction.from'),
      to,
      transaction: { ...transaction, position: 'native' },
      // The status is not in the body; a transaction that failed leaves no logs.
      evidence: { category: 'transfer', success: logs.length > 0 ? true : null },
    }),
  ];
}

// Undecoded, and without an index: rows of one callback are distinguished, and no more.
function readLog(log: Json, network: string, transaction: Transfer['transaction']): readonly Transfer[] {
  const topics = topicsOf(log, 'topics');
  const to = topicAddress(topics[2]);
  if (topics[0]?.toLowerCase() !== transferTopic || to === undefined) return [];
  const contract = text(log, 'address');
  const isNft = topics.length === 4;
  return [
    present<Transfer>({
      kind: 'mined',
      network,
      asset: tokenOn(network, contract),
      amount: isNft ? { units: 0n } : unitsAsSent(log, 'data'),
      from: topicAddress(topics[1]),
      to,
      transaction,
      evidence: { category: isNft ? 'nft' : 'transfer', emitter: contract, topics: topics.length, success: true },
    }),
  ];
}
