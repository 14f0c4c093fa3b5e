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
