import { checksumAddress } from '../../../networks/evm.ts';
import { nativeAsset } from '../../../networks/registry.ts';
import type { ChainRow } from '../../kit/chain-check.ts';
import type { EvmLog, EvmTransaction } from './node.ts';
import { internalTransfers } from './traces.ts';

/** `keccak256('Transfer(address,address,uint256)')`: ERC-20, and ERC-721 with a fourth topic. */
export const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

const addressTopic = /^0x0{24}([0-9a-f]{40})$/;
const word = /^0x[0-9a-f]{64}$/;

/** A movement as it is read from a node: addresses lower-case, so that sets of them need no checksum. */
export interface EvmTransfer {
  asset: string;
  from: string;
  to: string;
  amount: bigint;
  position: string;
}

/**
 * The ERC-20 transfer that a log reports; undefined for any other log. The asset is the contract that emitted the log,
 * never its symbol. Both addresses must be indexed and the amount alone in the data: an ERC-721 has four topics.
 */
export function tokenTransfer(network: string, log: EvmLog): EvmTransfer | undefined {
  const [topic, fromTopic, toTopic, ...more] = log.topics;
  if (topic !== transferTopic || more.length > 0 || !word.test(log.data)) return undefined;
  const from = addressTopic.exec(fromTopic ?? '')?.[1];
  const to = addressTopic.exec(toTopic ?? '')?.[1];
  if (from === undefined || to === undefined) return undefined;
  return {
    asset: `${network}/erc20:${log.address}`,
    from: `0x${from}`,
    to: `0x${to}`,
    amount: BigInt(log.data),
    position: `log:${log.logIndex}`,
  };
}

/** The native transfer by the transaction's own value; undefined if it carries none, or creates a contract. */
export function valueTransfer(network: string, transaction: EvmTransaction): EvmTransfer | undefined {
  const { from, to, value } = transaction;
  if (to === undefined || value === 0n) return undefined;
  return { asset: nativeAsset(network), from, to, amount: value, position: 'native' };
}

/** The native transfers by calls inside the transaction, from its call tree. Throws for anything but a call tree. */
export function tracedTransfers(network: string, frame: unknown): EvmTransfer[] {
  return internalTransfers(frame).map(({ from, to, value, path }) => ({
    asset: nativeAsset(network),
    from,
    to,
    amount: value,
    position: `trace:${path}`,
  }));
}

/** With addresses in canonical form (EIP-55). */
export function toChainRow(transfer: EvmTransfer): ChainRow {
  return { ...transfer, from: checksumAddress(transfer.from), to: checksumAddress(transfer.to) };
}
