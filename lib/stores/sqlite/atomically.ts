import { DepositCallbackError } from '../../errors.ts';
import { isThenable, unawaited } from '../../util/promises.ts';
import type { SqliteDatabase } from './driver.ts';

/**
 * Runs what listeners registered with `atomically`, inside the open transaction. Each must be synchronous: a promise
 * throws `ATOMICALLY_ASYNC`, and what its rest does later is refused, since it would be kept without its event.
 */
export function runAtomically(database: SqliteDatabase, functions: readonly ((tx: SqliteDatabase) => unknown)[]): void {
  if (functions.length === 0) return;
  const guard = guarded(database);
  try {
    for (const run of functions) {
      const result = run(guard.tx);
      if (!isThenable(result)) continue;
      // Told by the error below, once.
      unawaited(result);
      throw new DepositCallbackError(
        'ATOMICALLY_ASYNC',
        'atomically: on SQLite the function must be synchronous, and it returned a promise; nothing was kept',
      );
    }
  } finally {
    guard.close();
  }
}

/** The connection for as long as the transaction lasts. */
function guarded(database: SqliteDatabase): { tx: SqliteDatabase; close: () => void } {
  let open = true;
  function live<T>(value: T): T {
    if (open) return value;
    throw new DepositCallbackError(
      'ATOMICALLY_ASYNC',
      'atomically: its transaction has ended; do all work before the function returns',
    );
  }
  return {
    tx: {
      prepare(sql) {
        const statement = live(database).prepare(sql);
        return {
          run: (...values) => live(statement).run(...values),
          get: (...values) => live(statement).get(...values),
          all: (...values) => live(statement).all(...values),
        };
      },
      exec: (sql) => live(database).exec(sql),
    },
    close: () => {
      open = false;
    },
  };
}
