import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2';
import { base58xrp } from '@scure/base';
import fc from 'fast-check';
import {
  canonicalAccount,
  canonicalAddress,
  canonicalBlockHash,
  canonicalMemo,
  canonicalTransactionId,
} from '../../lib/networks/address.ts';
import { canonicalAsset, nativeAsset, tokenAsset } from '../../lib/networks/registry.ts';
import { base58, hex32, refused, refusesOneChangedCharacter, sameAccount } from './one-character.ts';

const genesis = 'r9cZA1mLK5R5Am25ArfXFmqgNwjZgnfk59';
const invalid = { code: 'ADDRESS_INVALID' };

test('an X-address is its classic account, with its tag (examples of XLS-5d)', () => {
  const tagged: [string, string | undefined][] = [
    ['X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ', undefined],
    ['X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu', '1'],
    ['X7AcgcsBL6XDcUb289X4mJ8djcdyKaGo2K5VpXpmCqbV2gS', '14'],
  ];
  for (const [address, memo] of tagged) {
    assert.deepEqual(
      canonicalAccount('xrpl:0', address),
      memo === undefined ? { address: genesis } : { address: genesis, memo },
    );
    assert.equal(canonicalAddress('xrpl:0', address), genesis);
  }
});

test('a tag beside an X-address agrees with it or is refused; beside a classic address it is the tag', () => {
  const address = 'X7AcgcsBL6XDcUb289X4mJ8djcdyKaGZMhc9YTE92ehJ2Fu';
  assert.deepEqual(canonicalAccount('xrp', address, '01'), { address: genesis, memo: '1' });
  assert.deepEqual(canonicalAccount('xrp', address, null), { address: genesis, memo: '1' });
  assert.throws(() => canonicalAccount('xrp', address, '2'), invalid);
  assert.deepEqual(canonicalAccount('xrp', genesis, '7'), { address: genesis, memo: '7' });
  assert.deepEqual(canonicalAccount('xrp', genesis, ''), { address: genesis });
});

test('an X-address with a tag of more than 32 bits, unknown flags or a tag that its flags deny is refused', () => {
  assert.deepEqual(canonicalAccount('xrp', xAddress(1, 4294967295n)), { address: genesis, memo: '4294967295' });
  refused('xrp', xAddress(1, 4294967296n), xAddress(2, 1n), xAddress(0, 1n), xAddress(255, 0n));
});

test('an X-address of the other kind of network is refused', () => {
  refused('xrpl:0', 'T719a5UwUCnEs54UsxG9CJYYDhwmFCqkr7wxCcNcfZ6p5GZ');
  sameAccount('xrpl:1', genesis, 'T719a5UwUCnEs54UsxG9CJYYDhwmFCqkr7wxCcNcfZ6p5GZ');
  refused('xrpl:1', 'X7AcgcsBL6XDcUb289X4mJ8djcdyKaB5hJDWMArnXr61cqZ');
});

test('one changed character of an XRP Ledger address is refused', () => {
  const alphabet = base58xrp.encode(Buffer.alloc(0)) + base58;
  refusesOneChangedCharacter('xrp', fc.constantFrom(genesis, 'rPEPPER7kfTD9w2To4CQk6UCfuHM9c6GDY'), alphabet);
  refusesOneChangedCharacter('xrp', fc.constant('XV5sbjUmgPpvXv4ixFWZ5ptAYZ6PD2q1qM6owqNbug8W6KV'), alphabet);
  refused('xrp', '', 'r', genesis.slice(0, -1), '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', 'r'.repeat(100_000));
});

test('a destination tag is decimal text of 32 bits, and 0 is a tag', () => {
  assert.equal(canonicalMemo('xrp', '0'), '0');
  assert.equal(canonicalMemo('xrp', '0042'), '42');
  assert.equal(canonicalMemo('xrp', '4294967295'), '4294967295');
  for (const tag of ['4294967296', '-1', '1.0', '1e3', ' 1', 'abc', '99999999999']) {
    assert.throws(() => canonicalMemo('xrp', tag), invalid, tag);
  }
});

