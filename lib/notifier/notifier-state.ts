import type { RouterParts } from './api/access.ts';
import type { NotifierSettings } from './options.ts';
import type { Backfiller } from './reading/backfiller.ts';
import type { Watcher } from './reading/watcher.ts';
import type { Sender } from './sending/sender.ts';
import type { Leadership } from './store/leadership.ts';

/** What stands on an open database. */
export interface Parts extends RouterParts {
  watchers: readonly Watcher[];
  backfillers: readonly Backfiller[];
  sender: Sender;
  leadership: Leadership;
}

/** One notifier: its settings, and what is open, running and waiting. */
export interface NotifierState {
  readonly settings: NotifierSettings;
  readonly timers: NodeJS.Timeout[];
  readonly loops: Promise<void>[];
  /** Ends each pause that is being waited for. */
  readonly pauses: Set<() => void>;
  opening: Promise<Parts> | undefined;
  closed: boolean;
  /** Ends pauses between blocks. */
  readonly closing: AbortController;
  /** What is being set going. */
  readonly deliveries: Set<Promise<void>>;
  readonly decorations: Set<Promise<void>>;
}

/** Sets going what is due. */
export function wake({ deliveries, settings, closed }: NotifierState, sender: Sender): void {
  if (closed) return;
  const delivery = sender
    .wake()
    .catch((error: unknown) => settings.logger.error({ error }, 'Callbacks could not be sent; they stay owed'))
    .finally(() => deliveries.delete(delivery));
  deliveries.add(delivery);
}
