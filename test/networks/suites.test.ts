import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalAddress } from '../../lib/networks/address.ts';
import { refused } from './one-character.ts';

/** Addresses of another project's own tests. */
interface AddressSuite {
  /** Repository and path. */
  source: string;
  /** ISO date. */
  retrieved: string;
  suites: readonly {
    network: string;
    valid: readonly string[];
    invalid: readonly string[];
    /** Texts that are one account each. */
    same?: readonly (readonly string[])[];
  }[];
}

const folder = join(import.meta.dirname, 'suites');

for (const file of readdirSync(folder).sort()) {
  const { source, retrieved, suites } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as AddressSuite;
  test(`the addresses of ${source} are taken and refused as there`, () => {
    assert.match(retrieved, /^\d{4}-\d\d-\d\d$/);
    for (const { network, valid, invalid, same = [] } of suites) {
      assert.ok(valid.length + invalid.length + same.length > 0, network);
      for (const text of [...valid, ...same.flat()]) {
        const canonical = canonicalAddress(network, text);
        assert.equal(canonicalAddress(network, canonical), canonical, `${network} ${text}`);
      }
      for (const texts of same) {
        assert.equal(new Set(texts.map((text) => canonicalAddress(network, text))).size, 1, `${network} ${texts[0]}`);
      }
      refused(network, ...invalid.filter((text) => !valid.includes(text)));
    }
  });
}
