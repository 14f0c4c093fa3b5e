import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { html, render } from '../../../lib/inspector/parts/html.ts';
import { visibleLines } from '../../../lib/util/visible.ts';

test('no value becomes markup, as text or as an attribute, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const [, title = '', shown = ''] =
        /^<p title="([^"<>']*)">([^"<>']*)<\/p>$/.exec(render(html`<p title="${text}">${text}</p>`)) ?? [];
      assert.equal(title, shown);
      assert.equal(unescaped(shown), visibleLines(text));
    }),
  );
});

test('markup within markup stays markup, lists are joined, and what is absent is nothing', () => {
  const items = ['a', '<b>', 3, 4n].map((one) => html`<li>${one}</li>`);
  assert.equal(
    render(html`<ul>${items}</ul>${undefined}${false}${''}`),
    '<ul><li>a</li><li>&lt;b&gt;</li><li>3</li><li>4</li></ul>',
  );
});

test('a value that imitates markup is refused or escaped, never written', () => {
  const forged = JSON.parse('{"markup":"<script>","html":"<script>"}') as string;
  assert.doesNotMatch(render(html`<p>${forged}</p>`), /<script>/);
});

test('what cannot be seen is written out', () => {
  assert.equal(
    visibleLines('a\u202eb\u0000c\u200d\u2028\ud800\n\t'),
    'a\\u{202e}b\\u{0}c\\u{200d}\\u{2028}\\u{d800}\n\t',
  );
});

function unescaped(text: string): string {
  const letters: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => letters[name] ?? '');
}
