import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvLine } from '../../lib/cli/csv.ts';
import { visible } from '../../lib/util/visible.ts';

for (const separator of [',', ';', '\t', '|']) {
  test(`a spreadsheet that splits cells at ${JSON.stringify(separator)} finds no formula in what came from outside`, () => {
    const url = `/udun?x=1${separator}=WEBSERVICE(A1)`;
    const line = csvLine([url]);
    assert.deepEqual(cells(line, separator), [visible(url)]);
  });
}

test('no cell that came from outside is a formula: an apostrophe stands before it, also where spaces or full width hide it', () => {
  for (const value of [
    '=1+1',
    '+1',
    '-1',
    '@A1',
    ' =1',
    '\u00a0=1',
    '\u3000=1',
    '\t=1',
    '\uff1d1',
    '\uff0b1',
    '\uff0d1',
    '\uff201',
  ]) {
    const [cell = ''] = cells(csvLine([value]), ',');
    assert.doesNotMatch(cell, /^[\s\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]/, JSON.stringify(value));
  }
  assert.deepEqual(cells(csvLine(['=1+1', ' -1', 'a=1', '1']), ','), ["'=1+1", "' -1", 'a=1', '1']);
});

/** The cells of one line as a spreadsheet reads them: a separator within quotes is text. */
function cells(line: string, separator: string): string[] {
  const found: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (const character of line.trimEnd()) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === separator && !isQuoted) {
      found.push(cell);
      cell = '';
    } else cell += character;
  }
  return [...found, cell];
}
