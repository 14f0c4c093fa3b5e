import { unawaited } from '../util/promises.ts';

/** Where the package writes: `console`, `pino` and most others fit as they are. */
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
  warn: (fields, message) => output.warn(message, fields),
  error: (fields, message) => output.error(message, fields),
};

/** The same logger, but one whose trouble (a field that it cannot write, a closed pipe) is nobody else's. */
export function steadyLogger(logger: Logger): Logger {
  const write =
    (level: keyof Logger) =>
    (fields: object, message: string): void => {
      try {
        unawaited(logger[level](fields, message));
      } catch {
        // There is nowhere left to tell it.
      }
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
