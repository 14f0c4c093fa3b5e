import type { Transfer } from '../../deposits/transfer.ts';
import { DepositCallbackError } from '../../errors.ts';
import { array, type Json, member, numberText, optionalArray, optionalText, text } from '../../json/json.ts';
import { nativeAsset, tokenAsset } from '../../networks/registry.ts';
import { present } from '../../util/present.ts';

/**
 * The transfers of one transaction as a Solana node tells it: what each account holds more after it than before. So an
 * amount is what really arrived, whatever instructions moved it.
 */
export function readRawTransaction(transaction: Json, network: string): readonly Transfer[] {
  const signature = array(transaction, 'transaction.signatures')[0];
  if (typeof signature !== 'string')
    throw new DepositCallbackError('BODY_UNREADABLE', 'transaction.signatures of the body is empty');
  const common = {
    kind: 'mined',
    network,
    event: signature,
    transaction: { id: signature, block: { number: numberText(transaction, 'slot') } },
  } as const;
  // Failed transactions are sent too.
  const success = !isFailed(transaction);
  const accounts = accountsOf(transaction);
  const before = array(transaction, 'meta.preBalances');
  const coins = array(transaction, 'meta.postBalances').flatMap((after, index): Transfer[] => {
    const gained = BigInt(numberText(after, '')) - BigInt(numberText(before[index], ''));
    const to = accounts[index];
    if (gained <= 0n || to === undefined) return [];
    const amount = { units: gained };
    return [
      {
        ...common,
        asset: nativeAsset(network),
        amount,
        to,
        evidence: { success, delivered: amount, category: 'transfer' },
      },
    ];
  });
  return [
    ...coins,
    ...tokensOf(transaction).map(({ mint, owner, gained, decimals }): Transfer => {
      const amount = { units: gained };
      return present<Transfer>({
        ...common,
        asset: tokenAsset(network, mint),
        amount,
        decimals,
        to: owner,
        evidence: { success, delivered: amount, category: 'transfer' },
      });
    }),
  ];
}

function isFailed(transaction: Json): boolean {
  const error = member(transaction, 'meta', 'err');
  if (error === undefined) throw new DepositCallbackError('BODY_UNREADABLE', 'meta.err of the body is missing');
  return error !== null;
}

/** Balances follow the accounts of the message, then those loaded from tables: writable ones first. */
function accountsOf(transaction: Json): readonly string[] {
  return [
    ...array(transaction, 'transaction.message.accountKeys'),
    ...optionalArray(transaction, 'meta.loadedAddresses.writable'),
    ...optionalArray(transaction, 'meta.loadedAddresses.readonly'),
  ].map((account) => (typeof account === 'string' ? account : text(account, 'pubkey')));
}

interface Gain {
  mint: string;
  owner: string;
  gained: bigint;
  decimals: number;
}

function tokensOf(transaction: Json): readonly Gain[] {
  const before = new Map(
    optionalArray(transaction, 'meta.preTokenBalances').map((balance) => [
      numberText(balance, 'accountIndex'),
      units(balance),
    ]),
  );
  return optionalArray(transaction, 'meta.postTokenBalances').flatMap((balance) => {
    const owner = optionalText(balance, 'owner');
    const gained = units(balance) - (before.get(numberText(balance, 'accountIndex')) ?? 0n);
    if (gained <= 0n || owner === undefined) return [];
    const decimals = Number(numberText(balance, 'uiTokenAmount.decimals'));
    return [{ mint: text(balance, 'mint'), owner, gained, decimals }];
  });
}

function units(balance: Json): bigint {
  const amount = text(balance, 'uiTokenAmount.amount');
  if (!/^\d{1,20}$/.test(amount))
    throw new DepositCallbackError('BODY_UNREADABLE', 'A token amount of the body is no integer');
  return BigInt(amount);
}
