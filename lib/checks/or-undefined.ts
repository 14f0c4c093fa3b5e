import { isDepositCallbackError } from '../errors.ts';

/** What is read, or undefined if it cannot be read. An error of any other kind goes on. */
export function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isDepositCallbackError(error)) return undefined;
    throw error;
  }
}
