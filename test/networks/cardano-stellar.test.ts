import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 } from 'node:zlib';
import { base32nopad, base58 as base58Text, bech32 } from '@scure/base';
import fc from 'fast-check';
import { canonicalAccount, canonicalAddress } from '../../lib/networks/address.ts';
import { crc16 } from '../../lib/networks/crc16.ts';
import { tokenAsset } from '../../lib/networks/registry.ts';
import { base58, hex32, refused, refusesOneChangedCharacter, sameAccount } from './one-character.ts';

const bech32Letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';

// https://cips.cardano.org/cip/CIP-19, "Test Vectors"
const mainnet = [
  'addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgse35a3x',
  'addr1z8phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gten0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgs9yc0hh',
  'addr1yx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerkr0vd4msrxnuwnccdxlhdjar77j6lg0wypcc9uar5d2shs2z78ve',
  'addr1x8phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gt7r0vd4msrxnuwnccdxlhdjar77j6lg0wypcc9uar5d2shskhj42g',
  'addr1gx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer5pnz75xxcrzqf96k',
  'addr128phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gtupnz75xxcrtw79hu',
  'addr1vx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzers66hrl8',
  'addr1w8phkx6acpnf78fuvxn0mkew3l0fd058hzquvz7w36x4gtcyjy7wx',
];
const preprod = [
  'addr_test1qz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3n0d3vllmyqwsx5wktcd8cc3sq835lu7drv2xwl2wywfgs68faae',
  'addr_test1vz2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzerspjrlsz',
];
const stake = 'stake1uyehkck0lajq8gr28t9uxnuvgcqrc6070x3k9r8048z8y5gh6ffgw';
// The same page, and docs.cardano.org on Byron addresses.
const byron = [
  'Ae2tdPwUPEZFRbyhz3cpfC2CumGzNkFBN2L42rcUc2yjQpEkxDbkPodpMAi',
  'DdzFFzCqrhsrcTVhLygT24QwTnNqQqQ8mZrq5jykUzMveU26sxaH529kMpo7VhPrt5pwW3dXeB2k3EEvKcNBRmzCfcQ7dTkyGzTs658C',
];
const byronTest =
  '37btjrVyb4KDXBNC4haBVPCrro8AQPHwvCMp3RFhhSVWwfFmZ6wwzSK6JK1hY6wHNmtrpTf1kdbva8TCneM2YsiXT7mrzT21EacHnPpz5YyUdj64na';

test('Cardano: the vectors of CIP-19 stand in lower case, each on its network only; rewards are received nowhere', () => {
  for (const address of mainnet) sameAccount('cardano', address, address.toUpperCase());
  for (const address of preprod) sameAccount('cardano-preprod', address);
  for (const address of byron) sameAccount('cardano', address);
  sameAccount('cardano-preprod', byronTest);
  refused('cardano', ...preprod, byronTest, stake, '', 'addr1', base58);
  refused('cardano-preprod', ...mainnet, ...byron);
});

test('Cardano: one changed character is refused, in either form', () => {
  refusesOneChangedCharacter('cardano', fc.constantFrom(...mainnet), bech32Letters);
  refusesOneChangedCharacter('cardano', fc.constantFrom(...byron), base58);
});

test('Cardano: a right checksum over other bytes is no account', () => {
  for (const size of [0, 1, 28, 30, 56, 58]) {
    for (const header of [0x01, 0x61, 0x41, 0x81, 0xe1]) {
      const isPointer = header === 0x41 && size >= 32;
      if (isPointer) continue;
      refused('cardano', bech32.encode('addr', bech32.toWords(new Uint8Array(size).fill(header, 0, 1)), 200));
    }
  }
});

test('Cardano: a token is its policy and name', () => {
  const policy = '29d222ce763455e3d7a09a665ce554f00ac89d2e99a1a83d267170c6';
  assert.equal(tokenAsset('cardano', `${policy}.4d494e`), `cip34:1-764824073/asset:${policy}4d494e`);
  assert.throws(() => tokenAsset('cardano', 'MIN'), { code: 'ADDRESS_INVALID' });
});

// https://github.com/stellar/stellar-protocol/blob/master/ecosystem/sep-0023.md, "Valid test cases"
const account = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ';
const muxed: readonly [text: string, memo: string][] = [
  ['MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJUAAAAAAAAAAAACJUQ', '0'],
  ['MA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVAAAAAAAAAAAAAJLK', '9223372036854775808'],
];