test('no memo is one thing: null, empty and absent; any other memo stands to the letter', () => {
  for (const network of ['xrp', 'eos', 'ton']) {
    for (const none of [null, undefined, '']) assert.equal(canonicalMemo(network, none), undefined);
  }
  assert.equal(canonicalMemo('eos', ' 007 '), ' 007 ');
  assert.equal(canonicalMemo('ton', '\u041f\u0440\u0438\u0432\u0435\u0442'), '\u041f\u0440\u0438\u0432\u0435\u0442');
  assert.throws(() => canonicalMemo('ton', 'a\0b'), invalid);
  assert.throws(() => canonicalMemo('ton', '\ud800'), invalid);
});

test('an XRP Ledger transaction is upper-case hex; a token its code and issuer', () => {
  const hash = 'ab'.repeat(32);
  assert.equal(canonicalTransactionId('xrp', hash), hash.toUpperCase());
  assert.equal(canonicalBlockHash('xrp', hash), hash.toUpperCase());
  const rlusd = 'xrpl:0/token:524C555344000000000000000000000000000000.rMxCKbEDwqr76QuheSUMdEGf4B9xJ8m5De';
  assert.equal(tokenAsset('xrp', 'RLUSD.rMxCKbEDwqr76QuheSUMdEGf4B9xJ8m5De'), rlusd);
  assert.equal(canonicalAsset(rlusd.replace('524C', '524c')), rlusd);
  const usd = 'xrpl:0/token:USD.rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B';
  assert.equal(canonicalAsset(usd), usd);
  assert.equal(tokenAsset('xrp', '0000000000000000000000005553440000000000.rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B'), usd);
  for (const token of ['USD', 'USD.rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59C', 'US.rvYAfWj5gh67oV6fW32ZzP3Aw4Eubs59B']) {
    assert.throws(() => tokenAsset('xrp', token), invalid, token);
  }
});

test('the forms of TEP-2 are one TON account', () => {
  sameAccount(
    'ton',
    '-1:e56754f83426f69b09267bd876ac97c44821345b7e266bd956a7bfbfb98df35c',
    '-1:E56754F83426F69B09267BD876AC97C44821345B7E266BD956A7BFBFB98DF35C',
    'Ef_lZ1T4NCb2mwkme9h2rJfESCE0W34ma9lWp7-_uY3zXDvq',
    'Ef/lZ1T4NCb2mwkme9h2rJfESCE0W34ma9lWp7+/uY3zXDvq',
    'Uf_lZ1T4NCb2mwkme9h2rJfESCE0W34ma9lWp7-_uY3zXGYv',
  );
});

test('any TON account has one text, whatever its flags; a test-only form is refused on the main network', () => {
  fc.assert(
    fc.property(hex32, fc.constantFrom(0, -1), (hex, chain) => {
      const raw = `${chain}:${hex}`;
      sameAccount('ton', raw, friendly(0x11, chain, hex), friendly(0x51, chain, hex));
      sameAccount(
        'ton-testnet',
        raw,
        friendly(0x91, chain, hex),
        friendly(0xd1, chain, hex),
        friendly(0x11, chain, hex),
      );
      refused(
        'ton',
        friendly(0x91, chain, hex),
        friendly(0xd1, chain, hex),
        friendly(0x31, chain, hex),
        friendly(0x11, 5, hex),
      );
    }),
    { numRuns: 50 },
  );
});

test('one changed character of a friendly TON address is refused', () => {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  refusesOneChangedCharacter(
    'ton',
    hex32.map((hex) => friendly(0x51, 0, hex)),
    letters,
  );
  refused('ton', '', '0:', `0:${'0'.repeat(63)}`, `1:${'0'.repeat(64)}`, 'foundation.ton');
  refused('ton', 'Ef_lZ1T4NCb2mwkme9h2rJfESCE0W34ma9lWp7+/uY3zXDvq');
});

