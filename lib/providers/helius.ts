import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { invalidOption } from '../errors.ts';
import { array, integer, type Json, member, numberText, optionalArray, optionalText, text } from '../json/json.ts';
import { findNetwork, nativeAsset, tokenAsset } from '../networks/registry.ts';
import { present } from '../util/present.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { readRawTransaction } from './kit/helius-raw.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import type { Scheme } from './kit/scheme.ts';

export { type HeliusWatchOptions, watchHelius } from './kit/helius-watch.ts';

export interface HeliusOptions extends ProviderOptions {
  /** CAIP-2 or a name of it: bodies do not say it. Default `solana`; `solana-devnet` for the devnet kinds of webhook. */
  network?: string;
}

// Nothing is signed: Helius echoes the `authHeader` that the webhook was created with.
const scheme: Scheme = { algorithm: 'shared', signature: { header: 'authorization' } };

/** Helius webhooks, enhanced and raw. Secrets are the `authHeader` texts. See `docs/providers/helius.md`. */
export function helius(options: HeliusOptions): Provider {
  const network = findNetwork(options.network ?? 'solana');
  if (network?.family !== 'solana')
    throw invalidOption('helius.network', 'must be solana, solana-devnet or solana-testnet');
  return declareProvider(
    {
      name: 'helius',
      scheme,
      read: (content) => readHelius(content, network.id),
      // Sent at the commitment "confirmed", which is not "finalized", and never again.
      reportsConfirmations: false,
      sendsRemovals: false,
      ownOptions: ['network'],
    },
    options,
  );
}

function readHelius(content: Json, network: string): Reading {
  const transfers = array(content, '').flatMap((transaction) =>
    member(transaction, 'meta') === undefined
      ? readEnhanced(transaction, network)
      : readRawTransaction(transaction, network),
  );
  return { kind: 'transfers', transfers, removals: [] };
}

function readEnhanced(transaction: Json, network: string): readonly Transfer[] {
  const signature = text(transaction, 'signature');
  const common = {
    kind: 'mined',
    network,
    event: signature,
    transaction: { id: signature, block: { number: numberText(transaction, 'slot') } },
  } as const;
  const success = successOf(transaction);
  const coins = optionalArray(transaction, 'nativeTransfers').flatMap((transfer): Transfer[] => {
    const to = optionalText(transfer, 'toUserAccount');
    if (to === undefined) return [];
    return [
      present<Transfer>({
        ...common,
        asset: nativeAsset(network),
        amount: { units: numberText(transfer, 'amount') },
        from: optionalText(transfer, 'fromUserAccount'),
        to,
        evidence: present<Evidence>({ category: 'transfer', success }),
      }),
    ];
  });
  const named = optionalArray(transaction, 'tokenTransfers');
  const tokens = optionalArray(transaction, 'accountData')
    .flatMap((account) => optionalArray(account, 'tokenBalanceChanges'))
    .flatMap((change): Transfer[] => {
      // `tokenAmount` of tokenTransfers is a float; the change of the balance is exact, and signed.
      const units = text(change, 'rawTokenAmount.tokenAmount');
      if (units.startsWith('-') || units === '0') return [];
      const mint = text(change, 'mint');
      const transfer = named.find(
        (one) =>
          optionalText(one, 'mint') === mint &&
          optionalText(one, 'toTokenAccount') === optionalText(change, 'tokenAccount'),
      );
      return [
        present<Transfer>({
          ...common,
          asset: tokenAsset(network, mint),
          amount: { units },
          decimals: integer(change, 'rawTokenAmount.decimals'),
          from: optionalText(transfer, 'fromUserAccount'),
          to: text(change, 'userAccount'),
          evidence: present<Evidence>({
            category: isNft(transfer) ? 'nft' : 'transfer',
            delivered: { units },
            success,
          }),
        }),
      ];
    });
  return [...coins, ...tokens];
}

/** Failed transactions are documented not to be sent; where the error is told all the same, it counts. */
function successOf(transaction: Json): boolean | undefined {
  const error = member(transaction, 'transactionError');
  return error === undefined ? undefined : error === null;
}

function isNft(transfer: Json | undefined): boolean {
  return /NonFungible/.test(optionalText(transfer, 'tokenStandard') ?? '');
}
