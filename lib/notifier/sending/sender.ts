import type { Logger } from '../../observe/logger.ts';
import { createSafeFetcher } from '../../outbound/safe-fetch.ts';
import { ensure } from '../../util/maps.ts';
import type { NotifierSettings } from '../options.ts';
import type { Claims } from '../store/claims.ts';
import type { Endpoint, Endpoints } from '../store/endpoints.ts';
import { takesType } from '../store/filters.ts';
import type { Attempt, Outbox } from '../store/outbox.ts';
import { callbackBody } from './callback-body.ts';
import { createLane, type Lane, type LaneParts } from './lane.ts';
import { postCallback } from './post-callback.ts';

/** Sends what the outbox owes, each URL in a lane of its own. */
export interface Sender {
  /** Sends all that is due, to every URL; resolves when each lane has come to rest. */
  run(): Promise<void>;
  /** Sets every lane going that rests: none waits for another. */
  wake(): Promise<void>;
  /** Ends a pause of one URL; `run` is to follow. */
  resume(endpointId: string): void;
  /** Forgets how a URL that was removed has fared; resolves when nothing is on its way there. */
  forget(endpointId: string): Promise<void>;
  /** Posts a heartbeat to the enabled URLs that take them, each with data of its own. It is not kept: the next one says as much. */
  beat(dataFor: (endpoint: Endpoint) => Promise<object>): Promise<void>;
  /** Of this process, by result. */
  attempts(): Readonly<Record<AttemptResult, number>>;
  /** Begins no further attempt, and waits for those under way. */
  stop(): Promise<void>;
}

export type AttemptResult = Attempt['result'];

const disabled = 'A callback URL was disabled; what is owed to it is kept until it is enabled again';
/** Heartbeats on their way at once. */
const beatsAtOnce = 64;

export interface SenderParts {
  settings: NotifierSettings;
  endpoints: Endpoints;
  outbox: Outbox;
  claims: Claims;
  logger: Logger;
}

export function createSender(parts: SenderParts): Sender {
  const { settings, endpoints, outbox } = parts;
  const { now, random, concurrency } = settings;
  const fetcher = createSafeFetcher();
  const lanes = new Map<string, Lane>();
  const nudges = new Map<string, number>();
  const tally: Record<AttemptResult, number> = { accepted: 0, failed: 0, dead: 0 };
  let beats = 0;
  let stopped = false;

  const record = async (attempts: readonly Attempt[]): Promise<void> => {
    await outbox.record(attempts);
    for (const { result } of attempts) tally[result] += 1;
  };
  const post: LaneParts['post'] = (endpoint, callback) => postCallback(fetcher, endpoint, callback, settings);
  const laneOf = (id: string): Lane =>
    ensure(lanes, id, () => createLane(id, { ...lanePartsOf(id, parts), post, record, concurrency, now, random }));

  const activeLanes = async (): Promise<Lane[]> => {
    const owed = await endpoints.owed();
    if (stopped) return [];
    return owed.map(({ id, nudges: count }) => {
      const lane = laneOf(id);
      if (nudges.get(id) !== undefined && nudges.get(id) !== count) lane.resume();
      nudges.set(id, count);
      return lane;
    });
  };

  return {
    run: async () => void (await Promise.all((await activeLanes()).map((lane) => lane.run()))),
    async wake() {
      for (const lane of await activeLanes()) lane.wake();
    },
    resume: (id) => lanes.get(id)?.resume(),
    async forget(id) {
      const lane = lanes.get(id);
      await lane?.stop();
      if (lanes.get(id) === lane) lanes.delete(id);
      nudges.delete(id);
    },
    async beat(dataFor) {
      beats += 1;
      const at = now();
      const id = `beat_${at}_${beats}`;
      const all = (await endpoints.active()).filter(({ filters }) => takesType(filters, 'heartbeat'));
      await eachOf(all, async (endpoint) => {
        const body = callbackBody('heartbeat', at, await dataFor(endpoint));
        await postCallback(fetcher, endpoint, { id, body }, settings);
      });
    },
    attempts: () => ({ ...tally }),
    async stop() {
      stopped = true;
      await Promise.all([...lanes.values()].map((lane) => lane.stop()));
      fetcher.close();
    },
  };
}

function lanePartsOf(
  id: string,
  { endpoints, outbox, claims, logger }: SenderParts,
): Omit<LaneParts, 'post' | 'record' | 'concurrency' | 'now' | 'random'> {
  return {
    endpoint: () => endpoints.get(id),
    claim: () => claims.claim(id),
    holds: () => claims.holds(id),
    release: () => claims.release(id),
    due: (limit) => outbox.due(id, limit),
    probe: () => outbox.probe(id),
    hasten: () => outbox.hasten(id),
    async disable(reason) {
      logger.error({ callbackUrl: id, reason }, disabled);
      await endpoints.disable(id, reason);
    },
    failed: (error) => logger.error({ callbackUrl: id, error }, 'Callbacks could not be sent; they stay owed'),
  };
}

async function eachOf<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = all[Symbol.iterator]();
  const some = async (): Promise<void> => {
    for (const one of queue) await work(one);
  };
  await Promise.all(Array.from({ length: beatsAtOnce }, some));
}
