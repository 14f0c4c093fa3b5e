import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blake2b } from '@noble/hashes/blake2';
import { base58 as encoder } from '@scure/base';
import fc from 'fast-check';
import { canonicalAddress, canonicalTransactionId } from '../../lib/networks/address.ts';
import { tokenAsset } from '../../lib/networks/registry.ts';
import { base58, hex32, refused, refusesOneChangedCharacter, sameAccount } from './one-character.ts';

// The development account Alice, as `subkey inspect` shows it on each network.
const alice = {
  key: '0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d',
  polkadot: '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5',
  kusama: 'HNZata7iMYWmk5RvZRTiAsSDhV8366zq2YGb3tLH5Upf74F',
  generic: '5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY',
};

test('the generic form and the bare key become the form of the network', () => {
  sameAccount('polkadot', alice.polkadot, alice.generic, alice.key);
  sameAccount('polkadot-asset-hub', alice.polkadot, alice.generic, alice.key);
  sameAccount('kusama', alice.kusama, alice.generic, alice.key);
  sameAccount('westend', alice.generic, alice.key);
});

test('the form of another network is refused', () => {
  refused('polkadot', alice.kusama);
  refused('kusama', alice.polkadot);
  // A prefix of two bytes is read as well: 66 is that of Crust.
  assert.throws(
    () => canonicalAddress('polkadot', withTwoBytePrefix(66)),
    /its SS58 prefix is 66, that of Polkadot is 0/,
  );
});

test('one changed character is refused', () => {
  refusesOneChangedCharacter(
    'polkadot',
    hex32.map((hex) => canonicalAddress('polkadot', `0x${hex}`)),
    base58,
  );
  refusesOneChangedCharacter(
    'kusama',
    hex32.map((hex) => canonicalAddress('kusama', `0x${hex}`)),
    base58,
  );
});

test('what is no SS58 account of 32 bytes is refused', () => {
  refused(
    'polkadot',
    '',
    '1',
    alice.polkadot.slice(0, -1),
    `${alice.polkadot}1`,
    alice.key.slice(0, -2),
    '1'.repeat(100_000),
  );
});

test('any key has one text', () => {
  fc.assert(
    fc.property(hex32, (hex) => {
      sameAccount('polkadot', canonicalAddress('polkadot', `0x${hex}`), canonicalAddress('westend', `0x${hex}`));
    }),
    { numRuns: 50 },
  );
});

test('a transaction is block and index, since the hash of an extrinsic may come again', () => {
  assert.equal(canonicalTransactionId('polkadot', '21000000-2'), '21000000-2');
  assert.equal(canonicalTransactionId('polkadot', '021000000-02'), '21000000-2');
  assert.equal(canonicalTransactionId('polkadot', '0-0'), '0-0');
  for (const text of [`0x${'ab'.repeat(32)}`, '21000000', '21000000-', '21000000-2-1', '2.1-2']) {
    assert.throws(() => canonicalTransactionId('polkadot', text), { code: 'TRANSACTION_ID_INVALID' });
  }
});

test('an asset of Asset Hub is its number', () => {
  assert.equal(tokenAsset('polkadot-asset-hub', '1984'), 'polkadot:68d56f15f85d3136970ec16946040bc1/asset:1984');
  assert.throws(() => tokenAsset('polkadot-asset-hub', 'USDT'), { code: 'ADDRESS_INVALID' });
});

/** Alice with a prefix of 14 bits, as the SS58 format has it. */
function withTwoBytePrefix(prefix: number): string {
  const head = Buffer.of(((prefix & 0xfc) >> 2) | 0x40, (prefix >> 8) | ((prefix & 3) << 6));
  const body = Buffer.concat([head, Buffer.from(alice.key.slice(2), 'hex')]);
  const sum = blake2b(Buffer.concat([Buffer.from('SS58PRE'), body]), { dkLen: 64 });
  return encoder.encode(Buffer.concat([body, sum.subarray(0, 2)]));
}
