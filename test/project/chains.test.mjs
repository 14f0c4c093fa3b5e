import assert from 'node:assert/strict';
import { test } from 'node:test';
import { read } from '../../scripts/tools.mjs';
import { hasTest } from './proofs.mjs';

const page = 'docs/networks.md';
/** Those that the package promises. */
const promised = [
  ...['Bitcoin', 'Ethereum', 'BNB Smart Chain', 'TRON', 'Aptos', 'Polygon', 'Solana', 'OKXChain (OKTC)', 'Polkadot'],
  ...['Kusama', 'EOS'],
];

/** What is wrong with the table of chains: a "yes" needs a test of that name. @param {string} text */
function findings(text) {
  const [, section = ''] = /^## Chains$([\s\S]*?)^## /m.exec(text) ?? [];
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (?:---|chain )/.test(line))
    .map((line) => line.slice(2, -2).split(' | '));
  const names = rows.map(([name]) => name);
  return [
    ...promised.filter((name) => !names.includes(name)).map((name) => `${page}: no row for ${name}`),
    ...rows.flatMap(([name, ...cells]) => [
      ...(cells.length === 5 ? [] : [`${page}: ${name} has ${cells.length} cells`]),
      ...cells.flatMap((cell) => unproved(cell).map((what) => `${page}: ${name}: ${what}`)),
    ]),
  ];
}

/** @param {string} cell */
function unproved(cell) {
  if (cell === 'no') return [];
  const [, file = '', title = ''] = /^\[yes\]\(\.\.\/(test\/\S+\.test\.ts) "([^"]+)"\)$/.exec(cell) ?? [];
  if (file === '') return [`"${cell}" is neither "no" nor a link to a test`];
  return hasTest(title, file) ? [] : [`${file} has no test "${title}"`];
}

test('Each "yes" in the table of chains names a test that is there, and no promised chain is left out', () => {
  assert.equal(findings(read(page)).join('\n'), '');
});

test('A chain that is left out, a cell without a test and one whose test is gone are found', () => {
  const text = read(page);
  /** @param {string | RegExp} from @param {string} to */
  const found = (from, to) => findings(text.replace(from, to)).join('\n');
  assert.match(found(/^\| TRON .*\n/m, ''), /no row for TRON/);
  assert.match(found('| EOS | [yes]', '| EOS | [maybe]'), /EOS: "\[maybe\].*neither/);
  assert.match(
    found('EOS account names are taken', 'EOS account names were taken'),
    /has no test "EOS account names were/,
  );
  assert.match(found(/ \| \[yes\]\([^)]*\) \|$/m, ' |'), /has 4 cells/);
});
