import { DepositCallbackError } from '../../errors.ts';
import {
  array,
  boolean,
  type Json,
  member,
  optionalArray,
  optionalNumberText,
  optionalText,
  text,
} from '../../json/json.ts';
import { gainsOf } from '../../networks/solana-gains.ts';
import { present } from '../../util/present.ts';
import type { Reading } from './provider.ts';
import { type Rows, readingOf, readRows } from './rows.ts';
import { tokenChanges } from './solana-balances.ts';
import { type Arrival, arrivals } from './solana-transfers.ts';

/**
 * What each owner holds more of each token after the transactions of a slot. Bodies hold no lamports, so a transaction that moves
 * no token is a row that cannot be read. https://docs.moralis.com/streams/solana-streams (read 2026-11-29)
 */
export function readMoralisSolana(callback: Json, network: string): Reading {
  const block = present<{ number?: string; hash?: string }>({
    number: optionalNumberText(callback, 'block.slot'),
    hash: optionalText(callback, 'block.blockHash'),
  });
  const kind = boolean(callback, 'confirmed') ? 'confirmed' : 'mined';
  return readingOf(
    readRows(array(callback, 'transactions'), 'transactions', (transaction) =>
      readTransaction(transaction, { kind, network, block }),
    ),
  );
}

function readTransaction(transaction: Json, common: Pick<Arrival, 'kind' | 'network' | 'block'>): Rows {
  const { changes, doubts, unreadable } = tokenChanges({
    before: { list: optionalArray(transaction, 'preTokenBalances'), path: 'preTokenBalances' },
    after: { list: optionalArray(transaction, 'postTokenBalances'), path: 'postTokenBalances' },
    firstRow: 0,
  });
  if (changes.length === 0 && unreadable.length === 0)
    throw new DepositCallbackError('BODY_UNREADABLE', 'The body does not say how much SOL the transaction moved');
  const arrived = arrivals(gainsOf(changes, doubts), {
    ...common,
    signature: text(transaction, 'signature'),
    success: successOf(transaction),
  });
  return { ...arrived, unreadable: [...unreadable, ...arrived.unreadable] };
}

function successOf(transaction: Json): boolean {
  const error = member(transaction, 'err');
  if (error === undefined) throw new DepositCallbackError('BODY_UNREADABLE', 'err of the transaction is missing');
  return error === null;
}
