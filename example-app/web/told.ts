import type { CallbackRecord } from 'deposit-callback';
import type { Exchange } from '../exchange.ts';
import type { Taken } from '../wallets/tricks.ts';

const kept = 6;

/** A callback of the log, and the type of event that its body names, if it was kept. */
export interface ToldCallback extends CallbackRecord {
  type?: string | undefined;
}

/** What the exchange has been told lately, newest first. */
export interface Told {
  latest(): readonly ToldCallback[];
  /** The last callback that brought a credited deposit: what a cheat would have seen. */
  lastPaid(): Promise<Taken | undefined>;
}

/** Keeps the latest callbacks, and calls `onNews` when anything that the page shows may have changed. */
export function listen({ callbacks, store }: Exchange, onNews: () => void): Told {
  const records: ToldCallback[] = [];
  callbacks.on('outcome', (record) => {
    // A heartbeat says only that the wallet lives.
    if (record.outcome === 'ignored' && record.transfers.length === 0) return;
    const told: ToldCallback = { ...record };
    records.unshift(told);
    records.length = Math.min(records.length, kept);
    callbacks
      .raw(record.id)
      .then((body) => {
        told.type = typeOf(body);
        onNews();
      })
      .catch(console.error);
  });
  callbacks.on('event', onNews);
  return {
    latest: () => records,
    async lastPaid() {
      const [deposit] = await store.deposits({ status: 'confirmed', limit: 1 });
      const id = deposit?.callbackIds.at(-1);
      const [record, body] = id === undefined ? [] : await Promise.all([store.callback(id), callbacks.raw(id)]);
      return record?.deliveryId === undefined || body === undefined
        ? undefined
        : { body, deliveryId: record.deliveryId };
    },
  };
}

function typeOf(body: Buffer | undefined): string | undefined {
  try {
    const { type } = JSON.parse(String(body)) as { type?: unknown };
    return typeof type === 'string' ? type : undefined;
  } catch {
    return undefined;
  }
}
