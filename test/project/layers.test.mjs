import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesBelow, imports } from '../../scripts/tools.mjs';

// What a folder of lib (or a file at its top) may import beside itself. docs/architecture.md draws the same picture.
/** @type {Record<string, readonly string[]>} */
const below = {
  errors: [],
  json: ['errors', 'util'],
  signatures: ['errors', 'util'],
  outbound: ['errors'],
  util: ['errors'],
  networks: ['errors', 'util', 'signatures'],
  deposits: ['errors', 'util'],
  policy: ['errors', 'util', 'networks', 'deposits'],
  checks: ['errors', 'util', 'networks', 'deposits', 'policy'],
  'providers/kit': ['errors', 'util', 'json', 'networks', 'deposits', 'signatures', 'outbound'],
  providers: ['errors', 'util', 'json', 'networks', 'deposits', 'signatures', 'providers/kit'],
  stores: ['errors', 'util', 'deposits'],
  ingest: ['errors', 'util', 'networks', 'deposits', 'policy', 'checks', 'providers/kit', 'stores', 'observe'],
  outbox: ['errors', 'util', 'deposits', 'stores', 'observe'],
  chains: [
    ...['errors', 'util', 'json', 'outbound', 'networks', 'deposits', 'policy', 'checks', 'stores', 'ingest'],
    ...['signatures', 'observe'],
  ],
  operator: [
    ...['errors', 'util', 'networks', 'deposits', 'signatures', 'providers/kit', 'stores', 'ingest'],
    'observe',
  ],
  middleware: [
    ...['errors', 'util', 'networks', 'policy', 'signatures', 'providers/kit', 'stores', 'ingest'],
    ...['outbox', 'observe'],
  ],
  observe: ['errors', 'util', 'deposits', 'stores', 'providers/kit'],
  options: ['errors', 'util', 'networks', 'policy', 'providers/kit', 'stores', 'chains', 'observe'],
  receiver: ['util', 'deposits', 'chains', 'ingest', 'outbox', 'operator', 'observe', 'options'],
  entrance: ['errors', 'util', 'providers/kit', 'middleware', 'options', 'receiver'],
  'deposit-callbacks': [
    ...['errors', 'util', 'deposits', 'stores', 'chains', 'outbox', 'operator', 'observe', 'options', 'receiver'],
    'entrance',
  ],
  testing: [
    ...['errors', 'util', 'networks', 'deposits', 'policy', 'checks', 'providers/kit', 'stores', 'observe'],
    'deposit-callbacks',
  ],
  notifier: [
    ...['errors', 'util', 'networks', 'signatures', 'stores', 'chains', 'outbox', 'outbound', 'observe', 'middleware'],
  ],
  inspector: [
    ...['errors', 'util', 'networks', 'deposits', 'signatures', 'stores', 'operator', 'middleware', 'observe'],
    'deposit-callbacks',
  ],
  audit: ['util', 'networks', 'deposits', 'signatures', 'providers/kit', 'stores', 'testing'],
  cli: [
    ...['errors', 'util', 'networks', 'deposits', 'policy', 'signatures', 'providers/kit', 'providers', 'stores'],
    ...['operator', 'observe', 'options', 'receiver', 'deposit-callbacks', 'testing', 'audit', 'inspector', 'notifier'],
  ],
  // Types alone: which function keeps which rule.
  rules: ['checks', 'deposits', 'networks', 'operator', 'policy', 'stores'],
  index: [
    ...['errors', 'networks', 'deposits', 'policy', 'providers/kit', 'stores', 'chains', 'outbox', 'middleware'],
    ...['observe', 'operator', 'options', 'rules', 'deposit-callbacks'],
  ],
};

// The log and the news are written to from every floor, so they stand on none; only types lead back, and no circle.
const leaves = new Set(['lib/observe/logger.ts', 'lib/observe/news.ts']);

/** Imports in lib run downward only, and each way down that is open is used. */
function findings() {
  /** @type {string[]} */
  const problems = [];
  /** @type {Set<string>} */
  const used = new Set();
  for (const path of filesBelow('lib', /\.ts$/)) {
    const from = floor(path);
    const allowed = below[from];
    if (allowed === undefined) {
      problems.push(`${path}: test/project/layers.test.mjs has no floor ${from}`);
      continue;
    }
    for (const target of imports(path)) {
      used.add(`${from} ${floor(target)}`);
      if (floor(target) === from || leaves.has(target) || leaves.has(path)) continue;
      if (!allowed.includes(floor(target))) {
        problems.push(`${path} imports ${target}: ${from} may import ${allowed.join(', ') || 'nothing'}`);
      }
    }
  }
  const unused = Object.entries(below).flatMap(([from, allowed]) =>
    allowed.filter((to) => !used.has(`${from} ${to}`)).map((to) => `${from} never imports ${to}: close that way`),
  );
  return [...problems, ...unused];
}

/** `lib/stores/sqlite.ts` is on stores, `lib/errors.ts` on errors; the providers' kit is a floor below them. @param {string} path */
function floor(path) {
  if (path.startsWith('lib/providers/kit/')) return 'providers/kit';
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

test('Imports in lib run downward only', async () => {
  assert.equal((await findings()).join('\n'), '');
});
