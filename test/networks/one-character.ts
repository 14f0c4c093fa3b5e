import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isDepositCallbackError } from '../../lib/errors.ts';
import { canonicalAddress } from '../../lib/networks/address.ts';

export const hex20: fc.Arbitrary<string> = fc.uint8Array({ minLength: 20, maxLength: 20 }).map(toHex);
export const hex32: fc.Arbitrary<string> = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(toHex);

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

export const base58 = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Asserts that each text is refused as an address of the network. */
export function refused(network: string, ...texts: readonly string[]): void {
  for (const text of texts) {
    assert.throws(
      () => canonicalAddress(network, text),
      (error) => isDepositCallbackError(error) && error.code === 'ADDRESS_INVALID',
      `${network} took ${JSON.stringify(text)}`,
    );
  }
}

/**
 * Asserts that an address with any one character changed to another of the alphabet is refused. The seed is fixed: a
 * short checksum lets one random change in 65,536 pass.
 */
export function refusesOneChangedCharacter(network: string, addresses: fc.Arbitrary<string>, alphabet: string): void {
  const change = fc.tuple(addresses, fc.nat(), fc.nat(alphabet.length - 2));
  fc.assert(
    fc.property(change, ([address, at, other]) => {
      const index = at % address.length;
      const others = alphabet.replace(address.charAt(index), '');
      refused(network, `${address.slice(0, index)}${others.charAt(other)}${address.slice(index + 1)}`);
    }),
    { seed: 20260101, numRuns: 200 },
  );
}

/** Asserts that every form of an account has the same canonical text, which is its own canonical text. */
export function sameAccount(network: string, canonical: string, ...forms: readonly string[]): void {
  for (const form of [canonical, ...forms]) assert.equal(canonicalAddress(network, form), canonical, form);
}
