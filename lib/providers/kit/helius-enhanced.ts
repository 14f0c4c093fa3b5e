import type { Evidence, Transfer } from '../../deposits/transfer.ts';
import { DepositCallbackError } from '../../errors.ts';
import { type Json, member, numberText, optionalArray, optionalText, text } from '../../json/json.ts';
import { type Change, type Doubt, gainsOf } from '../../networks/solana-gains.ts';
import { present } from '../../util/present.ts';
import { ifReadable, recipientOf } from './claims.ts';
import { type Rows, readRows } from './rows.ts';
import { type Arrival, arrivals } from './solana-transfers.ts';

/** The transfers of one transaction as Helius parses it: SOL by each movement, tokens by what each owner holds more. */
export function readEnhancedTransaction(transaction: Json, network: string): Rows {
  const arrival: Arrival = {
    kind: 'mined',
    network,
    signature: text(transaction, 'signature'),
    block: { number: numberText(transaction, 'slot') },
    success: successOf(transaction),
  };
  const movements = optionalArray(transaction, 'nativeTransfers');
  const coins = readRows(movements, 'nativeTransfers', (movement, row) => readCoin(movement, row, arrival));
  const tokens = readTokens(transaction, arrival, movements.length);
  return {
    transfers: [...coins.transfers, ...tokens.transfers],
    unreadable: [...coins.unreadable, ...tokens.unreadable],
    size: coins.size + tokens.size,
  };
}

function readCoin(
  movement: Json,
  row: number,
  { kind, network, signature, block, success }: Arrival,
): Transfer | undefined {
  const to = recipientOf(movement, 'toUserAccount');
  const from = optionalText(movement, 'fromUserAccount');
  if (to === undefined || to === from) return undefined;
  return present<Transfer>({
    kind,
    event: signature,
    row,
    network,
    asset: 'native',
    amount: { units: numberText(movement, 'amount') },
    from,
    to,
    transaction: { id: signature, block },
    evidence: present<Evidence>({ category: 'transfer', success }),
  });
}

function readTokens(transaction: Json, arrival: Arrival, firstRow: number): Rows {
  const changes: Change[] = [];
  const doubts: Doubt[] = [];
  let row = firstRow;
  const accounts = readRows(optionalArray(transaction, 'accountData'), 'accountData', (account) =>
    readRows(optionalArray(account, 'tokenBalanceChanges'), 'tokenBalanceChanges', (change) => {
      row += 1;
      try {
        changes.push(changeOf(change, row));
      } catch (error) {
        doubts.push(doubtOf(change));
        throw error;
      }
      return undefined;
    }),
  );
  const named = optionalArray(transaction, 'tokenTransfers');
  const gains = arrivals(gainsOf(changes, doubts), { ...arrival, isNft: ({ mint }) => isNft(named, mint) });
  return { ...gains, unreadable: [...accounts.unreadable, ...gains.unreadable], size: row - firstRow };
}

// `tokenAmount` of tokenTransfers is a float; the change of the balance is exact, and signed.
function changeOf(change: Json, row: number): Change {
  const units = text(change, 'rawTokenAmount.tokenAmount');
  const decimals = numberText(change, 'rawTokenAmount.decimals');
  if (!/^-?\d{1,20}$/.test(units) || !/^\d{1,3}$/.test(decimals))
    throw new DepositCallbackError('BODY_UNREADABLE', 'A rawTokenAmount of the body is not an integer with decimals');
  return {
    mint: text(change, 'mint'),
    owner: text(change, 'userAccount'),
    units: BigInt(units),
    decimals: Number(decimals),
    row,
  };
}

function doubtOf(change: Json): Doubt {
  const mint = ifReadable(() => optionalText(change, 'mint'));
  const owner = ifReadable(() => optionalText(change, 'userAccount'));
  return { ...(mint === undefined ? {} : { mint }), ...(owner === undefined ? {} : { owner }) };
}

function isNft(transfers: readonly Json[], mint: string | undefined): boolean {
  return transfers.some(
    (one) =>
      ifReadable(() => optionalText(one, 'mint')) === mint &&
      /NonFungible/.test(ifReadable(() => optionalText(one, 'tokenStandard')) ?? ''),
  );
}

/** Failed transactions are documented not to be sent; if the error is reported all the same, it counts. */
function successOf(transaction: Json): boolean | undefined {
  const error = member(transaction, 'transactionError');
  return error === undefined ? undefined : error === null;
}
