import type { SqliteConnection } from './connection.ts';

/** A write that shares its transaction, and so its sync, with those that come in the same turn of the event loop. */
export type WriteTogether = <T>(work: () => T) => Promise<T>;

interface Waiting {
  /** Runs the work between savepoints; the function it returns calls the caller back, once all is committed. */
  run(connection: SqliteConnection): () => void;
  reject(error: unknown): void;
}

/** Each work is undone on its own when it throws; its neighbours stay. */
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

  return (work) =>
    new Promise((resolve, reject) => {
      queue.push({ run: (current) => runApart(current, work, resolve, reject), reject });
      if (queue.length === 1) setImmediate(() => void flush());
    });
}

function runApart<T>(
  { sql }: SqliteConnection,
  work: () => T,
  resolve: (result: T) => void,
  reject: (error: unknown) => void,
): () => void {
  sql('SAVEPOINT deposit_callback_apart').run();
  let tell: () => void;
  try {
    const result = work();
    tell = () => resolve(result);
  } catch (error) {
    sql('ROLLBACK TO deposit_callback_apart').run();
    tell = () => reject(error);
  }
  sql('RELEASE deposit_callback_apart').run();
  return tell;
}
