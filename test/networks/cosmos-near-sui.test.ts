import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base58, bech32, bech32m } from '@scure/base';
import fc from 'fast-check';
import {
  canonicalAccount,
  canonicalAddress,
  canonicalBlockHash,
  canonicalTransactionId,
} from '../../lib/networks/address.ts';
import { tokenAsset } from '../../lib/networks/registry.ts';
import { hex20, hex32, refused, refusesOneChangedCharacter, sameAccount } from './one-character.ts';

// https://chainagnostic.org/CAIPs/caip-10
const atom = 'cosmos1t2uflqwqe0fsj0shcfkrvpukewcw40yjj6hdc0';
const prefixes = { 'cosmos-hub': 'cosmos', osmosis: 'osmo', celestia: 'celestia', injective: 'inj', dydx: 'dydx' };
const written = (prefix: string, hex: string): string => bech32.encode(prefix, bech32.toWords(Buffer.from(hex, 'hex')));

test('Cosmos: an account is 20 or 32 bytes under the human-readable part of its network', () => {
  sameAccount('cosmos', atom, atom.toUpperCase());
  fc.assert(
    fc.property(fc.constantFrom(...Object.entries(prefixes)), fc.oneof(hex20, hex32), ([network, prefix], hex) => {
      sameAccount(network, written(prefix, hex));
      for (const other of Object.values(prefixes)) if (other !== prefix) refused(network, written(other, hex));
      refused(network, written(`${prefix}valoper`, hex), written(`${prefix}1x`, hex));
      refused(network, bech32m.encode(prefix, bech32m.toWords(Buffer.from(hex, 'hex'))));
    }),
    { numRuns: 40 },
  );
  refused('cosmos', '', 'cosmos1', written('cosmos', '00'.repeat(19)), ` ${atom}`);
});

test('Cosmos: one changed character is refused', () => {
  refusesOneChangedCharacter('cosmos', fc.constant(atom), 'qpzry9x8gf2tvdw0s3jn54khce6mua7l');
});

test('Cosmos: the memo stands as it is, a transaction in upper case, and the coin is native by its denomination', () => {
  assert.deepEqual(canonicalAccount('cosmos', atom, ' 104 '), { address: atom, memo: ' 104 ' });
  assert.equal(canonicalTransactionId('cosmos', 'ab'.repeat(32)), 'AB'.repeat(32));
  assert.equal(tokenAsset('cosmos', 'uatom'), 'cosmos:cosmoshub-4/slip44:118');
  assert.equal(tokenAsset('osmosis', `ibc/${'ab'.repeat(32)}`), `cosmos:osmosis-1/ibc:${'AB'.repeat(32)}`);
  assert.throws(() => tokenAsset('osmosis', 'uatom'), { code: 'ADDRESS_INVALID' });
});

test('NEAR: the valid and invalid names of its specification', () => {
  // https://nomicon.io/DataStructures/Account, "Examples"
  const valid = [
    'ek-2',
    'ek.near',
    'com',
    'google.com',
    'bowen.google.com',
    'near',
    'illia.cheap-accounts.near',
    'max_99.near',
    '100',
    'near2019',
    'over.9000',
    'a.bro',
    '98793cd91a3f870fb126f66285808c7e094afcfc4eda8a970f6648cdf0dbd6de',
    '0x87b435f1fcb4519306f9b755e274107cc78ac4e3',
  ];
  for (const name of valid) sameAccount('near', name);
  const long = 'abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstuvwxyz.abcdefghijklmnopqrstuvwxyz';
  refused(
    'near',
    'not ok',
    'a',
    '100-',
    'bo__wen',
    '_illia',
    '.near',
    'near.',
    'a..near',
    '$$$',
    'WAT',
    'me@google.com',
    long,
  );
  refused('near', '', `near\n`, 'a-.near');
});

test('NEAR: transactions and blocks are 32 bytes of base58, and a token is its contract', () => {
  const hash = base58.encode(new Uint8Array(32).fill(7));
  assert.equal(canonicalTransactionId('near', hash), hash);
  assert.equal(canonicalBlockHash('near', hash), hash);
  assert.throws(() => canonicalTransactionId('near', 'ab'.repeat(32)), { code: 'TRANSACTION_ID_INVALID' });
  assert.equal(tokenAsset('near', 'usdt.tether-token.near'), 'near:mainnet/nep141:usdt.tether-token.near');
});

test('Sui: an address has one text, whatever its case and its leading zeros', () => {
  fc.assert(
    fc.property(hex32, (hex) => {
      sameAccount('sui', `0x${hex}`, `0x${hex.toUpperCase()}`, hex, `0x${hex.replace(/^0+(?=.)/, '')}`);
    }),
    { numRuns: 50 },
  );
  assert.equal(canonicalAddress('sui', '0x2'), `0x${'2'.padStart(64, '0')}`);
  refused('sui', '', '0x', `0x${'a'.repeat(65)}`, 'x', '0xg');
});

test('Sui: a coin is its type tag, SUI is native however it is written', () => {
  const usdc = '0xdba34672e30cb065b1f93e3ab55318768fd6fef66c15942c9f7cb846e2f900e7';
  assert.equal(tokenAsset('sui', '0x2::sui::SUI'), 'sui:mainnet/slip44:784');
  assert.equal(tokenAsset('sui', `0x${'2'.padStart(64, '0')}::sui::SUI`), 'sui:mainnet/slip44:784');
  assert.equal(tokenAsset('sui', `${usdc}::usdc::USDC`), `sui:mainnet/coin:${usdc}%3A%3Ausdc%3A%3AUSDC`);
  for (const text of ['SUI', '0x2', '0x2::sui', '0x2::sui::SUI<']) {
    assert.throws(() => tokenAsset('sui', text), { code: 'ADDRESS_INVALID' }, text);
  }
});
