import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2';
import { bech32, bech32m, createBase58check } from '@scure/base';
import fc from 'fast-check';
import { canonicalTransactionId } from '../../lib/networks/address.ts';
import { base58, hex20, hex32, refused, refusesOneChangedCharacter, sameAccount } from './one-character.ts';

const check = createBase58check(sha256);
const bech32Letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

function versioned(version: number): fc.Arbitrary<string> {
  return hex20.map((hex) => check.encode(Uint8Array.of(version, ...Buffer.from(hex, 'hex'))));
}

test('base58check addresses stand as they are', () => {
  sameAccount('bitcoin', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa');
  sameAccount('bitcoin', '3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy');
  sameAccount('dogecoin', 'DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L');
  sameAccount('btc-testnet', 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn');
});

test('the valid examples of BIP-173 and BIP-350 stand in lower case', () => {
  const mainnet = [
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    'bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y',
    'bc1sw50qgdz25j',
    'bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
  ];
  const testnet = [
    'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
    'tb1qqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesrxh6hy',
    'tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c',
  ];
  for (const address of mainnet) sameAccount('bitcoin', address, address.toUpperCase());
  for (const address of testnet) sameAccount('bitcoin-testnet', address, address.toUpperCase());
  refused('bitcoin', ...testnet);
  refused('bitcoin-testnet', ...mainnet);
});

test('the invalid examples of BIP-350 are refused', () => {
  refused(
    'bitcoin',
    'tc1qw508d6qejxtdg4y5r3zarvary0c5xw7kg3g4ty',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqh2y7hd',
    'BC1S0XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ54WELL',
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh',
    'bc1p38j9r5y49hruaue7wxjce0updqjuyyx0kh56v8s25huc6995vvpql3jow4',
    'BC130XLXVLHEMJA6C4DQV22UAPCTQUPFHLXM9H8Z3K2E72Q4K9HCZ7VQ7ZWS8R',
    'bc1pw5dgrnzv',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v8n0nx0muaewav253zgeav',
    'BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P',
    'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7v07qwwzcrf',
    'bc1gmk9yu',
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kV8F3T4',
  );
});

test("Litecoin's old script address and its new one are one account", () => {
  fc.assert(
    fc.property(hex20, (hex) => {
      const hash = Buffer.from(hex, 'hex');
      sameAccount('litecoin', check.encode(Uint8Array.of(0x32, ...hash)), check.encode(Uint8Array.of(0x05, ...hash)));
    }),
    { numRuns: 50 },
  );
  sameAccount('litecoin', 'ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9');
});

test('one changed character is refused', () => {
  refusesOneChangedCharacter('bitcoin', versioned(0x00), base58);
  refusesOneChangedCharacter('litecoin', versioned(0x30), base58);
  refusesOneChangedCharacter('dogecoin', versioned(0x1e), base58);
  const words = (hex: string) => bech32.toWords(Buffer.from(hex, 'hex'));
  refusesOneChangedCharacter(
    'bitcoin',
    hex20.map((hex) => bech32.encode('bc', [0, ...words(hex)])),
    bech32Letters,
  );
  refusesOneChangedCharacter(
    'bitcoin',
    hex32.map((hex) => bech32m.encode('bc', [1, ...words(hex)])),
    bech32Letters,
  );
});

test('an address of another network is refused, and one that is too long', () => {
  refused('bitcoin', 'DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L', 'mipcBbFg9gMiCh81Kj8tqqdgoZub1ZJRfn', '');
  refused('dogecoin', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4');
  refused('bitcoin', '1'.repeat(100_000), `bc1${'q'.repeat(100_000)}`);
});

test('a transaction id is 64 hex characters in lower case', () => {
  const id = '4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b';
  assert.equal(canonicalTransactionId('bitcoin', id.toUpperCase()), id);
  assert.throws(() => canonicalTransactionId('bitcoin', `${id}:0`), { code: 'TRANSACTION_ID_INVALID' });
});
