import { test } from 'node:test';
import { bech32, bech32m } from '@scure/base';
import fc from 'fast-check';
import { refused, sameAccount } from './one-character.ts';

const program = fc.uint8Array({ minLength: 20, maxLength: 20 });
const letters = [...'abcdefghijklmnopqrstuvwxyz0123456789'];
const tail = fc.array(fc.constantFrom(...letters), { maxLength: 8 }).map((parts) => parts.join(''));

test('a right checksum under a longer human-readable part is no address: bc1foo1... is not Bitcoin', () => {
  refused(
    'bitcoin',
    'bc11qw508d6qejxtdg4y5r3zarvary0c5xw7kan2muu',
    'bc11qw508d6qejxtdg4y5r3zarvary0c5xw7kan2muu'.toUpperCase(),
  );
  for (const [network, prefix] of [
    ['bitcoin', 'bc'],
    ['bitcoin-testnet', 'tb'],
    ['bitcoin-regtest', 'bcrt'],
    ['litecoin', 'ltc'],
  ] as const) {
    fc.assert(
      fc.property(program, tail, fc.constantFrom(0, 1), (bytes, more, version) => {
        const codec = version === 0 ? bech32 : bech32m;
        const words = [version, ...codec.toWords(bytes)];
        const own = codec.encode(prefix, words);
        sameAccount(network, own, own.toUpperCase());
        refused(network, codec.encode(`${prefix}1${more}`, words), codec.encode(`${prefix}${more}x`, words));
      }),
      { numRuns: 40 },
    );
  }
});

test('on OKTC, 20 bytes under another human-readable part are no account', () => {
  refused('eip155:66', 'ex1foo1w508d6qejxtdg4y5r3zarvary0c5xw7kj7nnwj');
  fc.assert(
    fc.property(program, tail, (bytes, more) => {
      refused('eip155:66', bech32.encode(`ex1${more}`, bech32.toWords(bytes)));
    }),
    { numRuns: 40 },
  );
});

test('on OKTC, other than 20 bytes, or the other checksum, are no account', () => {
  for (const size of [0, 19, 21, 32]) refused('eip155:66', bech32.encode('ex', bech32.toWords(new Uint8Array(size))));
  refused('eip155:66', bech32m.encode('ex', bech32m.toWords(new Uint8Array(20))));
});
