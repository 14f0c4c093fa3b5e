import { DepositCallbackError } from '../../errors.ts';
import { array, type Json, member, numberText, optionalArray, optionalText, text } from '../../json/json.ts';
import { type Change, type Doubt, gainsOf } from '../../networks/solana-gains.ts';
import { ifReadable } from './claims.ts';
import { type Rows, readRows } from './rows.ts';
import { tokenChanges } from './solana-balances.ts';
import { arrivals } from './solana-transfers.ts';

/**
 * The transfers of one transaction as a Solana node reports it: what each owner holds more after it than before,
 * whatever instructions moved it.
 */
export function readRawTransaction(transaction: Json, network: string): Rows {
  const signature = text(array(transaction, 'transaction.signatures')[0], '');
  const arrival = {
    kind: 'mined',
    network,
    signature,
    block: { number: numberText(transaction, 'slot') },
    // Failed transactions are sent too.
    success: !isFailed(transaction),
  } as const;
  const before = optionalArray(transaction, 'meta.preTokenBalances');
  const coins = coinChanges(transaction, before);
  const tokens = tokenChanges({
    before: { list: before, path: 'meta.preTokenBalances' },
    after: { list: optionalArray(transaction, 'meta.postTokenBalances'), path: 'meta.postTokenBalances' },
    firstRow: coins.size,
  });
  const read = [
    arrivals(gainsOf(coins.changes, coins.doubts), arrival),
    arrivals(gainsOf(tokens.changes, tokens.doubts), arrival),
  ];
  return {
    transfers: read.flatMap(({ transfers }) => transfers),
    unreadable: [...coins.unreadable, ...tokens.unreadable, ...read.flatMap(({ unreadable }) => unreadable)],
    size: coins.size,
  };
}

function isFailed(transaction: Json): boolean {
  const error = member(transaction, 'meta', 'err');
  if (error === undefined) throw new DepositCallbackError('BODY_UNREADABLE', 'meta.err of the body is missing');
  return error !== null;
}

interface CoinChanges extends Omit<Rows, 'transfers'> {
  changes: readonly Change[];
  doubts: readonly Doubt[];
}

/**
 * Lamports by account. What a closed token account held goes back to somebody, and has not arrived from anywhere if
 * that is its own owner: so it counts as the owner's. The fee is nothing that anybody sent.
 */
function coinChanges(transaction: Json, tokensBefore: readonly Json[]): CoinChanges {
  const accounts = accountsOf(transaction);
  const before = array(transaction, 'meta.preBalances');
  const after = array(transaction, 'meta.postBalances');
  const fee = BigInt(numberText(transaction, 'meta.fee'));
  const owners = new Map(
    tokensBefore.flatMap((balance) => {
      const owner = ifReadable(() => optionalText(balance, 'owner'));
      const index = ifReadable(() => numberText(balance, 'accountIndex'));
      return owner === undefined || index === undefined ? [] : [[index, owner] as const];
    }),
  );
  const changes: Change[] = [];
  const doubts: Doubt[] = [];
  const { unreadable } = readRows(accounts, 'transaction.accounts', (_, index) => {
    const account = accounts[index] ?? '';
    try {
      const had = lamports(before[index]);
      const has = lamports(after[index]);
      const owner = has === 0n ? (owners.get(String(index)) ?? account) : account;
      changes.push({ owner, units: has - had + (index === 0 ? fee : 0n), row: index });
    } catch (error) {
      doubts.push({ owner: account });
      throw error;
    }
    return undefined;
  });
  return { changes: inOrderOfOwners(changes, accounts), doubts, unreadable, size: accounts.length };
}

// The row of an owner is that of his own account, whichever of his others stands before it.
function inOrderOfOwners(changes: readonly Change[], accounts: readonly string[]): readonly Change[] {
  return changes.map((change) => ({ ...change, row: Math.max(0, accounts.indexOf(change.owner)) }));
}

function lamports(balance: Json | undefined): bigint {
  const written = numberText(balance, '');
  if (!/^\d{1,20}$/.test(written))
    throw new DepositCallbackError('BODY_UNREADABLE', 'A balance of the body is not an integer');
  return BigInt(written);
}

/** Balances follow the accounts of the message, then those loaded from tables: writable ones first. */
function accountsOf(transaction: Json): readonly string[] {
  return [
    ...array(transaction, 'transaction.message.accountKeys'),
    ...optionalArray(transaction, 'meta.loadedAddresses.writable'),
    ...optionalArray(transaction, 'meta.loadedAddresses.readonly'),
  ].map((account) => (typeof account === 'string' ? account : text(account, 'pubkey')));
}
