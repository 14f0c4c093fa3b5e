import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { filesBelow, read } from '../../scripts/tools.mjs';

// What a folder of lib (or a file at its top) may import beside itself. docs/architecture.md draws the same picture.
/** @type {Record<string, readonly string[]>} */
const below = {
  errors: [],
  json: ['errors', 'util'],
  signatures: ['errors'],
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
  chains: ['errors', 'util', 'networks', 'deposits', 'policy', 'checks', 'stores', 'ingest', 'observe'],
  operator: [
    ...['errors', 'util', 'networks', 'deposits', 'signatures', 'policy', 'providers/kit', 'stores', 'ingest'],
    'observe',
  ],
  middleware: [
    ...['errors', 'util', 'networks', 'deposits', 'policy', 'signatures', 'providers/kit', 'stores', 'ingest'],
    ...['outbox', 'observe'],
  ],
  observe: ['errors', 'util', 'deposits', 'stores', 'providers/kit'],
  options: [
    'errors',
    'util',
    'networks',
    'deposits',
    'policy',
    'providers/kit',
    'stores',
    'chains',
    'middleware',
    'observe',
  ],
  receiver: ['errors', 'util', 'deposits', 'stores', 'chains', 'ingest', 'outbox', 'operator', 'observe', 'options'],
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
    ...['errors', 'util', 'networks', 'deposits', 'signatures', 'stores', 'chains', 'outbox', 'outbound', 'observe'],
  ],
  inspector: [
    ...['errors', 'util', 'networks', 'deposits', 'signatures', 'stores', 'operator', 'middleware', 'observe'],
    'deposit-callbacks',
  ],
  audit: ['errors', 'util', 'networks', 'deposits', 'signatures', 'providers/kit', 'stores', 'outbound', 'testing'],
  cli: [
    ...['errors', 'util', 'networks', 'deposits', 'policy', 'signatures', 'providers/kit', 'providers', 'stores'],
    ...['chains', 'ingest', 'operator', 'observe', 'options', 'receiver', 'deposit-callbacks', 'audit', 'inspector'],
  ],
  index: [
    ...['errors', 'networks', 'deposits', 'policy', 'providers/kit', 'stores', 'chains', 'outbox', 'middleware'],
    ...['observe', 'operator', 'options', 'deposit-callbacks'],
  ],
};

// The log and the news are written to from every floor, so they stand on none; only types lead back.
const leaves = new Set(['lib/observe/logger.ts', 'lib/observe/news.ts']);

/** Imports in lib run downward only. */
function findings() {
  /** @type {string[]} */
  const problems = [];
  for (const path of filesBelow('lib', /\.ts$/)) {
    if (below[floor(path)] === undefined)
      problems.push(`${path}: test/project/layers.test.mjs has no floor ${floor(path)}`);
    for (const { target, typeOnly } of imports(path)) {
      const from = floor(path);
      const allowed = below[from];
      if (allowed === undefined || floor(target) === from || leaves.has(target)) continue;
      if (leaves.has(path) && typeOnly) continue;
      if (!allowed.includes(floor(target))) {
        problems.push(`${path} imports ${target}: ${from} may import ${allowed.join(', ') || 'nothing'}`);
      }
    }
  }
  return problems;
}

/**
 * Files of lib that a file imports.
 * @param {string} path
 */
function imports(path) {
  const statements = read(path).matchAll(
    /^(import|export)( type)?[^;'"]*?from ['"](\.[^'"]+)['"];|import\(['"](\.[^'"]+)['"]\)/gm,
  );
  return [...statements].map((match) => ({
    target: posix.join(posix.dirname(path), match[3] ?? match[4] ?? ''),
    typeOnly: match[2] !== undefined,
  }));
}

/** `lib/stores/sqlite.ts` is on stores, `lib/errors.ts` on errors; the providers' kit is a floor below them. @param {string} path */
function floor(path) {
  if (path.startsWith('lib/providers/kit/')) return 'providers/kit';
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}

test('Imports in lib run downward only', async () => {
  assert.equal((await findings()).join('\n'), '');
});
