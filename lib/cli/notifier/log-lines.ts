import { isDepositCallbackError } from '../../errors.ts';
import type { Logger } from '../../observe/logger.ts';
import { noteLogger } from '../config.ts';
import type { Output } from '../output.ts';

/** The log of a service: a line of JSON each on standard output, or for people on standard error. */
export function serviceLogger(output: Output, isJson: boolean, now: () => number): Logger {
  if (!isJson) return { ...noteLogger(output), info: (_fields, message) => output.note(message) };
  const write =
    (level: keyof Logger) =>
    (fields: object, message: string): void =>
      output.jsonLine({ time: new Date(now()).toISOString(), level, message, ...readable(fields) });
  return { debug() {}, info: write('info'), warn: write('warn'), error: write('error') };
}

/** Errors have no members that JSON shows. */
function readable(fields: object): object {
  const { error, ...rest } = fields as { error?: unknown };
  if (error === undefined) return rest;
  if (isDepositCallbackError(error)) return { ...rest, code: error.code, error: error.message };
  return { ...rest, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
