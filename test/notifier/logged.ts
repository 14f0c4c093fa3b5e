import type { Logger } from '../../lib/observe/logger.ts';

export interface Logged {
  logger: Logger;
  /** Messages of level error. */
  errors: string[];
}

/** A logger that keeps what is an alarm for the operator. */
export function logged(): Logged {
  const errors: string[] = [];
  const ignore = (): void => {};
  return {
    errors,
    logger: { debug: ignore, info: ignore, warn: ignore, error: (_fields, message) => errors.push(message ?? '') },
  };
}