function strKey(version: number, payload: Uint8Array): string {
  const body = Uint8Array.of(version, ...payload);
  const crc = crc16(body);
  return base32nopad.encode(Uint8Array.of(...body, crc & 0xff, crc >> 8));
}

test('Stellar: a muxed account is its account, its number the memo', () => {
  sameAccount('stellar', account);
  for (const [text, memo] of muxed) {
    assert.deepEqual(canonicalAccount('stellar', text), { address: account, memo });
    assert.deepEqual(canonicalAccount('stellar', text, memo), { address: account, memo });
    assert.throws(() => canonicalAccount('stellar', text, '7'), { code: 'ADDRESS_INVALID' });
  }
  assert.deepEqual(canonicalAccount('stellar', account, 'invoice 7'), { address: account, memo: 'invoice 7' });
  // https://namespaces.chainagnostic.org/stellar/caip10
  assert.deepEqual(canonicalAccount('stellar', `${account}-payment-reference`), {
    address: account,
    memo: 'payment-reference',
  });
});

test('Cardano: Byron bytes with a right checksum that hold no whole address are refused, however short they are', () => {
  const whole = [0x83, 0x58, 28, ...new Array<number>(28).fill(7), 0xa0, 0x00];
  sameAccount('cardano', byronOf(whole));
  for (let length = 0; length < whole.length; length += 1) refused('cardano', byronOf(whole.slice(0, length)));
});

function byronOf(payload: readonly number[]): string {
  const sum = Buffer.alloc(5, 0x1a);
  sum.writeUInt32BE(crc32(Buffer.from(payload)), 1);
  const written = sum.readUInt32BE(1) < 24 ? sum.subarray(4) : sum;
  return base58Text.encode(Buffer.from([0x82, 0xd8, 0x18, 0x58, payload.length, ...payload, ...written]));
}

test('Stellar: a memo within the account holds nothing that a database cannot', () => {
  for (const memo of ['\0', 'a\0b', '\ud800', 'x\udc00']) {
    assert.throws(
      () => canonicalAccount('stellar', `${account}-${memo}`),
      { code: 'ADDRESS_INVALID' },
      JSON.stringify(memo),
    );
  }
});

test('Stellar: any key and number come back as they went in', () => {
  fc.assert(
    fc.property(hex32, fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (hex, id) => {
      const key = Buffer.from(hex, 'hex');
      const number = Buffer.alloc(8);
      number.writeBigUInt64BE(id);
      const address = strKey(48, key);
      sameAccount('stellar', address);
      const held = canonicalAccount('stellar', strKey(96, Buffer.concat([key, number])));
      assert.deepEqual(held, { address, memo: id.toString() });
    }),
    { numRuns: 100 },
  );
});

test('Stellar: one changed character is refused, and so is what is no account', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  refusesOneChangedCharacter('stellar', fc.constantFrom(account, ...muxed.map(([text]) => text)), letters);
  const key = new Uint8Array(32);
  refused(
    'stellar',
    '',
    account.toLowerCase(),
    `${account}A`,
    account.slice(0, -1),
    `${account}-`,
    // Seeds, hashes, signed payloads and contracts are no recipients that this package can tell.
    ...[18 << 3, 19 << 3, 23 << 3, 2 << 3].map((version) => strKey(version, key)),
    strKey(48, new Uint8Array(33)),
    strKey(96, key),
  );
});

test('Stellar: a token is its code and issuer', () => {
  const issuer = 'GA5ZSEJYB37JRC5AVCIA5MOP4RHTM335X2KGX3IHOJAPP5RE34K4KZVN';
  for (const text of [`USDC-${issuer}`, `USDC:${issuer}`]) {
    assert.equal(tokenAsset('stellar', text), `stellar:pubnet/asset:USDC-${issuer}`);
  }
  assert.equal(tokenAsset('stellar', 'native'), 'stellar:pubnet/slip44:148');
  assert.throws(() => tokenAsset('stellar', 'USDC'), { code: 'ADDRESS_INVALID' });
  assert.throws(() => canonicalAddress('stellar', issuer.replace('5', '6')), { code: 'ADDRESS_INVALID' });
});
