import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalAddress, canonicalTransactionId } from '../../lib/networks/address.ts';
import { canonicalAsset, tokenAsset } from '../../lib/networks/registry.ts';
import { base58, hex20, refused, refusesOneChangedCharacter, sameAccount } from './one-character.ts';

const usdt = 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t';

test('base58, 41 and hex, and the bare 20 bytes are one account', () => {
  const hex = 'a614f803b6fd780986a42c78ec9c7f77e6ded13c';
  sameAccount('tron', usdt, `41${hex}`, `41${hex.toUpperCase()}`, `0x41${hex}`, `0x${hex}`, hex);
  sameAccount('tron-nile', usdt, `41${hex}`);
});

test('any account has one text', () => {
  fc.assert(
    fc.property(hex20, (hex) => {
      const address = canonicalAddress('tron', `41${hex}`);
      assert.match(address, /^T[1-9A-HJ-NP-Za-km-z]{33}$/);
      sameAccount('tron', address, `0x${hex}`);
    }),
  );
});

test('one changed character is refused', () => {
  refusesOneChangedCharacter(
    'tron',
    hex20.map((hex) => canonicalAddress('tron', `41${hex}`)),
    base58,
  );
});

test('what is no TRON address is refused', () => {
  refused('tron', '', 'T', usdt.slice(0, -1), `${usdt}t`, '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', `a0${'00'.repeat(20)}`);
  refused('tron', '0xfb6916095ca1df60bB79Ce92cE3Ea74c37c5d359', 'T'.repeat(100_000));
});

test('a transaction id has no 0x', () => {
  const id = '93442189d7bccbe009f8ab594831ff9d7d258cab712d74a404cd3dccdc4c6d69';
  assert.equal(canonicalTransactionId('tron', `0x${id.toUpperCase()}`), id);
});

test('a token is TRC-20 by its contract and TRC-10 by its number', () => {
  const asset = `tron:728126428/trc20:${usdt}`;
  assert.equal(tokenAsset('tron', '41a614f803b6fd780986a42c78ec9c7f77e6ded13c'), asset);
  assert.equal(canonicalAsset('tron:0x2b6653dc/trc20:0xa614f803b6fd780986a42c78ec9c7f77e6ded13c'), asset);
  assert.equal(tokenAsset('tron', '1002000'), 'tron:728126428/trc10:1002000');
  assert.throws(() => canonicalAsset('tron:728126428/trc10:BTT'), { code: 'ADDRESS_INVALID' });
});
