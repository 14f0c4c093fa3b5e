import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import { isDepositCallbackError } from '../../../lib/errors.ts';
import { formFields, type Json, parseJson } from '../../../lib/json/json.ts';
import { isJsonNumber } from '../../../lib/json/lossless-json.ts';
import type { FuzzTarget } from '../target.ts';
import { isJson, type Scanned, scanJson } from './scan-json.ts';

const texts = [
  '{"amount":1.10,"list":[1,-0,1e400,123456789012345678901234567890,{"a":null,"b":[true,false]}]}',
  String.raw`{"a\/b":"\u00e9\ud83d\ude00\n","c":["\\\"",{"":[]},[],{}],"d":1.50}`,
  '[{"x":"\\u0061"},{"amount":5}]',
  '{ "a" : 1 , "b" : { "c" : "\\t" } }\n',
  '{"a":1,"\\u0061":2}',
  '{"__proto__":{"a":1}}',
  '{"a":"__proto__"}',
  '{"10":1,"2":{"b":2.0},"a":3}',
  '"\\ud800"',
  '-1.5E+3',
  `${'['.repeat(64)}${']'.repeat(64)}`,
  `${'['.repeat(65)}${']'.repeat(65)}`,
  '\ufeff{}',
];

const isRefusal = (error: unknown): boolean => isDepositCallbackError(error) && error.code === 'JSON_INVALID';

/** Accepts what JSON.parse accepts, with the differences that are documented, gives the same values, and every number as it was written. */
export const losslessJson: FuzzTarget = {
  name: 'json',
  shape: 'json',
  seeds: texts.map((text) => Buffer.from(text)),
  words: ['{"a":1}', '[', ']', '{', '}', ',', ':', '"', '\\', '\\u0061', '\\ud800', '"__proto__":', '1.0', '-', 'e5'],
  run(input) {
    let found: { value: Json } | undefined;
    try {
      found = { value: parseJson(input) };
    } catch (error) {
      assert.ok(isRefusal(error), `parseJson threw ${error}`);
    }
    const text = input.toString('utf8');
    const scanned = isUtf8(input) && !text.startsWith('\ufeff') && isJson(text) ? scanJson(text) : undefined;
    const isTaken = scanned !== undefined && !scanned.hasTwice && !scanned.hasProto && scanned.depth <= 64;
    assert.equal(found !== undefined, isTaken, `${isTaken ? 'refused' : 'taken'} against what is documented`);
    if (found !== undefined && scanned !== undefined) assertSame(found.value, scanned.root);
  },
};

function assertSame(value: Json, scanned: Scanned): void {
  if ('number' in scanned) {
    const written = typeof value === 'number' ? String(value) : isJsonNumber(value) ? value.text : undefined;
    assert.equal(written, scanned.number, 'a number has other digits');
  } else if ('items' in scanned) {
    assert.ok(Array.isArray(value));
    assert.equal(value.length, scanned.items.length);
    scanned.items.forEach((item, index) => {
      assertSame(value[index] as Json, item);
    });
  } else if ('members' in scanned) {
    assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value) && !isJsonNumber(value));
    const members = value as Readonly<Record<string, Json>>;
    assert.equal(Object.keys(members).length, scanned.members.size, 'members are lost or made');
    for (const [key, one] of scanned.members) {
      assert.ok(Object.hasOwn(members, key), 'a key is another');
      assertSame(members[key] as Json, one);
    }
  } else assert.equal(value, scanned.value);
}

/** Reads a form as the URL Standard does, or refuses it for one of the three reasons that are documented. */
export const forms: FuzzTarget = {
  name: 'form',
  shape: 'form',
  seeds: [
    'a=1&b=2',
    'a=b%20c+d&%C3%A9=%E4%B8%AD',
    'a=%zz&b=%4&c=%',
    'a&=b&&c==d',
    'a=1&a=2',
    '__proto__=1',
    'x=%ff%fe&y=%00',
    '?a=1#b',
  ].map((text) => Buffer.from(text)),
  words: ['%', '%2', '%25', '%26', '%3D', '%00', '%EF%BB%BF', '+', '&', '=', '__proto__', 'a', ';'],
  run(input) {
    let fields: Readonly<Record<string, Json>> | undefined;
    try {
      fields = formFields(input);
    } catch (error) {
      assert.ok(isDepositCallbackError(error) && error.code === 'BODY_UNREADABLE', `formFields threw ${error}`);
    }
    // Node's own decoder garbles what is not escaped beside an escape that is broken, so all is escaped for it.
    const escaped = input.toString('latin1').replace(/[\x80-\xff]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
    const pairs = [...new URLSearchParams(`&${escaped}`)];
    const names = pairs.map(([name]) => name);
    const isTaken =
      new Set(names).size === names.length &&
      !names.includes('__proto__') &&
      input.toString('latin1').split('&').length <= 1_000;
    assert.equal(fields !== undefined, isTaken, `${isTaken ? 'refused' : 'taken'} against what is documented`);
    if (fields !== undefined) assert.deepEqual(Object.entries(fields).sort(), pairs.sort());
  },
};
