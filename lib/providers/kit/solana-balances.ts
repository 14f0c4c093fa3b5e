import { DepositCallbackError } from '../../errors.ts';
import { type Json, numberText, optionalText, text } from '../../json/json.ts';
import type { Change, Doubt } from '../../networks/solana-gains.ts';
import { ifReadable } from './claims.ts';
import { type Rows, readRows } from './rows.ts';

export interface TokenChanges {
  changes: readonly Change[];
  doubts: readonly Doubt[];
  unreadable: Rows['unreadable'];
}

export interface TokenBalances {
  /** Token accounts before and after a transaction, as a Solana node reports them, each with its path in the body. */
  before: { list: readonly Json[]; path: string };
  after: { list: readonly Json[]; path: string };
  /** The row of the first balance afterwards. */
  firstRow: number;
}

/** What each owner holds more or less by each of his token accounts. */
export function tokenChanges({ before, after, firstRow }: TokenBalances): TokenChanges {
  const changes: Change[] = [];
  const doubts: Doubt[] = [];
  const ownerBefore = new Map<string, string>();
  const afterwards = firstRow + before.list.length;
  const read = (sign: bigint, first: number) => (balance: Json, index: number) => {
    try {
      const change = { ...changeOf(balance, sign), row: first + index };
      const account = numberText(balance, 'accountIndex');
      if (sign < 0n) ownerBefore.set(account, change.owner);
      const had = ownerBefore.get(account) ?? change.owner;
      if (had !== change.owner)
        throw new DepositCallbackError('BODY_UNREADABLE', 'A token account changed hands, which is not a transfer');
      changes.push(change);
    } catch (error) {
      doubts.push(doubtOf(balance));
      throw error;
    }
    return undefined;
  };
  const unreadable = [
    ...readRows(before.list, before.path, read(-1n, firstRow)).unreadable,
    ...readRows(after.list, after.path, read(1n, afterwards)).unreadable,
  ];
  return { changes, doubts, unreadable };
}

function changeOf(balance: Json, sign: bigint): Omit<Change, 'row'> {
  return {
    mint: text(balance, 'mint'),
    owner: text(balance, 'owner'),
    units: sign * digits(text(balance, 'uiTokenAmount.amount')),
    decimals: Number(digits(numberText(balance, 'uiTokenAmount.decimals'))),
  };
}

function digits(written: string): bigint {
  if (!/^\d{1,20}$/.test(written))
    throw new DepositCallbackError('BODY_UNREADABLE', 'A token amount of the body is not an integer');
  return BigInt(written);
}

function doubtOf(balance: Json): Doubt {
  const mint = ifReadable(() => optionalText(balance, 'mint'));
  const owner = ifReadable(() => optionalText(balance, 'owner'));
  return { ...(mint === undefined ? {} : { mint }), ...(owner === undefined ? {} : { owner }) };
}
