import type { Writable } from 'node:stream';
import type { Language } from '../inspector/words/languages.ts';
import { visible, visibleJson } from '../util/visible.ts';
import { columns } from './columns.ts';
import { chineseNames, type Name } from './words/chinese-names.ts';
import { languageOf } from './words/language.ts';
import { type Phrase, phrase, type Told, type Values } from './words/phrases.ts';

/** Names of colours; nothing is coloured if the stream is not a terminal. */
export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

export type Cell = string | number | bigint | undefined | { text: string; colour: Colour };

export interface Output {
  /** The language of the person who reads. */
  readonly language: Language;
  /** A text in that language. */
  said(told: Told): string;
  /** The same of a phrase. */
  say<P extends Phrase>(text: P, ...values: Values<P>): string;
  /** Whether progress is shown on a terminal. */
  readonly isTerminal: boolean;
  /** A line for people, on standard output: its parts one after another. Here and below, text is made visible. */
  line(...parts: readonly Cell[]): void;
  table(heads: readonly Name[], rows: readonly (readonly Cell[])[]): void;
  /** A list of names and values, one a line; values that are undefined are left out. Names of others, such as headers, stay as they are. */
  fields(fields: Readonly<Partial<Record<Name, Cell>>>, options?: { areNamesOurs: boolean }): void;
  /** One JSON value on standard output: amounts as text, times as they are given, never coloured. */
  json(value: unknown): void;
  /** The same on a line of its own: for what goes on and on. */
  jsonLine(value: unknown): void;
  /** Bytes as they are, for exports; waits if the reader is slower. */
  raw(text: string): Promise<void>;
  /** How far long work has come: on standard error, over the same line on a terminal. */
  progress(text: string): void;
  /** Something a person should know, on standard error. */
  note(text: string): void;
  /** An error, on standard error. */
  error(text: string): void;
}

const codes: Readonly<Record<Colour, number>> = { red: 31, green: 32, yellow: 33, dim: 2, bold: 1 };

type Stream = Writable & { isTTY?: boolean };

export function createOutput(
  stdout: Stream,
  stderr: Stream,
  env: Readonly<Record<string, string | undefined>>,
): Output {
  let progressShown = false;
  const { named, ...speech } = speechIn(languageOf(env));

  const clear = (): void => {
    if (progressShown) stderr.write('\r\x1b[K');
    progressShown = false;
  };
  const paint = (stream: Stream, colour: Colour, text: string): string =>
    isColoured(stream, env) ? `\x1b[${codes[colour]}m${text}\x1b[0m` : text;
  const write = (text: string): void => {
    clear();
    stdout.write(`${text}\n`);
  };
  const painted = ({ text, colour }: { text: string; colour?: Colour }): string =>
    colour === undefined ? text : paint(stdout, colour, text);

  return {
    ...speech,
    isTerminal: stderr.isTTY === true,
    line: (...parts) => write(parts.map((part) => painted(readCell(part))).join('')),
    table(names, rows) {
      for (const row of laidOut(names.map(named), rows)) {
        write(
          row
            .map((cell) => `${painted(cell)}${cell.padding}`)
            .join('  ')
            .trimEnd(),
        );
      }
    },
    fields(fields, { areNamesOurs } = { areNamesOurs: true }) {
      const shown = Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [areNamesOurs ? named(name) : name, value] as const);
      const width = Math.max(0, ...shown.map(([name]) => columns(name)));
      for (const [name, value] of shown) {
        const padding = ' '.repeat(width - columns(name));
        write(`${paint(stdout, 'dim', `${name}${padding}`)}  ${painted(readCell(value))}`);
      }
    },
    json(value) {
      write(visibleJson(JSON.stringify(value, exactly, 2)));
    },
    jsonLine(value) {
      write(visibleJson(JSON.stringify(value, exactly)));
    },
    async raw(text) {
      clear();
      if (!stdout.write(text)) await new Promise<void>((resolve) => stdout.once('drain', resolve));
    },
    progress(text) {
      if (stderr.isTTY !== true) {
        stderr.write(`${visible(text)}\n`);
        return;
      }
      stderr.write(`\r\x1b[K${visible(text)}`);
      progressShown = true;
    },
    note(text) {
      clear();
      stderr.write(`${visible(text)}\n`);
    },
    error(text) {
      clear();
      stderr.write(`${paint(stderr, 'red', speech.say('error'))}${speech.say(': ')}${visible(text)}\n`);
    },
  };
}

type Padded = { text: string; colour?: Colour; padding: string };

/** Rows whose columns are as wide as their widest cell, below their heads. */
function laidOut(heads: readonly string[], rows: readonly (readonly Cell[])[]): Padded[][] {
  const cells = rows.map((row) => row.map(readCell));
  const widths = heads.map((head, at) => Math.max(columns(head), ...cells.map((row) => columns(row[at]?.text ?? ''))));
  const last = heads.length - 1;
  const padded = (cell: { text: string; colour?: Colour }, at: number): Padded => {
    const missing = at === last ? 0 : (widths[at] ?? 0) - columns(cell.text);
    return { ...cell, padding: ' '.repeat(Math.max(0, missing)) };
  };
  return [heads.map((text) => ({ text, colour: 'bold' as const })), ...cells].map((row) => row.map(padded));
}

type Speech = Pick<Output, 'language' | 'said' | 'say'> & { named(name: string): string };

function speechIn(language: Language): Speech {
  const said = (told: Told): string => told[language];
  return {
    language,
    said,
    say: (text, ...values) => said(phrase(text, ...values)),
    named: (name) => (language === 'zh' && Object.hasOwn(chineseNames, name) ? chineseNames[name as Name] : name),
  };
}

/** JSON of a value whose amounts are `bigint` and whose bodies are bytes. */
export function exactly(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

function readCell(cell: Cell): { text: string; colour?: Colour } {
  if (cell === undefined) return { text: '' };
  if (typeof cell === 'object') return { text: visible(cell.text), colour: cell.colour };
  return { text: visible(String(cell)) };
}

// https://no-color.org: any value that is not empty.
function isColoured(stream: Stream, env: Readonly<Record<string, string | undefined>>): boolean {
  return stream.isTTY === true && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}
