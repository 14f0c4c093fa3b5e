import type { SqliteConnection } from './connection.ts';

/** A write that shares its transaction, and so its sync, with those that come in the same turn of the event loop. */
export type WriteTogether = <T>(work: () => T) => Promise<T>;

interface Waiting {
  /** Runs the work between savepoints; the function it returns calls the caller back, once all is committed. */
  run(connection: SqliteConnection): () => void;
  reject(error: unknown): void;
}

/** SQLite works on the event loop: work of users' own that takes longer shares it with the requests that wait. */
const holdMs = 50;

/** Each work is undone on its own when it throws; its neighbours stay. What does not fit into `holdMs` comes with the next transaction. */
export function createWriteTogether(
  connection: () => SqliteConnection,
  clock: () => number = () => performance.now(),
): WriteTogether {
  let queue: Waiting[] = [];

  async function flush(): Promise<void> {
    const waiting = queue;
    queue = [];
    try {
      const tell = await connection().write(() => runSome(connection(), waiting, clock));
      putBack(waiting.slice(tell.length));
      for (const one of tell) one();
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }

  function putBack(left: readonly Waiting[]): void {
    if (left.length === 0) return;
    // A flush is due already if something came meanwhile.
    if (queue.length === 0) setImmediate(() => void flush());
    queue = [...left, ...queue];
  }

  return (work) =>
    new Promise((resolve, reject) => {
      queue.push({ run: (current) => runApart(current, work, resolve, reject), reject });
      if (queue.length === 1) setImmediate(() => void flush());
    });
}

function runSome(current: SqliteConnection, waiting: readonly Waiting[], clock: () => number): (() => void)[] {
  const tell: (() => void)[] = [];
  const startedAt = clock();
  for (const { run } of waiting) {
    tell.push(run(current));
    if (clock() - startedAt >= holdMs) break;
  }
  return tell;
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