test('a TON transaction is account, logical time and hash, each in any form', () => {
  const hash = Buffer.alloc(32, 0xfb);
  const account = '-1:e56754f83426f69b09267bd876ac97c44821345b7e266bd956a7bfbfb98df35c';
  const canonical = `${account}:46000000000003:${hash.toString('hex')}`;
  for (const text of [
    canonical,
    `${account},046000000000003,${hash.toString('base64')}`,
    `Ef_lZ1T4NCb2mwkme9h2rJfESCE0W34ma9lWp7-_uY3zXDvq:46000000000003:${hash.toString('base64url')}`,
  ]) {
    assert.equal(canonicalTransactionId('ton', text), canonical);
  }
  for (const text of [
    hash.toString('hex'),
    `${account}:1`,
    `${account}:x:${hash.toString('hex')}`,
    `${account}:1:00`,
  ]) {
    assert.throws(() => canonicalTransactionId('ton', text), { code: 'TRANSACTION_ID_INVALID' });
  }
  assert.equal(canonicalBlockHash('ton', hash.toString('base64')), hash.toString('hex'));
  assert.equal(
    tokenAsset('ton', 'EQCxE6mUtQJKFnGfaROTKOt1lZbDiiX1kCixRv7Nw2Id_sDs'),
    'tvm:-239/jetton:0%3Ab113a994b5024a16719f69139328eb759596c38a25f59028b146fecdc3621dfe',
  );
});

test('EOS account names are taken as they are, or refused', () => {
  for (const name of ['eosio', 'eosio.token', 'a', 'zzzzzzzzzzzz', 'zzzzzzzzzzzzj', '12345.abcde'])
    sameAccount('eos', name);
  refused('eos', '', 'EOSIO', 'eosio.', 'abcdefghijklm1', 'zzzzzzzzzzzzk', 'abc6', 'abc_d', ' eosio');
});

test('an EOS token is its contract and symbol, and EOS of eosio.token is native', () => {
  const usdt = 'antelope:aca376f206b8fc25a6ed44dbdc66547c/token:tethertether-USDT';
  for (const text of ['tethertether-USDT', 'USDT@tethertether', 'tethertether:USDT'])
    assert.equal(tokenAsset('eos', text), usdt);
  assert.equal(canonicalAsset(usdt), usdt);
  assert.equal(tokenAsset('eos', 'eosio.token-EOS'), nativeAsset('eos'));
  // A false EOS of another contract is another asset.
  assert.notEqual(tokenAsset('eos', 'eosio.tokem-EOS'), nativeAsset('eos'));
  assert.throws(() => tokenAsset('eos', 'tethertether'), invalid);
});

/** The genesis account as an X-address of the main network. */
function xAddress(flags: number, tag: bigint): string {
  const account = Buffer.from(base58xrp.decode(genesis)).subarray(1, 21);
  const body = Buffer.concat([Buffer.of(0x05, 0x44), account, Buffer.of(flags), Buffer.alloc(8)]);
  body.writeBigUInt64LE(tag, 23);
  return base58xrp.encode(Buffer.concat([body, sha256(sha256(body)).subarray(0, 4)]));
}

function friendly(flags: number, chain: number, hex: string): string {
  const bytes = Buffer.concat([Buffer.of(flags, chain & 0xff), Buffer.from(hex, 'hex')]);
  let crc = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const carry = ((crc >> 15) ^ (byte >> bit)) & 1;
      crc = ((crc << 1) & 0xffff) ^ (carry ? 0x1021 : 0);
    }
  }
  return Buffer.concat([bytes, Buffer.of(crc >> 8, crc & 0xff)]).toString('base64url');
}

test('on the XRP Ledger a tag behind the account, as CAIP-10 has it, is its tag', () => {
  // https://namespaces.chainagnostic.org/xrpl/caip10
  const account = 'rPEPPER7kfTD9w2To4CQk6UCfuHM9c6GDY';
  assert.deepEqual(canonicalAccount('xrpl:0', `${account}-495`), { address: account, memo: '495' });
  assert.deepEqual(canonicalAccount('xrpl:0', `${account}-495`, '495'), { address: account, memo: '495' });
  assert.throws(() => canonicalAccount('xrpl:0', `${account}-495`, '496'), { code: 'ADDRESS_INVALID' });
  refused('xrpl:0', `${account}-`, `${account}-x`, `${account}-4294967296`, `${account}-1-2`);
});
