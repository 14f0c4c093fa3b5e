import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { filesBelow } from '../../scripts/tools.mjs';

// No timing is measured here: on a shared machine that shows nothing. What is shown is the structure: every comparison of
// a secret, an API key, a digest or a signature goes through equalBytes, and that is timingSafeEqual of node:crypto.

const sources = filesBelow('lib', /\.ts$/).map((path) => ({ path, text: withoutComments(readFileSync(path, 'utf8')) }));
const home = 'lib/signatures/constant-time.ts';

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
}

function placesOf(pattern: RegExp, allowed: readonly RegExp[] = []): string[] {
  return sources.flatMap(({ path, text }) =>
    text
      .split('\n')
      .map((line) => `${path}: ${line.trim()}`)
      .filter((place) => pattern.test(place.slice(path.length + 2)) && !allowed.some((one) => one.test(place))),
  );
}

test('timingSafeEqual is called in one place, and for equal lengths only', () => {
  assert.deepEqual(
    placesOf(/timingSafeEqual/).map((place) => place.split(':', 1)[0]),
    [home, home],
  );
  const { text = '' } = sources.find(({ path }) => path === home) ?? {};
  assert.match(text, /return a\.byteLength === b\.byteLength && timingSafeEqual\(a, b\);/);
});

test('bytes are compared in no other way where they may be secret', () => {
  // Checksums of addresses, and whether a body is text: nothing that a sender must not learn.
  const open = [/^lib\/networks\/xrpl\.ts: /, /^lib\/cli\/callback-json\.ts: /];
  assert.deepEqual(placesOf(/\.equals\(|\bBuffer\.compare\(|\.compare\(/, open), []);
});

const secretName = /signature|digest|hmac|apiKey|api-key|secret|password|csrf|credential/i;
const comparison = /([\w.$'"[\]()-]+)\s*[!=]==?\s*([\w.$'"[\]()-]+)/g;
/** What is compared with these says whether a value is there, or of which kind it is: nothing to guess. */
const plain = /^(undefined|null|true|false|-?\d+|'[^']*'|"[^"]*")$|[lL]ength$|includes\(/;

/** Comparisons by value in a line, with something secret on a side. */
function secretComparisons(line: string): string[] {
  if (/typeof \w+ [!=]==/.test(line)) return [];
  return [...line.matchAll(comparison)]
    .map(([, left = '', right = '']) => [left.replace(/^\(+/, ''), right.replace(/\)+$/, '')])
    .filter((sides) => !sides.some((side) => plain.test(side)) && sides.some((side) => secretName.test(side)))
    .map((sides) => sides.join(' === '));
}

test('no signature, digest, API key or secret stands beside ===', () => {
  const found = sources.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line) => secretComparisons(line).map((one) => `${path}: ${one}`)),
  );
  assert.deepEqual(found, []);
});

test('the search finds what it is to find', () => {
  for (const line of [
    'if (signature === expected) return;',
    'return digest !== given;',
    'if (sent === apiKey) return true;',
    'ok = secret == other;',
    "if (headers['x-api-key'] === keys[0]) return true;",
    'return given === hmacOf(body);',
  ]) {
    assert.equal(secretComparisons(line).length, 1, line);
  }
  for (const line of [
    'if (signature === undefined) throw x;',
    "if (secret === '') throw x;",
    'if (secret.length === n)',
  ]) {
    assert.deepEqual(secretComparisons(line), [], line);
  }
});

test('each algorithm with a shared secret verifies by equalBytes', () => {
  const { text = '' } = sources.find(({ path }) => path === 'lib/signatures/algorithms.ts') ?? {};
  // One branch for all of them; the asymmetric ones verify inside OpenSSL or noble, and compare no secret.
  assert.match(
    text,
    /if \(isMac\(algorithm\) \|\| isDigest\(algorithm\)\) \{\s*const right = [^;]*;\s*return signatures\.some\(\(signature\) => equalBytes\(right, signature\)\);/,
  );
});

/** What a provider may verify with: both end in `equalBytes` or in a public key. */
const verifiers = ['declareProvider', 'defineProvider', 'custom'];

test('every provider verifies through the shared code, and compares nothing itself', () => {
  const providers = sources.filter(
    ({ path, text }) => /^lib\/providers\/[\w-]+\.ts$/.test(path) && /\): Provider \{/.test(text),
  );
  assert.ok(providers.length >= 3);
  for (const { path, text } of providers) {
    assert.ok(
      verifiers.some((name) => new RegExp(`\\b${name}(?:<\\w+>)?\\(`).test(text)) ||
        path === 'lib/providers/kit/define-provider.ts',
      `${path} makes its provider by itself`,
    );
    assert.doesNotMatch(text, /createHmac|createHash\(.*secret/, path);
  }
  for (const [path, call] of [
    ['lib/providers/kit/declared-scheme.ts', /equalBytes\(/],
    ['lib/signatures/standard-webhooks.ts', /fitsOne\(/],
    ['lib/middleware/signature.ts', /equalBytes\(/],
  ] as const) {
    assert.match(sources.find((one) => one.path === path)?.text ?? '', call, path);
  }
});

test('no way to verify stands beside: equalBytes is all that the files that verify import to compare', () => {
  const importers = sources
    .filter(({ text }) => /import \{[^}]*\bequalBytes\b[^}]*\}/.test(text))
    .map(({ path }) => path);
  for (const path of [
    'lib/middleware/signature.ts',
    'lib/providers/kit/declared-scheme.ts',
    'lib/signatures/algorithms.ts',
  ]) {
    assert.ok(importers.includes(path), path);
  }
});
