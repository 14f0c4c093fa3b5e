import { accountOn, addressOn, blockHashOn, memoOn, transactionIdOn } from './canonical.ts';
import type { CanonicalAccount } from './network.ts';
import { addressInvalid } from './refusals.ts';
import { requireNetwork } from './registry.ts';

export type { CanonicalAccount } from './network.ts';

/**
 * Returns the canonical text of an address on a network, whatever form it came in: EIP-55 on EVM networks. `network`
 * is a CAIP-2 id, or an alias in the package's own table. A tag inside the address (an XRP Ledger X-address) is
 * dropped. Throws `ADDRESS_INVALID`, also for a wrong checksum, and `NETWORK_UNKNOWN`.
 *
 * @example
 * canonicalAddress('eip155:1', '0xd8da6bf26964af9d7eed9e03e53415d37aa96045');
 * // '0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045'
 */
export function canonicalAddress(network: string, text: string): string {
  if (typeof text !== 'string') throw addressInvalid(text, 'an address is a string');
  return addressOn(requireNetwork(network), text);
}

/**
 * As `canonicalAddress`, with the canonical memo or tag, wherever it stood. A memo that differs from the tag inside an
 * X-address throws `ADDRESS_INVALID`.
 */
export function canonicalAccount(network: string, text: string, memo?: string | null): CanonicalAccount {
  return accountOn(requireNetwork(network), text, memo);
}

/**
 * The canonical memo or tag: none (`null`, empty, absent) is undefined, as is any on a network without memos. An XRP
 * Ledger destination tag is decimal text of 32 bits; other memos stand as they are, blanks and case too. Throws
 * `ADDRESS_INVALID` for a tag that is not a number, and for text that no database can hold.
 */
export function canonicalMemo(network: string, memo: string | null | undefined): string | undefined {
  return memoOn(requireNetwork(network), memo);
}

/** The one text of a transaction id on its network. Throws `TRANSACTION_ID_INVALID`, `NETWORK_UNKNOWN`. */
export function canonicalTransactionId(network: string, text: string): string {
  return transactionIdOn(requireNetwork(network), text);
}

/** The one text of a block hash on its network. Throws `TRANSACTION_ID_INVALID`, `NETWORK_UNKNOWN`. */
export function canonicalBlockHash(network: string, text: string): string {
  return blockHashOn(requireNetwork(network), text);
}
