import type { Logger } from '../observe/logger.ts';

/** Runs a task again and again, never twice at once; it does not keep the process alive. */
export interface Ticker {
  start(): void;
  /** Runs the task now, or joins the run that is under way. */
  tick(): Promise<void>;
  /** Stops, and waits for a run that is under way. */
  close(): Promise<void>;
}

export function createTicker(everyMs: number, task: () => Promise<void>, logger: Logger, name: string): Ticker {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;

  const tick = (): Promise<void> => {
    running ??= task()
      .catch((error: unknown) => logger.error({ error }, `${name} failed; it runs again later`))
      .finally(() => {
        running = undefined;
      });
    return running;
  };

  return {
    start() {
      timer ??= setInterval(() => void tick(), everyMs).unref();
    },
    tick,
    async close() {
      clearInterval(timer);
      await running;
    },
  };
}
