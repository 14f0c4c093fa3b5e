import type { AssetName, CanonicalAccount, Network } from './network.ts';
import { addressInvalid } from './refusals.ts';

/** The canonical account of a network, with its memo, wherever the memo stood. Throws `ADDRESS_INVALID`. */
export function accountOn(network: Network, text: string, memo?: string | null): CanonicalAccount {
  const account = network.codec.account(text, network);
  const apart = memoOn(network, memo);
  // It came from outside too, and must be one that a database holds.
  const within = memoOn(network, account.memo);
  if (apart !== undefined && within !== undefined && apart !== within) {
    throw addressInvalid(text, `it contains the tag ${within}, but the separate memo differs`);
  }
  const whole = within ?? apart;
  return whole === undefined ? { address: account.address } : { address: account.address, memo: whole };
}

/** The canonical address, without a memo that it may hold. Throws `ADDRESS_INVALID`. */
export function addressOn(network: Network, text: string): string {
  return network.codec.account(text, network).address;
}

/** The canonical memo: undefined for none, and for any on a network without memos. Throws `ADDRESS_INVALID`. */
export function memoOn(network: Network, memo: string | null | undefined): string | undefined {
  if (memo === null || memo === undefined || memo === '' || !network.hasMemos) return undefined;
  if (/\0|\p{Surrogate}/u.test(memo)) throw addressInvalid(memo, 'a memo must not contain NUL or a lone surrogate');
  return network.codec.memo === undefined ? memo : network.codec.memo(memo);
}

/** The canonical transaction id. Throws `TRANSACTION_ID_INVALID`. */
export function transactionIdOn(network: Network, text: string): string {
  return network.codec.transactionId(text, network);
}

/** Whether the text is a hash that names no transaction on this network: one of Polkadot, Kusama or TON. */
export function isHashOnly({ codec }: Network, text: string): boolean {
  return codec.isHashOnly?.(text) === true;
}

/** The canonical block hash. Throws `TRANSACTION_ID_INVALID`. */
export function blockHashOn(network: Network, text: string): string {
  return network.codec.blockHash(text, network);
}

/**
 * Canonical CAIP-19 of a token by its contract, mint, type tag or issuer; the native asset if that is what it names.
 * Throws `ADDRESS_INVALID`.
 */
export function tokenOn(network: Network, contract: string): string {
  const token = network.codec.token(contract, undefined, network);
  if (token === undefined) throw addressInvalid(contract, `${network.name} has no tokens that this package knows`);
  return textOf(network, token);
}

/** Canonical CAIP-19 of a namespace and reference on a network. Throws `ADDRESS_INVALID`. */
export function assetOn(network: Network, { namespace, reference }: AssetName): string {
  if (namespace === 'slip44') {
    if (nativeReferences(network).includes(reference)) return network.native.asset;
    throw addressInvalid(`slip44:${reference}`, `the native asset of ${network.name} is ${network.native.asset}`);
  }
  const token = network.codec.token(reference, namespace, network);
  if (token === undefined)
    throw addressInvalid(`${namespace}:${reference}`, `${network.name} has no asset namespace "${namespace}"`);
  return textOf(network, token);
}

// CAIP-19 allows letters, digits, dot and dash; a slash parts an NFT's contract from its id.
function textOf(network: Network, token: AssetName | 'native'): string {
  if (token === 'native') return network.native.asset;
  const encoded = token.reference.replace(/[^-.a-zA-Z0-9/]/g, (character) => `%${hexByte(character)}`);
  return `${network.id}/${token.namespace}:${encoded}`;
}

function hexByte(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}

// SLIP-0044 gives every test network the number 1, and some coins have two numbers.
const secondNumbers: Readonly<Record<string, string>> = { 'eip155:56': '9006', 'eip155:43114': '9000' };

function nativeReferences(network: Network): readonly string[] {
  const own = network.native.asset.slice(network.native.asset.lastIndexOf(':') + 1);
  return [own, ...(network.testnet ? ['1'] : []), secondNumbers[network.id] ?? own];
}
