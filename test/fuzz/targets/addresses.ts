import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { isDepositCallbackError } from '../../../lib/errors.ts';
import {
  canonicalAccount,
  canonicalAddress,
  canonicalBlockHash,
  canonicalTransactionId,
} from '../../../lib/networks/address.ts';
import { canonicalAsset, type Network, networks, tokenAsset } from '../../../lib/networks/registry.ts';
import type { FuzzTarget } from '../target.ts';
import { checksummed } from './checksummed.ts';
import { holdSame } from './payloads.ts';

/** Bytes that an account is: two texts that hold the same ones may be one account. Names are their own account. */
const accountBytes: Readonly<Record<string, number>> = {
  evm: 20,
  bitcoin: 20,
  bitcoincash: 20,
  tron: 20,
  xrpl: 20,
  cosmos: 20,
  cardano: 28,
  solana: 32,
  ton: 32,
  stellar: 32,
  substrate: 32,
};
const mostOfEach = 15;
const shortForms = ['aptos', 'sui'];
const examples = examplesIn(['../../networks', '../../networks/suites']);

type Canonical = (text: string) => string | undefined;

/** Of each network outside the EVM, and of those of the EVM that write addresses in a way of their own. */
export const addresses: readonly FuzzTarget[] = networks
  .filter(({ id, family }) => family !== 'evm' || ['eip155:1', 'eip155:30', 'eip155:66'].includes(id))
  .map(addressesOf);

function addressesOf(network: Network): FuzzTarget {
  const { id, family } = network;
  const address: Canonical = (text) => canonicalAddress(id, text);
  const others: Readonly<Record<string, Canonical>> = {
    transaction: (text) => canonicalTransactionId(id, text),
    block: (text) => canonicalBlockHash(id, text),
    token: (text) => tokenAsset(id, text),
    asset: (text) => canonicalAsset(`${id}/${text}`),
  };
  const names = Object.keys(others);
  return {
    name: `address:${id.replace(':', '-')}`,
    shape: 'text',
    longest: 300,
    seeds: seedsOf([address, ...Object.values(others)]),
    words: [
      '0x',
      '0X',
      '41',
      '1',
      '::',
      ':',
      '-',
      '/',
      '.',
      'ex1',
      'slip44:60',
      'erc20:',
      'token:',
      '\u0130',
      '\u017f',
      '%2F',
      '%',
    ],
    run(input) {
      const text = textOf(input, family);
      const canonical = settled(address, text, 'address');
      if (canonical !== undefined) {
        assert.equal(address(canonical), canonical, 'an address is not stable');
        assertSameAccount(network, text, canonical);
      }
      // One of the others, as the last byte has it: all would cost four times as much.
      const name = names[(input.at(-1) ?? 0) % names.length] ?? '';
      const answer = settled(others[name] ?? address, text, name);
      if (answer === undefined) return;
      const again =
        name === 'token'
          ? canonicalAsset(answer)
          : others[name]?.(name === 'asset' ? answer.slice(id.length + 1) : answer);
      assert.equal(again, answer, `${name} is not stable`);
    },
  };
}

/** A first byte below 32 says: the rest is bytes, to be written with a right checksum. */
function textOf(input: Buffer, family: string): string {
  const way = input[0] ?? 0x20;
  const written = way < 0x20 ? checksummed(family, way, input.subarray(1, 120)) : undefined;
  return written ?? input.toString('utf8');
}

function settled(canonical: Canonical, text: string, name: string): string | undefined {
  try {
    return canonical(text);
  } catch (error) {
    if (!isDepositCallbackError(error)) throw new Error(`${name} threw ${error}`, { cause: error });
    assert.ok(error.message.length < 1_000, 'a message of unbounded length');
    return undefined;
  }
}

function assertSameAccount({ id, family }: Network, text: string, address: string): void {
  const { memo, ...account } = canonicalAccount(id, text);
  assert.equal(account.address, address);
  if (memo !== undefined) assert.ok(memo !== '' && !/\0|\p{Cs}/u.test(memo), 'a memo that no database holds');
  if (text.toLowerCase() === address.toLowerCase()) return;
  const bytes = accountBytes[family];
  if (bytes !== undefined) assert.ok(holdSame(text, address, bytes), `${text} became ${address}`);
  else if (shortForms.includes(family)) {
    const value = (hex: string): bigint => BigInt(`0x${hex.replace(/^0x/i, '')}`);
    assert.equal(value(text), value(address), `${text} became ${address}`);
  } else assert.fail(`${text} became ${address}`);
}

function seedsOf(functions: readonly Canonical[]): readonly Buffer[] {
  const seeds = new Set<string>();
  for (const canonical of functions) {
    let found = 0;
    for (const text of examples) {
      if (found >= mostOfEach) break;
      if (!isTaken(canonical, text)) continue;
      seeds.add(text);
      found += 1;
    }
  }
  return [
    ...[...seeds].map((text) => Buffer.from(text)),
    Buffer.from([0, ...Array.from({ length: 33 }, (_, at) => at)]),
  ];
}

function isTaken(canonical: Canonical, text: string): boolean {
  try {
    canonical(text);
    return true;
  } catch {
    return false;
  }
}

/** Texts in quotes in the tests of networks: addresses, ids and tokens of every kind, and broken ones. */
function examplesIn(folders: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const folder of folders) {
    const path = fileURLToPath(new URL(folder, import.meta.url));
    for (const file of readdirSync(path).filter((name) => /\.(ts|json)$/.test(name))) {
      for (const [, text = ''] of readFileSync(`${path}/${file}`, 'utf8').matchAll(/['"`]([^'"`\\\n]{2,140})['"`]/g)) {
        found.add(text);
        if (text.includes('/')) found.add(text.slice(text.indexOf('/') + 1));
      }
    }
  }
  return [...found].sort((a, b) => a.length - b.length);
}
