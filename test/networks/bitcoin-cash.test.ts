import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2';
import { createBase58check } from '@scure/base';
import fc from 'fast-check';
import { canonicalAddress } from '../../lib/networks/address.ts';
import { bitcoinCash } from '../../lib/networks/bitcoin-cash.ts';
import { addressOn } from '../../lib/networks/canonical.ts';
import { defineNetwork } from '../../lib/networks/define-network.ts';
import { hex20, refused, refusesOneChangedCharacter, sameAccount } from './one-character.ts';

const check = createBase58check(sha256);
const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const legacy = (version: number) =>
  hex20.map((hex) => check.encode(Uint8Array.of(version, ...Buffer.from(hex, 'hex'))));

// https://github.com/bitcoincashorg/bitcoincash.org/blob/master/spec/cashaddr.md, "Examples of address translation"
const translated: readonly [legacy: string, cash: string][] = [
  ['1BpEi6DfDAUFd7GtittLSdBeYJvcoaVggu', 'bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a'],
  ['1KXrWXciRDZUpQwQmuM1DbwsKDLYAYsVLR', 'bitcoincash:qr95sy3j9xwd2ap32xkykttr4cvcu7as4y0qverfuy'],
  ['16w1D5WRVKJuZUsSRzdLp9w3YGcgoxDXb', 'bitcoincash:qqq3728yw0y47sqn6l2na30mcw6zm78dzqre909m2r'],
  ['3CWFddi6m4ndiGyKqzYvsFYagqDLPVMTzC', 'bitcoincash:ppm2qsznhks23z7629mms6s4cwef74vcwvn0h829pq'],
  ['3LDsS579y7sruadqu11beEJoTjdFiFCdX4', 'bitcoincash:pr95sy3j9xwd2ap32xkykttr4cvcu7as4yc93ky28e'],
  ['31nwvkZwyPdgzjBJZXfDmSWsC4ZLKpYyUw', 'bitcoincash:pqq3728yw0y47sqn6l2na30mcw6zm78dzq5ucqzc37'],
];

test('the older form, the bare form, upper case and the form for tokens are one account', () => {
  for (const [old, cash] of translated) {
    sameAccount('bitcoin-cash', cash, old, cash.slice('bitcoincash:'.length), cash.toUpperCase());
  }
  // https://github.com/cashtokens/cashtokens, "Token-aware CashAddr"
  sameAccount(
    'bch',
    'bitcoincash:qr6m7j9njldwwzlg9v7v53unlr4jkmx6eylep8ekg2',
    'bitcoincash:zr6m7j9njldwwzlg9v7v53unlr4jkmx6eycnjehshe',
  );
});

test('any hash has one text, and its older form leads to it', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 5), hex20, (version, hex) => {
      const old = check.encode(Uint8Array.of(version, ...Buffer.from(hex, 'hex')));
      const cash = canonicalAddress('bch', old);
      sameAccount('bch', cash, old);
    }),
    { numRuns: 100 },
  );
});

test('one changed character is refused', () => {
  const bare = legacy(0).map((old) => canonicalAddress('bch', old).slice('bitcoincash:'.length));
  refusesOneChangedCharacter('bch', bare, letters);
});

test('what is no address, or one of another network, is refused', () => {
  const [, cash = ''] = translated[0] ?? [];
  refused(
    'bch',
    '',
    'bitcoincash:',
    cash.replace('bitcoincash:', 'bchtest:'),
    'bchtest:pr6m7j9njldwwzlg9v7v53unlr4jkmx6eyvwc0uz5t',
    cash.replace('q', 'Q'),
    `${cash}q`,
    cash.slice(0, -1),
    'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    'LT2KVaAy1ppRuxRgrS5RNU3vBsy7RibPeA',
    ` ${cash}`,
  );
  // A key hash of 32 bytes.
  refused('bch', 'bitcoincash:qvch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxq5nlegake');
});

test('on a test network the prefix is another, and a script hash may have 32 bytes', () => {
  const network = defineNetwork({
    id: 'bip122:000000000933ea01ad0ee984209779bb',
    codec: bitcoinCash,
    native: { asset: 'bip122:000000000933ea01ad0ee984209779bb/slip44:145', symbol: 'BCH', decimals: 8 },
    confirmations: 1,
    reorgDepth: 1,
    testnet: true,
  });
  // "Larger test vectors" of the same document; a key hash of that size is none.
  const script = 'bchtest:pvch8mmxy0rtfrlarg7ucrxxfzds5pamg73h7370aa87d80gyhqxq7fqng6m6';
  for (const text of [script, 'bchtest:qpm2qsznhks23z7629mms6s4cwef74vcwvqcw003ap']) {
    assert.equal(addressOn(network, text), text);
    assert.equal(addressOn(network, text.slice('bchtest:'.length)), text);
  }
  for (const [old, cash] of translated) {
    for (const text of [old, cash]) assert.throws(() => addressOn(network, text), { code: 'ADDRESS_INVALID' });
  }
});
