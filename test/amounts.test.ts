import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

// Beside test/types/amounts.ts, which the compiler checks: whatever is called an amount is nowhere a number.

const lib = fileURLToPath(new URL('../lib', import.meta.url));
const names = '(?:amount|units|balance|minimum|delivered|wei|lamports|satoshi|sats)';
const forbidden = [
  // A declaration: `amount: number`, `paidAmount?: number | undefined`.
  new RegExp(`\\b\\w*${names}\\b\\??:\\s*(?:[\\w ]+\\| )?number\\b`, 'i'),
  // A conversion: `Number(amount)`, `Number(fields.paid_amount)`, `parseFloat(...)`.
  new RegExp(`\\bNumber\\([\\w.]*${names}\\b`, 'i'),
  /\bparseFloat\(/,
  // Readers of small integers are for counts and times.
  new RegExp(`\\b(?:optionalI|i)nteger\\([^)]*['.]\\w*${names}'`, 'i'),
];

function offences(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => !/^\s*(?:\*|\/\/)/.test(line) && forbidden.some((pattern) => pattern.test(line)));
}

test('no number holds an amount anywhere in lib', () => {
  const files = readdirSync(lib, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  assert.ok(files.length > 100);
  const found = files.flatMap((path) =>
    offences(readFileSync(join(lib, path), 'utf8')).map((line) => `${path}: ${line.trim()}`),
  );
  assert.deepEqual(found, []);
});

test('the search finds what it is for', () => {
  for (const line of [
    'amount: number;',
    '  paidAmount?: number | undefined;',
    'const units: number = 5;',
    'return Number(transfer.amount);',
    'const value = parseFloat(text);',
    "amount: { units: String(integer(body, 'data.amount')) },",
  ]) {
    assert.equal(offences(line).length, 1, line);
  }
  for (const line of [
    'amount: bigint;',
    'decimals: number;',
    '// amount: number',
    "integer(body, 'data.confirmations')",
  ]) {
    assert.equal(offences(line).length, 0, line);
  }
});
