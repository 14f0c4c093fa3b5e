import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { getAddress } from 'viem';
import {
  canonicalAddress,
  canonicalBlockHash,
  canonicalMemo,
  canonicalTransactionId,
} from '../../lib/networks/address.ts';
import { tokenAsset } from '../../lib/networks/registry.ts';
import { hex20, refused, refusesOneChangedCharacter, sameAccount } from './one-character.ts';

// EIP-55, "Test Cases".
const eip55 = [
  '0x52908400098527886E0F7030069857D2E4169EE7',
  '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
  '0xde709f2102306220921060314715629080e2fb77',
  '0x27b1fdb04752bbc536007a920d24acb045561c26',
  '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed',
  '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359',
  '0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB',
  '0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb',
];

test('the examples of EIP-55 stand, and their forms of one case become them', () => {
  for (const address of eip55) {
    const digits = address.slice(2);
    sameAccount('eip155:1', address, address.toLowerCase(), `0x${digits.toUpperCase()}`, digits.toLowerCase());
  }
});

// EIP-1191, "Test Cases": Rootstock and its test network.
const eip1191: Readonly<Record<string, readonly string[]>> = {
  'eip155:30': [
    '0x27b1FdB04752BBc536007A920D24ACB045561c26',
    '0x3599689E6292B81B2D85451025146515070129Bb',
    '0x42712D45473476B98452f434E72461577d686318',
    '0x52908400098527886E0F7030069857D2E4169ee7',
    '0x5aaEB6053f3e94c9b9a09f33669435E7ef1bEAeD',
    '0x6549F4939460DE12611948B3F82B88C3C8975323',
    '0x66F9664f97f2B50F62d13EA064982F936de76657',
    '0x8617E340b3D01Fa5f11f306f4090fd50E238070D',
    '0x88021160c5C792225E4E5452585947470010289d',
    '0xD1220A0Cf47c7B9BE7a2e6ba89F429762E7B9adB',
    '0xDBF03B407c01E7CD3cBea99509D93F8Dddc8C6FB',
    '0xDe709F2102306220921060314715629080e2FB77',
    '0xFb6916095cA1Df60bb79ce92cE3EA74c37c5d359',
  ],
  'eip155:31': [
    '0x27B1FdB04752BbC536007a920D24acB045561C26',
    '0x3599689e6292b81b2D85451025146515070129Bb',
    '0x42712D45473476B98452F434E72461577D686318',
    '0x52908400098527886E0F7030069857D2e4169EE7',
    '0x5aAeb6053F3e94c9b9A09F33669435E7EF1BEaEd',
    '0x6549f4939460dE12611948b3f82b88C3c8975323',
    '0x66f9664F97F2b50f62d13eA064982F936DE76657',
    '0x8617e340b3D01fa5F11f306F4090Fd50e238070d',
    '0x88021160c5C792225E4E5452585947470010289d',
    '0xd1220a0CF47c7B9Be7A2E6Ba89f429762E7b9adB',
    '0xdbF03B407C01E7cd3cbEa99509D93f8dDDc8C6fB',
    '0xDE709F2102306220921060314715629080e2Fb77',
    '0xFb6916095CA1dF60bb79CE92ce3Ea74C37c5D359',
  ],
};

test('an address of Rootstock with the checksum of EIP-1191 was refused', () => {
  for (const [network, addresses] of Object.entries(eip1191)) {
    for (const address of addresses) {
      const lower = address.toLowerCase();
      sameAccount(network, getAddress(lower), address, lower, getAddress(lower), address.slice(2));
    }
  }
});

// Of one case, there is no checksum that could be wrong.
function isChecksummedElsewhere(address: string): boolean {
  const digits = address.slice(2);
  return /[a-f]/.test(digits) && /[A-F]/.test(digits) && address !== getAddress(address.toLowerCase());
}

test('the checksum of EIP-1191 is right on its own network alone, whichever was asked first', () => {
  for (const [network, addresses] of Object.entries(eip1191)) {
    for (const address of addresses.filter(isChecksummedElsewhere)) {
      for (const other of ['eip155:1', 'eip155:137']) refused(other, address);
      canonicalAddress(network, address);
      for (const other of ['eip155:1', 'eip155:137']) refused(other, address);
    }
  }
});

