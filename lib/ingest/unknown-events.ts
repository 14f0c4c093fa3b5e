import { LRUCache } from 'lru-cache';
import type { News } from '../observe/news.ts';
import { visible } from '../util/visible.ts';

/** Tells of a kind of event that a reader does not know, which may be a deposit; `event` is what the provider calls it. */
export type UnknownEvents = (by: { provider: string; callbackId: string }, event: string | undefined) => void;

// Names come from senders, so they are bounded.
const mostNames = 200;
const longestName = 100;

/** Raises one alarm a provider and kind of event. */
export function createUnknownEvents(news: News | undefined): UnknownEvents {
  const told = new LRUCache<string, true>({ max: mostNames });
  return ({ provider, callbackId }, event) => {
    const name = event === undefined ? undefined : cut(visible(event));
    const key = JSON.stringify([provider, name]);
    if (told.get(key)) return;
    told.set(key, true);
    const what =
      name === undefined ? 'an event without a name that is known' : `an event that its reader does not know: ${name}`;
    const message = `${provider} sends ${what}. If it may be a deposit, upgrade and run reprocess`;
    news?.tell('alarm', {
      code: 'EVENT_UNKNOWN',
      message,
      provider,
      callbackId,
      ...(name === undefined ? {} : { name }),
    });
  };
}

function cut(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName)}...` : name;
}
