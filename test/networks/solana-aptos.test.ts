import assert from 'node:assert/strict';
import { test } from 'node:test';
import { base58 } from '@scure/base';
import fc from 'fast-check';
import { canonicalAddress, canonicalBlockHash, canonicalTransactionId } from '../../lib/networks/address.ts';
import { canonicalAsset, nativeAsset, tokenAsset } from '../../lib/networks/registry.ts';
import { hex32, refused, sameAccount } from './one-character.ts';

test('a Solana account is 32 bytes in base58', () => {
  sameAccount('solana', 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v');
  sameAccount('solana', '11111111111111111111111111111111');
  fc.assert(fc.property(hex32, (hex) => sameAccount('solana', base58.encode(Buffer.from(hex, 'hex')))));
  refused(
    'solana',
    '',
    '1'.repeat(31),
    '1'.repeat(33),
    '0xd8da6bf26964af9d7eed9e03e53415d37aa96045',
    '1'.repeat(100_000),
  );
  refused('solana', 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTD', 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt10');
});

test('a Solana transaction is its first signature, a token its mint', () => {
  const signature = base58.encode(Buffer.alloc(64, 7));
  assert.equal(canonicalTransactionId('solana', signature), signature);
  assert.throws(() => canonicalTransactionId('solana', base58.encode(Buffer.alloc(63, 7))), {
    code: 'TRANSACTION_ID_INVALID',
  });
  assert.throws(() => canonicalBlockHash('solana', signature), { code: 'TRANSACTION_ID_INVALID' });
  const usdc = 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp/token:EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v';
  assert.equal(tokenAsset('SOL', 'EPjFWdd5AufqSSqeM2qN1xzybapC8G4wEGGkZwyTDt1v'), usdc);
  assert.equal(canonicalAsset(usdc.replace('/token:', '/spl:')), usdc);
});

test('AIP-40: special Aptos addresses are short, all others long', () => {
  sameAccount('aptos', '0x1', '0x01', `0x${'0'.repeat(63)}1`, `${'0'.repeat(63)}1`);
  sameAccount('aptos', '0xf', '0x0F');
  sameAccount('aptos', '0x0', '0x00');
  sameAccount('aptos', `0x${'0'.repeat(62)}10`, '0x10', '0x0010');
  fc.assert(
    fc.property(hex32, (hex) => {
      const short = hex.replace(/^0+(?=.)/, '');
      sameAccount('aptos', canonicalAddress('aptos', `0x${hex}`), `0x${short}`, hex.toUpperCase());
    }),
  );
  refused('aptos', '', '0x', `0x${'0'.repeat(65)}`, '0xg', '0x 1');
});

test('APT is native by type tag and by metadata, however they are written', () => {
  const apt = nativeAsset('aptos');
  assert.equal(apt, 'aptos:1/slip44:637');
  assert.equal(tokenAsset('aptos', '0x1::aptos_coin::AptosCoin'), apt);
  assert.equal(tokenAsset('aptos', `0x${'0'.repeat(63)}1::aptos_coin::AptosCoin`), apt);
  assert.equal(tokenAsset('aptos', '0xa'), apt);
  assert.equal(canonicalAsset('aptos:1/coin:0x1%3A%3Aaptos_coin%3A%3AAptosCoin'), apt);
  assert.equal(canonicalAsset(`aptos:1/token:0x${'0'.repeat(63)}A`), apt);
});

test('an Aptos coin is its type tag with long addresses, percent-encoded; a fungible asset its metadata', () => {
  const address = `0x${'0'.repeat(60)}abcd`;
  const coin = `aptos:1/coin:${address}%3A%3Aasset%3A%3AUSDC`;
  assert.equal(tokenAsset('aptos', '0xABCD::asset::USDC'), coin);
  assert.equal(canonicalAsset('aptos:1/coin:0xabcd::asset::USDC'), coin);
  assert.equal(canonicalAsset(coin), coin);
  assert.equal(tokenAsset('aptos', '0xabcd'), `aptos:1/token:${address}`);
  assert.equal(
    tokenAsset('aptos', '0x1::pair::LP< 0x01::aptos_coin::AptosCoin, u64 >'),
    'aptos:1/coin:0x1%3A%3Apair%3A%3ALP%3C0x1%3A%3Aaptos%5Fcoin%3A%3AAptosCoin%2Cu64%3E',
  );
});

test('what is no type tag is refused', () => {
  for (const tag of [
    '::a::B',
    '0x1::a',
    '0x1::a::',
    '0x1::a::B<',
    '0x1::a::B>',
    '0x1::a::B<>',
    '0x1::a::B,0x1::a::C',
    '0x1::a::B<0x1::a::C>D',
    '0x1::a::1B',
    'vector<u8>::x',
    '0x1::a::B<string>',
    '0x1::a::B::C',
  ]) {
    assert.throws(() => tokenAsset('aptos', tag), { code: 'ADDRESS_INVALID' }, tag);
  }
});

test('an Aptos transaction is its hash, not its version number', () => {
  const hash = `0x${'0A'.repeat(32)}`;
  assert.equal(canonicalTransactionId('aptos', hash), hash.toLowerCase());
  assert.throws(() => canonicalTransactionId('aptos', '123456789'), { code: 'TRANSACTION_ID_INVALID' });
});
