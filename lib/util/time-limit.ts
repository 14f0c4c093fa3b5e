import { DepositCallbackError } from '../errors.ts';

/** Waits for the work, but no longer than so many ms; whether it was done. What it rejects with in that time is thrown. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** What the work resolves with; rejects with `UNAVAILABLE`, naming it, when that takes longer than so many ms. */
export async function inTime<T>(ms: number, work: Promise<T>, name: string): Promise<T> {
  if (await atMost(ms, work)) return work;
  throw new DepositCallbackError('UNAVAILABLE', `${name} did not answer within ${ms} ms`);
}
