import { DepositCallbackError } from '../../errors.ts';

/**
 * The promise's value, or `STORE_BUSY` with that message when it has none after `ms`. What comes later is given to
 * `tooLate`, and a later rejection to nobody.
 */
export async function within<T>(
  ms: number,
  promise: Promise<T>,
  message: string,
  tooLate: (value: T) => void = () => {},
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let isLate = false;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      isLate = true;
      reject(new DepositCallbackError('STORE_BUSY', message));
    }, ms);
  });
  promise.then(
    (value) => {
      if (isLate) tooLate(value);
    },
    () => {},
  );
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
