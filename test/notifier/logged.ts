import type { Logger } from '../../lib/observe/logger.ts';

export interface Logged {
  logger: Logger;
  /** Messages of level error. */
  errors: string[];
  warnings: string[];
}

/** A logger that keeps what is an alarm for the operator. */
export function logged(): Logged {
  const errors: string[] = [];
  const warnings: string[] = [];
  const ignore = (): void => {};
  return {
    errors,
    warnings,
    logger: {
      debug: ignore,
      info: ignore,
      warn: (_fields, message) => warnings.push(message ?? ''),
      error: (_fields, message) => errors.push(message ?? ''),
    },
  };
}
