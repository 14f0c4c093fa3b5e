import { DepositCallbackError } from '../../../errors.ts';
import { array, integer, type Json, member, numberText, optionalArray, text } from '../../../json/json.ts';
import type { Network } from '../../../networks/network.ts';
import { type Change, type Gain, gainsOf } from '../../../networks/solana-gains.ts';
import { present } from '../../../util/present.ts';
import type { ChainRow } from '../../kit/chain-check.ts';

/** A transaction as `getTransaction` and `getBlock` write it. */
export interface SolanaTransaction {
  /** Its first signature. */
  id: string;
  /** A failed one has moved nothing but its fee, whatever its balances say. */
  success: boolean;
  /** What each owner holds more of each asset than before. */
  rows: readonly ChainRow[];
  /** Accounts of the transaction that hold tokens for an owner. */
  tokenAccounts: ReadonlySet<string>;
}

/** What a token account holds. */
interface TokenBalance {
  /** Index among the accounts of the transaction. */
  account: number;
  mint: string;
  owner: string;
  units: bigint;
}

// Of each owner and asset there is one row, so nothing has to tell two apart.
const position = 'balance';

/**
 * Reads a transaction with its balances before and after it: what arrived is what they say, whatever instructions, outer
 * or inner, moved it, and whatever fee a token kept. Throws `BODY_UNREADABLE`.
 */
export function readTransaction(json: Json, network: Network): SolanaTransaction {
  const accounts = accountsOf(json);
  const before = tokenBalances(json, 'meta.preTokenBalances');
  const after = tokenBalances(json, 'meta.postTokenBalances');
  const success = succeeded(json);
  const gains = success ? [...gainsOf(coinChanges(json, accounts, before, after)), ...tokenGains(before, after)] : [];
  return {
    id: text(array(json, 'transaction.signatures')[0], ''),
    success,
    rows: gains.map((gain) => toRow(gain, network)),
    tokenAccounts: new Set([...before, ...after].flatMap(({ account }) => accounts[account] ?? [])),
  };
}

/**
 * The accounts in the order of the balances: those of the message, then those loaded from lookup tables, the writable ones
 * first. A block read with `transactionDetails: 'accounts'` lists them all.
 */
function accountsOf(json: Json): readonly string[] {
  if (member(json, 'transaction', 'message') === undefined) {
    return array(json, 'transaction.accountKeys').map((account) => text(account, 'pubkey'));
  }
  const loaded = member(json, 'meta', 'loadedAddresses');
  return [
    ...array(json, 'transaction.message.accountKeys'),
    ...optionalArray(loaded, 'writable'),
    ...optionalArray(loaded, 'readonly'),
  ].map((account) => text(account, ''));
}

function succeeded(json: Json): boolean {
  const error = member(json, 'meta', 'err');
  if (error === undefined) throw unreadable('meta.err is missing');
  return error === null;
}

/**
 * Lamports by account, without the fee, which nobody was sent. Those of a token account are its rent, or wrapped coins,
 * which are a token: they have not arrived at anybody. Once it is closed, they have gone from its owner.
 */
function coinChanges(
  json: Json,
  accounts: readonly string[],
  before: readonly TokenBalance[],
  after: readonly TokenBalance[],
): Change[] {
  const had = array(json, 'meta.preBalances').map(units);
  const has = array(json, 'meta.postBalances').map(units);
  if (had.length !== accounts.length || has.length !== accounts.length) {
    throw unreadable('not every account has its balances');
  }
  const fee = units(member(json, 'meta', 'fee'));
  const owners = new Map([...after, ...before].map(({ account, owner }) => [account, owner]));
  return accounts.flatMap((address, row): Change[] => {
    const [earlier = 0n, later = 0n] = [had[row], has[row]];
    const owner = owners.get(row);
    if (owner !== undefined && later > 0n) return [];
    return [{ owner: owner ?? address, units: later - earlier + (row === 0 ? fee : 0n), row }];
  });
}

function tokenGains(before: readonly TokenBalance[], after: readonly TokenBalance[]): readonly Gain[] {
  const changes = [
    ...before.map((balance) => ({ ...balance, units: -balance.units, row: balance.account })),
    ...after.map((balance) => ({ ...balance, row: balance.account })),
  ];
  return gainsOf(changes);
}

function tokenBalances(json: Json, path: string): TokenBalance[] {
  return array(json, path).map((balance) => ({
    account: integer(balance, 'accountIndex'),
    mint: text(balance, 'mint'),
    // Missing in blocks from before 2022: whose tokens they were, such a node cannot say.
    owner: text(balance, 'owner'),
    // Never `uiAmount`, which is a float, and of some tokens not even their number.
    units: units(member(balance, 'uiTokenAmount', 'amount')),
  }));
}

function units(balance: Json | undefined): bigint {
  const written = typeof balance === 'string' ? balance : numberText(balance, '');
  if (!/^\d{1,20}$/.test(written)) throw unreadable('a balance is not an integer');
  return BigInt(written);
}

// Base58 has one text for each account and mint; to decode those of a whole block takes as long as all the rest.
function toRow({ mint, owner, from, units: amount }: Gain, { id, native }: Network): ChainRow {
  const asset = mint === undefined ? native.asset : `${id}/token:${mint}`;
  return present<ChainRow>({ asset, from, to: owner, amount, position });
}

function unreadable(what: string): DepositCallbackError {
  return new DepositCallbackError('BODY_UNREADABLE', `The transaction cannot be read: ${what}`);
}
