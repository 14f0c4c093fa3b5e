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
