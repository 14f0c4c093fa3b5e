import { DepositCallbackError } from '../../errors.ts';

/** Loads optional peers of a chain check. Rejects with `CHAIN_DRIVER_MISSING` and the text `missing`, which says what to install. */
export async function loadPeers<T>(load: () => Promise<T>, missing: string): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new DepositCallbackError('CHAIN_DRIVER_MISSING', missing, { cause });
  }
}
