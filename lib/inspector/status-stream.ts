import type { ServerResponse } from 'node:http';
import { visibleLines } from '../util/visible.ts';
import { statusTexts } from './parts/status-texts.ts';
import type { Inspected, View } from './view.ts';

/** The store is asked no more often, however much happens and however many look. */
const everyMs = 1_000;
const news = ['outcome', 'event', 'alarm'] as const;

export interface StatusStream {
  /** Sends how things stand to an open stream, now and after what may have changed it; returns how to stop it. */
  add(res: ServerResponse, view: () => View): () => void;
}

/** Server-sent events of how things stand. Nothing is listened to while nobody looks. */
export function createStatusStream(callbacks: Inspected): StatusStream {
  const readers = new Set<{ res: ServerResponse; view: () => View; last: string }>();
  let waiting: NodeJS.Timeout | undefined;

  const send = async (): Promise<void> => {
    const status = await callbacks.status();
    for (const reader of readers) {
      const data = JSON.stringify(statusTexts(reader.view(), status), (_, value) =>
        typeof value === 'string' ? visibleLines(value) : value,
      );
      if (data === reader.last || reader.res.writableEnded || reader.res.writableNeedDrain) continue;
      reader.last = data;
      reader.res.write(`event: status\ndata: ${data}\n\n`);
    }
  };
  const soon = (): void => {
    if (waiting !== undefined) return;
    waiting = setTimeout(() => {
      waiting = undefined;
      // Without the store's answer the page says what it said before.
      send().catch(() => {});
    }, everyMs).unref();
  };

  return {
    add(res, view) {
      const reader = { res, view, last: '' };
      if (readers.size === 0) for (const kind of news) callbacks.on(kind, soon);
      readers.add(reader);
      soon();
      return () => {
        readers.delete(reader);
        if (readers.size === 0) for (const kind of news) callbacks.off(kind, soon);
      };
    },
  };
}
