import type { Evidence, Transfer } from '../../deposits/transfer.ts';
import {
  boolean,
  type Json,
  numberText,
  optionalArray,
  optionalNumberText,
  optionalText,
  text,
} from '../../json/json.ts';
import { present } from '../../util/present.ts';
import { claimedDecimals, claimedSymbol, ifReadable, recipientOf, unitsAsSent } from './claims.ts';
import { quantityText, tokenOn } from './evm-reading.ts';
import type { Reading } from './provider.ts';
import { readingOf, readRows } from './rows.ts';

interface Common {
  kind: 'confirmed' | 'mined';
  network: string;
  block: { number?: string; hash?: string };
}

/** The rows of a block of an EVM network: `txs`, `txsInternal`, `erc20Transfers`. */
export function readMoralisEvm(callback: Json, network: string): Reading {
  const block = present<Common['block']>({
    number: quantityText(callback, 'block.number'),
    hash: text(callback, 'block.hash'),
  });
  const common: Common = { kind: boolean(callback, 'confirmed') ? 'confirmed' : 'mined', network, block };
  const transactions = optionalArray(callback, 'txs');
  const logs = optionalArray(callback, 'logs');
  const statuses = byKey(transactions, (one) => text(one, 'hash'));
  const logged = byKey(logs, (one) => logKey(text(one, 'transactionHash'), numberText(one, 'logIndex')));
  const calls = optionalArray(callback, 'txsInternal');
  const tokens = optionalArray(callback, 'erc20Transfers');
  return readingOf(
    readRows(transactions, 'txs', (one) => readNative(one, common)),
    readRows(calls, 'txsInternal', (one) => readInternal(one, statuses, common)),
    readRows(tokens, 'erc20Transfers', (one) => [readToken(one, logged, common)]),
  );
}

/** Those that have a key that can be read: what belongs to another row must not cost this one. */
function byKey(rows: readonly Json[], keyOf: (row: Json) => string): ReadonlyMap<string, Json> {
  return new Map(
    rows.flatMap((row) => {
      const key = ifReadable(() => keyOf(row));
      return key === undefined ? [] : [[key, row] as const];
    }),
  );
}

function logKey(transaction: string, index: string): string {
  return `${transaction}/${index}`;
}

function readNative(transaction: Json, { kind, network, block }: Common): readonly Transfer[] {
  // A contract creation has no recipient.
  const to = recipientOf(transaction, 'toAddress');
  if (to === undefined) return [];
  return [
    present<Transfer>({
      kind,
      network,
      asset: 'native',
      amount: { units: numberText(transaction, 'value') },
      from: optionalText(transaction, 'fromAddress'),
      to,
      transaction: { id: text(transaction, 'hash'), position: 'native', block },
      evidence: { category: 'transfer', success: successOf(transaction) },
    }),
  ];
}

/** Failed transactions are sent too, so a status that is not there is not a good one. */
function successOf(transaction: Json): boolean | null {
  const status = optionalNumberText(transaction, 'receiptStatus');
  return status === undefined ? null : status === '1';
}

// Internal transfers have no index: rows of one callback are distinguished, and no more.
function readInternal(call: Json, statuses: ReadonlyMap<string, Json>, common: Common): readonly Transfer[] {
  const to = recipientOf(call, 'to');
  if (to === undefined) return [];
  const { kind, network, block } = common;
  const id = text(call, 'transactionHash');
  const outer = statuses.get(id);
  return [
    present<Transfer>({
      kind,
      network,
      asset: 'native',
      amount: { units: numberText(call, 'value') },
      from: optionalText(call, 'from'),
      to,
      transaction: { id, block },
      evidence: present<Evidence>({
        category: 'internal',
        success: outer === undefined ? undefined : (ifReadable(() => successOf(outer)) ?? null),
      }),
    }),
  ];
}

function readToken(transfer: Json, logged: ReadonlyMap<string, Json>, { kind, network, block }: Common): Transfer {
  const id = text(transfer, 'transactionHash');
  const index = numberText(transfer, 'logIndex');
  const log = logged.get(logKey(id, index));
  const topics = ['topic0', 'topic1', 'topic2', 'topic3'].filter((name) => optionalText(log, name) !== undefined);
  return present<Transfer>({
    kind,
    network,
    asset: tokenOn(network, text(transfer, 'contract')),
    amount: unitsAsSent(transfer, 'value'),
    decimals: claimedDecimals(transfer, 'tokenDecimals'),
    symbol: claimedSymbol(transfer, 'tokenSymbol'),
    from: optionalText(transfer, 'from'),
    to: text(transfer, 'to'),
    transaction: { id, position: `log:${index}`, block },
    evidence: present<Evidence>({
      category: 'transfer',
      emitter: optionalText(log, 'address'),
      topics: log === undefined ? undefined : topics.length,
    }),
  });
}
