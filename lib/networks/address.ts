import { codecs } from './families.ts';
import type { CanonicalAccount, Network } from './network.ts';
import { addressInvalid } from './refusals.ts';
import { requireNetwork } from './registry.ts';
import { destinationTag } from './xrpl.ts';

export type { CanonicalAccount } from './network.ts';

/**
 * The one text of an account on its network, whatever form it came in: EIP-55 on EVM networks. `network` is a CAIP-2 id
 * or an alias. A tag inside an XRP Ledger X-address is left out: `canonicalAccount` keeps it. Throws `ADDRESS_INVALID`,
 * on a broken checksum too; `NETWORK_UNKNOWN`.
 */
export function canonicalAddress(network: string, text: string): string {
  const found = requireNetwork(network);
  return codecs[found.family].account(text, found).address;
}

/**
 * As `canonicalAddress`, with the canonical memo or tag, wherever it stood. A memo that differs from the tag inside an
 * X-address throws `ADDRESS_INVALID`.
 */
export function canonicalAccount(network: string, text: string, memo?: string | null): CanonicalAccount {
  const found = requireNetwork(network);
  const account = codecs[found.family].account(text, found);
  const apart = canonicalMemo(network, memo);
  if (apart !== undefined && account.memo !== undefined && apart !== account.memo) {
    throw addressInvalid(text, `it holds the tag ${account.memo}, but the memo beside it is another`);
  }
  const whole = account.memo ?? apart;
  return whole === undefined ? { address: account.address } : { address: account.address, memo: whole };
}

/**
 * The canonical memo or tag: none (`null`, empty, absent) is undefined, as is any on a network without memos. An XRP
 * Ledger destination tag is decimal text of 32 bits; other memos stand as they are, blanks and case too. Throws
 * `ADDRESS_INVALID` for a tag that is no number, and for text that no database can hold.
 */
export function canonicalMemo(network: string, memo: string | null | undefined): string | undefined {
  const found = requireNetwork(network);
  if (memo === null || memo === undefined || memo === '' || !found.hasMemos) return undefined;
  if (found.family === 'xrpl') return destinationTag(memo);
  if (/\0|\p{Surrogate}/u.test(memo)) throw addressInvalid(memo, 'a memo holds no NUL and no half of a surrogate pair');
  return memo;
}

/** The one text of a transaction id on its network (rule 5). Throws `TRANSACTION_ID_INVALID`, `NETWORK_UNKNOWN`. */
export function canonicalTransactionId(network: string, text: string): string {
  const found = requireNetwork(network);
  return codecs[found.family].transactionId(text, found);
}

/** Whether the text is a hash that names no transaction on this network: one of Polkadot, Kusama or TON. */
export function isHashOnly({ family }: Pick<Network, 'family'>, text: string): boolean {
  return codecs[family].isHashOnly?.(text) === true;
}

/** The one text of a block hash on its network (rule 12). Throws `TRANSACTION_ID_INVALID`, `NETWORK_UNKNOWN`. */
export function canonicalBlockHash(network: string, text: string): string {
  const found = requireNetwork(network);
  return codecs[found.family].blockHash(text, found);
}
