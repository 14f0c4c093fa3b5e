import { DepositCallbackError } from '../../errors.ts';
import { isThenable, unawaited } from '../../util/promises.ts';
import type { SqliteDatabase } from './driver.ts';

/** Runs what listeners registered with `atomically`, inside the open transaction. */
export type RunAtomically = (functions: readonly ((tx: SqliteDatabase) => unknown)[]) => void;

/**
 * One `RunAtomically` for a connection. Its functions get one and the same `tx`, so that a statement may be prepared once
 * and kept. Each must be synchronous: a promise throws `ATOMICALLY_ASYNC`, and what its rest does later is refused, since
 * it would be kept without its event.
 */
export function createRunAtomically(database: SqliteDatabase): RunAtomically {
  // All work of a transaction is done within one call, so whoever uses a statement meanwhile is one of its functions.
  let isOpen = false;
  const whileOpen = <T>(value: T): T => {
    if (isOpen) return value;
    throw new DepositCallbackError(
      'ATOMICALLY_ASYNC',
      'atomically: its transaction has ended; do all work before the function returns, and elsewhere use store.database',
    );
  };
  const tx: SqliteDatabase = {
    prepare(sql) {
      const statement = whileOpen(database).prepare(sql);
      return {
        run: (...values) => whileOpen(statement).run(...values),
        get: (...values) => whileOpen(statement).get(...values),
        all: (...values) => whileOpen(statement).all(...values),
      };
    },
    exec: (sql) => whileOpen(database).exec(sql),
  };

  return (functions) => {
    isOpen = true;
    try {
      for (const run of functions) refusePromise(run(tx));
    } finally {
      isOpen = false;
    }
  };
}

function refusePromise(result: unknown): void {
  if (!isThenable(result)) return;
  // Told by the error below, once.
  unawaited(result);
  throw new DepositCallbackError(
    'ATOMICALLY_ASYNC',
    'atomically: on SQLite the function must be synchronous, and it returned a promise; nothing was kept',
  );
}
