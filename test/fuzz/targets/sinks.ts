import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { csvLine } from '../../../lib/cli/csv.ts';
import { createOutput } from '../../../lib/cli/output.ts';
import { bodyView } from '../../../lib/inspector/parts/body-view.ts';
import { html, render } from '../../../lib/inspector/parts/html.ts';
import { chinese } from '../../../lib/inspector/words/chinese.ts';
import { english } from '../../../lib/inspector/words/english.ts';
import { visible, visibleJson, visibleLines } from '../../../lib/util/visible.ts';
import type { FuzzTarget } from '../target.ts';

/** What no sink may be given: it moves a cursor, turns a line or cannot be seen. */
const unseen = /[^\P{Cc}\n\r\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

const texts = [
  'plain',
  '=WEBSERVICE(A1)',
  ' \t@x',
  'a,b;"c"|d\'e',
  '\u001b]0;title\u0007\u001b[2J',
  '\u202ereversed\u2066\u2069\u200f\u2028\ufeff',
  '<img src=x onerror=1>&amp;"\'',
  '\u{1f600}\u{e0041}\u00ad\u0085',
  'line\nbreak\ttab\r\n',
];
const words = [
  '=',
  '+',
  '-',
  '@',
  '\uff1d',
  '"',
  "'",
  ',',
  ';',
  '|',
  '\t',
  '\r',
  '\n',
  '<',
  '>',
  '&',
  '\u001b[2J',
  '\u009b',
  '\u202e',
  '\u{e0001}',
  '\u00a0',
  '\ufeff',
  '\\u{1b}',
];

function seen(text: string, sink: string): void {
  const found = unseen.exec(text);
  assert.equal(found, null, `${sink} shows U+${text.codePointAt(found?.index ?? 0)?.toString(16)}`);
}

/** A cell of CSV comes back as it was made visible, and no spreadsheet takes it for a formula. */
export const csv: FuzzTarget = {
  name: 'csv',
  shape: 'text',
  longest: 500,
  seeds: [...texts, texts.join('\u0000')].map((text) => Buffer.from(text)),
  words,
  run(input) {
    const values = input.toString('utf8').split('\u0000');
    const line = csvLine(values);
    assert.ok(line.endsWith('\r\n'));
    for (const separator of [',', ';', '\t', '|']) {
      for (const cell of cellsOf(line.slice(0, -2), separator)) {
        assert.doesNotMatch(cell, /^[\s\u00a0\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]/, 'a spreadsheet runs a cell');
      }
    }
    const shown = cellsOf(line.slice(0, -2), ',');
    assert.deepEqual(
      shown.map((cell, at) => (cell === `'${visible(values[at] ?? '')}` ? cell.slice(1) : cell)),
      values.map(visible),
    );
    seen(line, 'csv');
  },
};

/** As RFC 4180 has it; of another separator than the comma, what stands outside of quotes. */
function cellsOf(line: string, separator: string): string[] {
  const cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line.charAt(at);
    if (letter === '"' && isQuoted && line.charAt(at + 1) === '"') {
      cell += '"';
      at += 1;
    } else if (letter === '"') isQuoted = !isQuoted;
    else if (letter === separator && !isQuoted) {
      cells.push(cell);
      cell = '';
    } else cell += letter;
  }
  return [...cells, cell];
}

/** Nothing that a terminal obeys comes out of the command line, and JSON stays the same JSON. */
export const terminal: FuzzTarget = {
  name: 'terminal',
  shape: 'text',
  longest: 500,
  seeds: texts.map((text) => Buffer.from(text)),
  words,
  run(input) {
    const text = input.toString('utf8');
    const { output, written } = screen();
    output.line(text, { text, colour: 'red' });
    output.table(['reason', 'memo'], [[text, 'x']]);
    output.fields({ memo: text });
    output.note(text);
    output.error(text);
    output.progress(text);
    output.json({ [text]: text });
    assert.equal(written().split('\n').length, 11, 'the text makes a line');
    seen(written(), 'the terminal');
    const json = JSON.stringify({ [text]: [text] });
    assert.deepEqual(JSON.parse(visibleJson(json)), JSON.parse(json));
    assert.equal(visible(visible(text)), visible(text));
  },
};

function screen(): { output: ReturnType<typeof createOutput>; written: () => string } {
  let all = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      all += String(chunk);
      done();
    },
  });
  return { output: createOutput(stream, stream, {}), written: () => all };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** A page shows a body as text: none of it becomes markup, and one block holds exactly what came. */
export const page: FuzzTarget = {
  name: 'body-view',
  shape: 'json',
  seeds: [
    ...texts,
    '{"a":1000000000000000000001,"a":0.10,"b":[1e400,{"c":[]}],"d":"\\u202e</pre><script>"}',
    `${'['.repeat(64)}${']'.repeat(64)}`,
    '{"a":[],"b":{}}\n',
    '["unclosed',
  ].map((text) => Buffer.from(text)),
  words: [...words, '</bdi></pre>', '<script>', '[[[[', '{"', '":', '\\"', '\\'],
  run(input) {
    for (const language of [english, chinese]) {
      const shown = render(bodyView(language, input));
      seen(shown, 'the page');
      const tags = [...shown.matchAll(/<\/?([a-z]*)/g)].map(([, name]) => name);
      assert.ok(
        tags.every((name) => ['p', 'pre', 'bdi', 'details', 'summary'].includes(name ?? '')),
        'a body became markup',
      );
      if (input.length === 0) continue;
      const blocks = [...shown.matchAll(/<pre[^>]*><bdi>([\s\S]*?)<\/bdi><\/pre>/g)].map(([, text = '']) =>
        text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? ''),
      );
      const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(input);
      if (Buffer.from(text).equals(input)) assert.equal(blocks.at(-1), visibleLines(text), 'the body is not what came');
      const [laidOut = '', exact = laidOut] = blocks;
      const bare = (written: string): string => written.replace(/\s|\\u\{d\}/g, '');
      assert.equal(bare(laidOut), bare(exact), 'the layout changed more than white space');
    }
    const attribute = render(html`<a title="${input.toString('utf8')}">${input.toString('utf8')}</a>`);
    assert.match(attribute, /^<a title="[^"<>]*">[^<>]*<\/a>$/);
  },
};
