import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, nearest } from '../../lib/util/nearest.ts';

test('a misspelt name is told the one that it means', () => {
  const known = ['providers', 'policy', 'store', 'sources', 'secrets'];
  assert.equal(nearest('polcy', known), 'policy');
  assert.equal(nearest('secret', known), 'secrets');
  assert.equal(nearest('Sotre', known), 'store');
  assert.equal(nearest('prov', known), 'providers');
  assert.equal(didYouMean('polcy', known), 'is not known. Did you mean policy?');
});

test('of a name that resembles none, all are listed', () => {
  assert.equal(nearest('frobnicate', ['policy', 'store']), undefined);
  assert.equal(didYouMean('frobnicate', ['policy', 'store']), 'is not known. Known: policy, store');
});

test('a long name costs no more than a short one', () => {
  assert.equal(nearest('x'.repeat(10_000_000), ['policy']), undefined);
});
