import { type Channel, channel } from 'node:diagnostics_channel';
import type { News } from './news.ts';

/** Channels of `node:diagnostics_channel`, and the news that each of them carries. `docs/metrics.md` has their messages. */
export const channels: Readonly<Record<'outcome' | 'event' | 'alarm', Channel>> = {
  outcome: channel('deposit-callback:outcome'),
  event: channel('deposit-callback:event'),
  alarm: channel('deposit-callback:alarm'),
};

/** Publishes the news of one receiver to whoever subscribes in this process; costs next to nothing while nobody does. */
export function publishNews(news: News): void {
  for (const kind of ['outcome', 'event', 'alarm'] as const) {
    const { [kind]: to } = channels;
    news.on(kind, (told) => {
      if (to.hasSubscribers) to.publish(told);
    });
  }
}
