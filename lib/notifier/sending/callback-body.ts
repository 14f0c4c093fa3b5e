import type { ReadBlock, ReadTransfer } from '../../chains/kit/chain-reader.ts';
import type { Network } from '../../networks/network.ts';
import { present } from '../../util/present.ts';
import type { TokenFacts } from '../reading/token-facts.ts';

/** Types of callback in the imToken profile, `docs/providers/imtoken.md`. */
export type CallbackType =
  | 'deposit.pending'
  | 'deposit.confirmed'
  | 'deposit.reverted'
  | 'deposit.failed'
  | 'heartbeat'
  | 'test';

/** The `data` of a deposit callback, as the profile writes it. */
export interface DepositData {
  network: string;
  asset: string;
  symbol?: string;
  decimals?: number;
  /** Smallest units. */
  amount: string;
  /** The amount again, if the chain says that it is what arrived. */
  delivered?: string;
  /** `null` on a chain whose payments have no single sender. */
  from: string | null;
  to: string;
  memo: string | null;
  status: 'success' | 'failed';
  transaction: { hash: string; position: string; block: { number: string; hash: string } };
}

export function depositData(network: Network, block: ReadBlock, transfer: ReadTransfer): DepositData {
  const { asset, amount, delivered, from, to, memo, success, transactionId, position } = transfer;
  const { symbol, decimals }: TokenFacts = asset === network.native.asset ? network.native : {};
  return present<DepositData>({
    network: network.id,
    asset,
    symbol,
    decimals,
    amount: amount.toString(),
    delivered: delivered === true ? amount.toString() : undefined,
    from: from ?? null,
    to,
    memo: memo ?? null,
    status: success ? 'success' : 'failed',
    transaction: {
      hash: transactionId,
      position,
      block: { number: block.number.toString(), hash: block.hash },
    },
  });
}

/** With what is known of its asset. */
export function decorated<T extends DepositData>(data: T, { symbol, decimals }: TokenFacts): T {
  if (symbol === undefined && decimals === undefined) return data;
  return { ...data, ...present<TokenFacts>({ symbol, decimals }) };
}

/** A body of `callbackBody` with what has become known of its asset. */
export function decoratedBody(body: string, facts: TokenFacts): string {
  const { data, ...rest } = JSON.parse(body) as { data: DepositData };
  return JSON.stringify({ ...rest, data: decorated(data, facts) });
}

/** The body, as text that is signed and sent unchanged. `at` is the event's own time, epoch ms. */
export function callbackBody(type: CallbackType, at: number, data: object): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}
