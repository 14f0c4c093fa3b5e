import type { Writable } from 'node:stream';
import { visible, visibleJson } from '../util/visible.ts';
import { columns } from './columns.ts';

/** Names of colours; nothing is coloured if the stream is not a terminal. */
export type Colour = 'red' | 'green' | 'yellow' | 'dim' | 'bold';

export type Cell = string | number | bigint | undefined | { text: string; colour: Colour };

export interface Output {
  /** Whether progress is shown on a terminal. */
  readonly isTerminal: boolean;
  /** A line for people, on standard output: its parts one after another. Here and below, text is made visible. */
  line(...parts: readonly Cell[]): void;
  table(heads: readonly string[], rows: readonly (readonly Cell[])[]): void;
  /** A list of names and values, one a line; values that are undefined are left out. */
  fields(fields: Readonly<Record<string, Cell>>): void;
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
    isTerminal: stderr.isTTY === true,
    line: (...parts) => write(parts.map((part) => painted(readCell(part))).join('')),
    table(heads, rows) {
      const cells = rows.map((row) => row.map(readCell));
      const widths = heads.map((head, at) =>
        Math.max(columns(head), ...cells.map((row) => columns(row[at]?.text ?? ''))),
      );
      const last = heads.length - 1;
      const writeRow = (row: readonly { text: string; colour?: Colour }[]): void =>
        write(
          row
            .map((cell, at) => {
              const padding = at === last ? '' : ' '.repeat(Math.max(0, (widths[at] ?? 0) - columns(cell.text)));
              return `${painted(cell)}${padding}`;
            })
            .join('  ')
            .trimEnd(),
        );
      writeRow(heads.map((text) => ({ text, colour: 'bold' })));
      for (const row of cells) writeRow(row);
    },
    fields(fields) {
      const shown = Object.entries(fields).filter(([, value]) => value !== undefined);
      const width = Math.max(0, ...shown.map(([name]) => name.length));
      for (const [name, value] of shown) {
        write(`${paint(stdout, 'dim', name.padEnd(width))}  ${painted(readCell(value))}`);
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
      stderr.write(`${paint(stderr, 'red', 'error')}: ${visible(text)}\n`);
    },
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
