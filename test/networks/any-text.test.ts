import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isDepositCallbackError } from '../../lib/errors.ts';
import {
  canonicalAccount,
  canonicalAddress,
  canonicalBlockHash,
  canonicalMemo,
  canonicalTransactionId,
} from '../../lib/networks/address.ts';
import { canonicalAsset, networks, tokenAsset } from '../../lib/networks/registry.ts';

const network = fc.constantFrom(...networks.map(({ id }) => id));
// Texts that get past the first look: alphabets and separators of the real forms, and anything at all.
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: fc.constantFrom(...'0123456789abcdefx:-'), maxLength: 80 }),
  fc.string({
    unit: fc.constantFrom(...'123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz'),
    minLength: 30,
    maxLength: 60,
  }),
  fc.string({ unit: fc.constantFrom(...'<>:,0x1aB_%. /@-'), maxLength: 40 }),
);

const namespaces = [
  'slip44',
  'erc20',
  'erc721',
  'trc20',
  'trc10',
  'token',
  'coin',
  'jetton',
  'asset',
  'omni',
  'nothing',
];

type Canonical = (network: string, text: string) => string | undefined;

const functions: Record<string, Canonical> = {
  canonicalAddress,
  canonicalAccount: (id, given) => canonicalAccount(id, given, given).address,
  canonicalMemo,
  canonicalTransactionId,
  canonicalBlockHash,
  canonicalAsset: (id, given) => canonicalAsset(`${id}/${namespaces[given.length % namespaces.length]}:${given}`),
  tokenAsset,
};

for (const [name, canonical] of Object.entries(functions)) {
  test(`${name} gives a canonical text or a coded error, whatever text comes`, () => {
    fc.assert(
      fc.property(network, text, (id, given) => settled(name, canonical, id, given)),
      { numRuns: 500 },
    );
  });
}

function settled(name: string, canonical: Canonical, id: string, given: string): void {
  let answer: string | undefined;
  try {
    answer = canonical(id, given);
  } catch (error) {
    assert.ok(isDepositCallbackError(error), `${id} ${JSON.stringify(given)}: ${error}`);
    assert.ok(error.message.length < 1000);
    return;
  }
  // What was made canonical stays as it is when it comes again.
  if (answer === undefined) return;
  const again = name.endsWith('Asset') ? canonicalAsset(answer) : canonical(id, answer);
  assert.equal(again, answer, `${id} ${JSON.stringify(given)}`);
}
