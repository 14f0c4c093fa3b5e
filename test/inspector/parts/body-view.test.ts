import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bodyView } from '../../../lib/inspector/parts/body-view.ts';
import { render } from '../../../lib/inspector/parts/html.ts';
import { english } from '../../../lib/inspector/words/english.ts';
import { visibleLines } from '../../../lib/util/visible.ts';
import { costOf } from '../../helpers/cost.ts';

/** Texts of the blocks, as a reader sees them. */
function blocks(body: Buffer): string[] {
  const letters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return [...render(bodyView(english, body)).matchAll(/<pre[^>]*><bdi>([\s\S]*?)<\/bdi><\/pre>/g)].map(
    ([, text = '']) => text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => letters[name] ?? ''),
  );
}

test('JSON is laid out without a change of anything but white space, and stands exactly beneath', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const [first = '', exact = first] = blocks(Buffer.from(text));
      const shown = (written: string): string =>
        written.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').replace(/\\u\{\w+\}/g, '');
      assert.equal(shown(exact), shown(text));
      assert.equal(shown(first).replace(/\s/g, ''), shown(text).replace(/\s/g, ''));
    }),
  );
});

test('numbers beyond a double, names that come twice and broken JSON stay as they came', () => {
  const text = '{"a":1000000000000000000001,"a":0.10,"b":[1e400,}';
  const [laidOut = '', exact = ''] = blocks(Buffer.from(text));
  assert.equal(exact, text);
  assert.match(laidOut, /"a": 1000000000000000000001,\n {2}"a": 0\.10,/);
});

test('what only looks like white space stays: a layout that leaves it out would show JSON where there is none', () => {
  for (const mark of ['\u2028', '\ufeff', '\u00a0', '\u000b', '\u3000']) {
    const [laidOut = '', exact = ''] = blocks(Buffer.from(`{"a":${mark}1}`));
    assert.equal(laidOut.replace(/[ \n]/g, ''), exact, JSON.stringify(mark));
    assert.equal(exact, `{"a":${visibleLines(mark)}1}`);
  }
});

test('bytes that are no UTF-8 stand as hex, and a long body is cut at a whole character', () => {
  assert.match(blocks(Buffer.from([0xff, 0x41, 0x00]))[0] ?? '', /^000000 {2}ff 41 00 +\.A\.$/);
  const long = Buffer.from(`a${'\u4e2d'.repeat(40_000)}`);
  const page = render(bodyView(english, long));
  assert.match(page, /The first 65536 of 120001 bytes\./);
  assert.doesNotMatch(page, /\ufffd/);
});

test('no body costs more than a bounded page and a bounded time: what cannot be laid out says so and stands as it came', () => {
  const size = 64 * 1_024;
  const bodies: Record<string, string> = {
    'arrays in one another': '['.repeat(size),
    'few arrays in one another': '['.repeat(2_040),
    'objects in one another': '{"a":'.repeat(size / 5),
    'long lines at the greatest depth': `${'['.repeat(60)}${'1,'.repeat(size / 2)}`,
    'strings that are never closed': `[${'"\\"\\'.repeat(size / 4)}`,
    'only closing': `[${']'.repeat(size)}`,
    'only spaces': `[${' '.repeat(size)}`,
    'marks to be escaped': `["${'\u0001'.repeat(size)}"]`,
  };
  for (const [name, body] of Object.entries(bodies)) {
    let page = '';
    const cost = costOf(() => {
      page = render(bodyView(english, Buffer.from(body)));
    });
    assert.ok(page.length < 2_500_000, `${name}: ${page.length} characters`);
    assert.ok(cost < 150, `${name}: ${cost.toFixed(0)} times the work`);
  }
  const deep = render(bodyView(english, Buffer.from('['.repeat(2_040))));
  assert.match(deep, /Exactly as received\. Nested too deeply to be laid out\./);
  assert.match(render(bodyView(english, Buffer.from(bodies['long lines at the greatest depth'] ?? ''))), /Too long/);
});

test('JSON of the greatest depth is laid out, and empty arrays and objects stay on their line', () => {
  const [laidOut = ''] = blocks(Buffer.from(`${'['.repeat(64)}${']'.repeat(64)}`));
  assert.equal(laidOut.split('\n').length, 127);
  assert.equal(blocks(Buffer.from('{"a":[],"b":{}}'))[0], '{\n  "a": [],\n  "b": {}\n}');
});
