import type { EvmBlockTransfer } from '../chains/readers/evm/block.ts';
import type { EvmBlock } from '../chains/readers/evm/node.ts';
import { checksumAddress } from '../networks/evm.ts';
import type { Network } from '../networks/network.ts';
import { present } from '../util/present.ts';
import type { TokenFacts } from './token-facts.ts';

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
  from: string;
  to: string;
  memo: null;
  status: 'success' | 'failed';
  transaction: { hash: string; position: string; block: { number: string; hash: string } };
}

export function depositData(
  network: Network,
  block: EvmBlock,
  transfer: EvmBlockTransfer,
  token: TokenFacts,
): DepositData {
  const facts = transfer.asset === network.native.asset ? network.native : token;
  return present<DepositData>({
    network: network.id,
    asset: transfer.asset,
    symbol: facts.symbol,
    decimals: facts.decimals,
    amount: transfer.amount.toString(),
    from: checksumAddress(transfer.from),
    to: checksumAddress(transfer.to),
    memo: null,
    status: transfer.success ? 'success' : 'failed',
    transaction: {
      hash: transfer.transactionId,
      position: transfer.position,
      block: { number: block.number.toString(), hash: block.hash },
    },
  });
}

/** The body, as text that is signed and sent unchanged. `at` is the event's own time, epoch ms. */
export function callbackBody(type: CallbackType, at: number, data: object): string {
  return JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
}
