import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formFields } from '../../lib/json/json.ts';

interface Suite {
  source: string;
  cases: readonly { input: string; output: readonly (readonly [string, string])[] }[];
}

const file = new URL('../fixtures/suites/wpt-urlencoded.json', import.meta.url);
const suite = JSON.parse(readFileSync(file, 'utf8')) as Suite;

describe('A form', () => {
  for (const { input, output } of suite.cases) {
    it(`is read as the URL Standard has it: ${JSON.stringify(input)}`, () => {
      const names = output.map(([name]) => name);
      if (new Set(names).size < names.length) {
        // Two values of one name: which of them is meant is not for us to say.
        assert.throws(() => formFields(Buffer.from(input)), { code: 'BODY_UNREADABLE' });
      } else assert.deepEqual(formFields(Buffer.from(input)), Object.fromEntries(output));
    });
  }

  it('loses nothing to one malformed escape in a field that nobody reads', () => {
    const body = 'amount=15.3&status_text=100%+confirmed&label=caf%E9&address=TTSg';
    assert.deepEqual(formFields(Buffer.from(body)), {
      amount: '15.3',
      status_text: '100% confirmed',
      label: 'caf\u{fffd}',
      address: 'TTSg',
    });
  });

  it('is read as URLSearchParams reads it, whatever its bytes are', () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('%', '%4', '%zz', '%FF', '%c3%a9', '+'),
    );
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 4 }), text, (names, value) => {
        const body = Buffer.from(
          names.map((name, index) => `${index}${name.replace(/[&=]/g, '')}=${value.replace(/&/g, '')}`).join('&'),
        );
        // Node's own parser reads a text, so the bytes are given as UTF-8 would be read.
        const expected = [...new URLSearchParams(body.toString('utf8'))];
        assert.deepEqual(formFields(body), Object.fromEntries(expected));
      }),
      { numRuns: 500 },
    );
  });
});
