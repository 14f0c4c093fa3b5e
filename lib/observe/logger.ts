import { inspect } from 'node:util';
import { unawaited } from '../util/promises.ts';
import { visible, visibleLines } from '../util/visible.ts';

/** The logger that the package writes to. `console`, `pino` and most others match as they are. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export const silentLogger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};

// The one place of lib that writes to the console: the logger of whoever has set none.
const { console: output } = globalThis;

/** Warnings and errors to the console: what an operator must not miss without having set anything. */
export const consoleLogger: Logger = {
  debug() {},
  info() {},
  warn: (fields, message) => output.warn(lineOf(fields, message)),
  error: (fields, message) => output.error(lineOf(fields, message)),
};

/** One text: the console takes the first of several for a format. */
function lineOf(fields: object, message: string): string {
  return `${visible(message)} ${visibleLines(inspect(fields, { breakLength: Number.POSITIVE_INFINITY, compact: true }))}`;
}

/**
 * The same logger, but one whose trouble (a field that it cannot write, a closed pipe) is nobody else's, and which is given
 * texts that are visible: whatever it writes to may end at a terminal.
 */
export function steadyLogger(logger: Logger): Logger {
  const write =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      try {
        unawaited(logger[level](visibleFields(fields), visible(message)));
      } catch {
        // There is nowhere left to report it.
      }
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Nothing that is logged here is nested deeper; a listener's error may be, and may hold itself. */
const deepest = 6;

/** Errors are left to the logger: it knows how it writes them. */
function visibleFields(fields: object, depth = 0): object {
  if (depth > deepest) return {};
  const shown = Object.entries(fields).map(([name, value]) => [name, visibleValue(value, depth + 1)]);
  return Object.fromEntries(shown);
}

function visibleValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return depth > deepest ? [] : value.map((one) => visibleValue(one, depth + 1));
  return isPlain(value) ? visibleFields(value, depth) : value;
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