test('any 20 bytes become what an independent library makes of them', () => {
  fc.assert(fc.property(hex20, (hex) => sameAccount('eip155:137', getAddress(`0x${hex}`), `0x${hex}`)));
});

test('one letter of the wrong case is refused', () => {
  fc.assert(
    fc.property(hex20, fc.nat(39), (hex, at) => {
      const digits = canonicalAddress('eip155:1', hex).slice(2);
      const letter = digits.charAt(at);
      const flipped = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
      const changed = `${digits.slice(0, at)}${flipped}${digits.slice(at + 1)}`;
      fc.pre(/[a-f]/.test(changed) && /[A-F]/.test(changed) && changed !== digits);
      refused('eip155:1', `0x${changed}`);
    }),
  );
});

test('one changed digit is refused where enough letters carry the checksum', () => {
  const manyLetters = hex20
    .map((hex) => canonicalAddress('eip155:1', hex))
    .filter((address) => (address.match(/[a-f]/g)?.length ?? 0) > 7 && (address.match(/[A-F]/g)?.length ?? 0) > 7);
  refusesOneChangedCharacter('eip155:1', manyLetters, '0123456789abcdefABCDEF');
});

test('what is not 20 bytes of hex is refused', () => {
  const [address = ''] = eip55;
  refused(
    'eip155:1',
    '',
    '0x',
    address.slice(0, -1),
    `${address}0`,
    ` ${address}`,
    `${address}\n`,
    address.replace('5', 'g'),
  );
  refused('eip155:1', 'vitalik.eth', `0x${'0'.repeat(24)}${address.slice(2)}`);
});

test("OKTC's bech32 form is the same account, and only there", () => {
  // https://www.okx.com/oktc/docs/dev/core-concepts/accounts/accounts
  const bech32 = 'ex1hcngft7gfkhn8z8fnlajzh7agyt0az0v6ztmme';
  sameAccount('eip155:66', '0xBE2684Afc84daf3388E99FFB215FdD4116FE89EC', bech32, bech32.toUpperCase());
  refused('eip155:1', bech32);
  refusesOneChangedCharacter('eip155:66', fc.constant(bech32), 'qpzry9x8gf2tvdw0s3jn54khce6mua7l');
});

test('a transaction id and a block hash are lower-case hex with 0x', () => {
  const canonical = `0x${'ab12'.repeat(16)}`;
  for (const text of [canonical, canonical.toUpperCase(), canonical.slice(2)]) {
    assert.equal(canonicalTransactionId('eip155:1', text), canonical);
    assert.equal(canonicalBlockHash('eip155:1', text), canonical);
  }
  for (const text of ['', '0x', canonical.slice(0, -1), `${canonical}0`, `${canonical}-0`]) {
    assert.throws(() => canonicalTransactionId('eip155:1', text), { code: 'TRANSACTION_ID_INVALID' });
    assert.throws(() => canonicalBlockHash('eip155:1', text), { code: 'TRANSACTION_ID_INVALID' });
  }
});

test('there are no memos, so that a note of one provider tells no accounts apart', () => {
  assert.equal(canonicalMemo('eip155:1', 'thanks'), undefined);
});

test('an address that comes again costs less than two microseconds', () => {
  const address = '0xd8da6bf26964af9d7eed9e03e53415d37aa96045';
  const rounds = 20_000;
  const timed = () => {
    const start = process.hrtime.bigint();
    for (let round = 0; round < rounds; round++) canonicalAddress('eip155:1', address);
    return Number(process.hrtime.bigint() - start) / rounds;
  };
  // The best of several: other work on the machine only adds.
  assert.ok(Math.min(...Array.from({ length: 10 }, timed)) < 2000);
});

test('a broken address is refused every time, also after the right one was seen', () => {
  const right = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
  const broken = '0xfb6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
  assert.equal(canonicalAddress('eip155:1', right), right);
  refused('eip155:1', broken, broken);
});

test('a token is its contract in lower case, as in the examples of CAIP-19', () => {
  const usdt = 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7';
  assert.equal(tokenAsset('eth', '0xdAC17F958D2ee523a2206206994597C13D831ec7'), usdt);
  assert.throws(() => tokenAsset('eth', '0xDAC17F958D2ee523a2206206994597C13D831ec7'), { code: 'ADDRESS_INVALID' });
});
