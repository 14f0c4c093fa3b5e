import type { Logger } from '../observe/logger.ts';
import type { News } from '../observe/news.ts';
import { endedWithItsProcess, type Store } from '../stores/store.ts';

/** How often the store is asked whether a process has died that held events. */
const lookEveryMs = 1_000;

/** Events whose process died: made due again, and watched for the one that may end a process each time. */
export interface Orphans {
  /** Asks the store, at most once a second. */
  look(): Promise<void>;
  /** Whether suspects may be due; they are handed out one at a time, with nothing beside them. */
  readonly suspected: boolean;
  /** No suspect is due. */
  cleared(): void;
}

export interface OrphansOptions {
  store: Pick<Store, 'freeOrphaned'>;
  /** Crashes after which an event is a dead letter. */
  crashes: number;
  news: News;
  logger: Logger;
}

export function createOrphans({ store, crashes, news, logger }: OrphansOptions): Orphans {
  let lookedAt = Number.NEGATIVE_INFINITY;
  // What another process has freed may be claimed here.
  let suspected = true;

  return {
    get suspected() {
      return suspected;
    },
    cleared() {
      suspected = false;
    },
    async look() {
      if (performance.now() - lookedAt < lookEveryMs) return;
      lookedAt = performance.now();
      const { freed, dead } = await store.freeOrphaned({ crashes });
      if (freed + dead.length === 0) return;
      suspected = true;
      logger.warn(
        { freed, dead: dead.length },
        'A process that held events has ended; its events are delivered again at once',
      );
      for (const { id: eventId, kind, deposit } of dead) {
        news.tell('dead-letter', { eventId, kind, deposit, error: endedWithItsProcess });
      }
    },
  };
}
