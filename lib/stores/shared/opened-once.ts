import type { Store } from '../store.ts';

/** `ready` and `close` that may be called again: opened once, tried again after a failure, closed after what is under way. */
export function openedOnce(open: () => Promise<void>, close: () => Promise<void>): Pick<Store, 'ready' | 'close'> {
  let opening: Promise<void> | undefined;
  return {
    ready() {
      opening ??= open().catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    async close() {
      await opening?.catch(() => {});
      opening = undefined;
      await close();
    },
  };
}
