import type { RouterParts } from './api/access.ts';
import type { NetworkHealth } from './reading/health.ts';
import type { AttemptResult, Sender } from './sending/sender.ts';
import type { ListedKey } from './store/api-keys.ts';
import type { ListedCallback } from './store/callback-search.ts';
import { type Figures, readFigures } from './store/figures.ts';

/** Chooses what is listed: the keys from one on, or the callbacks of one key. */
export interface InspectionQuery {
  /** Id of a key, whose callbacks are listed. */
  key?: string | undefined;
  /** Of that key, only the callbacks that are so: `dead` are given up. */
  state?: 'owed' | 'sent' | 'dead' | undefined;
  /** Id of the last one of the page before. */
  before?: string | undefined;
  limit: number;
}

/** A key, and what is owed to its callback URLs. */
export interface InspectedKey extends ListedKey {
  owed: number;
  dead: number;
  /** Networks that it watches, CAIP-2. */
  networks: readonly string[];
}

/** One page of keys, or of the callbacks of the key that was asked for. */
export interface Inspection {
  keys: readonly InspectedKey[];
  callbacks: readonly ListedCallback[];
  /** The id after which the next page begins; absent on the last. */
  next?: string;
}

/** The state of a notifier: what its database holds, how the reading of each network goes, and what became of attempts to send. */
export interface NotifierStatus extends Figures {
  networks: readonly NetworkHealth[];
  /** Attempts since the start of the process, by result: `failed` is tried again, `dead` is given up. */
  attempts: Readonly<Record<AttemptResult, number>>;
}

export async function statusOf({
  database,
  health,
  sender,
}: Pick<RouterParts, 'database' | 'health'> & { sender: Pick<Sender, 'attempts'> }): Promise<NotifierStatus> {
  return { ...(await readFigures(database)), networks: await health.look(), attempts: sender.attempts() };
}

type Parts = Pick<RouterParts, 'keys' | 'endpoints' | 'outbox' | 'watches' | 'callbacks'>;

export async function inspect(parts: Parts, { key, state, before, limit }: InspectionQuery): Promise<Inspection> {
  const from = before === undefined ? {} : { before };
  if (key === undefined) {
    const keys = await parts.keys.list({ ...from, limit });
    const last = keys.length === limit ? keys.at(-1) : undefined;
    const inspected = await Promise.all(keys.map((one) => inspectKey(parts, one)));
    return { keys: inspected, callbacks: [], ...(last && { next: last.id }) };
  }
  const found = await parts.keys.get(key);
  if (found === undefined) return { keys: [], callbacks: [] };
  const { found: callbacks, next } = await parts.callbacks.page(key, state === undefined ? {} : { state }, {
    ...from,
    limit,
  });
  return { keys: [await inspectKey(parts, found)], callbacks, ...(next !== undefined && { next }) };
}

async function inspectKey({ endpoints, outbox, watches }: Parts, key: ListedKey): Promise<InspectedKey> {
  const urls = await endpoints.list(key.id);
  const counts = await Promise.all(urls.map(({ id }) => outbox.counts(id)));
  const sum = (what: 'owed' | 'dead'): number => counts.reduce((total, one) => total + one[what], 0);
  return { ...key, owed: sum('owed'), dead: sum('dead'), networks: await watches.networksOf(key.id) };
}
