import { posix } from 'node:path';
import { filesBelow, read } from '../tools.mjs';

// What a folder of lib (or a file at its top) may import beside itself. docs/architecture.md draws the same picture.
/** @type {Record<string, readonly string[]>} */
const below = {
  errors: [],
  signatures: ['errors'],
  outbound: ['errors'],
  networks: ['errors', 'signatures'],
  deposits: ['errors', 'networks', 'signatures'],
  providers: ['errors', 'networks', 'deposits', 'signatures', 'outbound'],
  stores: ['errors', 'networks', 'deposits'],
  chains: ['errors', 'networks', 'deposits'],
  delivery: ['errors', 'networks', 'deposits', 'signatures', 'providers', 'stores', 'chains', 'outbound', 'observe'],
  middleware: ['errors', 'networks', 'deposits', 'providers', 'stores', 'delivery', 'signatures', 'observe'],
  observe: ['errors', 'deposits', 'stores', 'delivery'],
  options: ['errors', 'networks', 'deposits', 'providers', 'stores', 'chains', 'delivery', 'middleware', 'observe'],
  'deposit-callbacks': [
    ...['errors', 'networks', 'deposits', 'providers', 'stores', 'chains', 'delivery', 'middleware', 'observe'],
    'options',
  ],
  testing: ['errors', 'networks', 'deposits', 'providers', 'stores', 'observe', 'deposit-callbacks'],
  notifier: ['errors', 'networks', 'deposits', 'signatures', 'stores', 'chains', 'delivery', 'outbound', 'observe'],
  inspector: [
    ...['errors', 'networks', 'deposits', 'signatures', 'stores', 'delivery', 'middleware', 'observe'],
    'deposit-callbacks',
  ],
  audit: ['errors', 'networks', 'deposits', 'signatures', 'providers', 'stores', 'outbound', 'testing'],
  cli: [
    ...['errors', 'networks', 'deposits', 'signatures', 'providers', 'stores', 'chains', 'delivery', 'observe'],
    ...['options', 'deposit-callbacks', 'audit', 'inspector'],
  ],
  index: [
    ...['errors', 'networks', 'deposits', 'providers', 'stores', 'delivery', 'middleware', 'observe'],
    ...['options', 'deposit-callbacks'],
  ],
};

// The log and the news are written to from every floor, so they stand on none; only types lead back.
const leaves = new Set(['lib/observe/logger.ts', 'lib/observe/news.ts']);

/** Imports in lib run downward only. */
export function check() {
  /** @type {string[]} */
  const problems = [];
  for (const path of filesBelow('lib', /\.ts$/)) {
    if (below[floor(path)] === undefined)
      problems.push(`${path}: scripts/check/layers.mjs has no floor ${floor(path)}`);
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

/** `lib/stores/sqlite.ts` is on stores, `lib/errors.ts` on errors. @param {string} path */
function floor(path) {
  return (path.split('/')[1] ?? '').replace(/\.ts$/, '');
}
