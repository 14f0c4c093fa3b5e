import type { SqliteConnection } from './sqlite-connection.ts';

/** A write that shares its transaction, and so its sync, with those that come in the same turn of the event loop. */
export type WriteTogether = <T>(work: () => T, keep?: (result: T) => boolean) => Promise<T>;

interface Waiting {
  /** Runs the work between savepoints; what it returns tells the caller, once all is committed. */
  run(connection: SqliteConnection): () => void;
  reject(error: unknown): void;
}

/** Each work is kept or undone on its own: when it throws, or `keep` says no, its neighbours stay. */
export function createWriteTogether(connection: () => SqliteConnection): WriteTogether {
  let queue: Waiting[] = [];

  async function flush(): Promise<void> {
    const waiting = queue;
    queue = [];
    try {
      const tell = await connection().write(() => waiting.map(({ run }) => run(connection())));
      for (const one of tell) one();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  return (work, keep = () => true) =>
    new Promise((resolve, reject) => {
      queue.push({ run: (current) => runApart(current, work, keep, resolve, reject), reject });
      if (queue.length === 1) setImmediate(() => void flush());
    });
}

function runApart<T>(
  { sql }: SqliteConnection,
  work: () => T,
  keep: (result: T) => boolean,
  resolve: (result: T) => void,
  reject: (error: unknown) => void,
): () => void {
  sql('SAVEPOINT deposit_callback_apart').run();
  let tell: () => void;
  try {
    const result = work();
    if (!keep(result)) sql('ROLLBACK TO deposit_callback_apart').run();
    tell = () => resolve(result);
  } catch (error) {
    sql('ROLLBACK TO deposit_callback_apart').run();
    tell = () => reject(error);
  }
  sql('RELEASE deposit_callback_apart').run();
  return tell;
}
