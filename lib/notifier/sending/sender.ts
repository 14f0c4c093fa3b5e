import type { Logger } from '../../observe/logger.ts';
import { createSafeFetcher } from '../../outbound/safe-fetch.ts';
import type { NotifierSettings } from '../options.ts';
import type { Endpoint, Endpoints } from '../store/endpoints.ts';
import { takesType } from '../store/filters.ts';
import type { Attempt, Outbox } from '../store/outbox.ts';
import { callbackBody } from './callback-body.ts';
import { createLane, type Lane } from './lane.ts';
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
  beat(dataFor: (endpoint: Endpoint) => object): Promise<void>;
  /** Of this process, by result. */
  attempts(): Readonly<Record<AttemptResult, number>>;
  /** Begins no further attempt, and waits for those under way. */
  stop(): Promise<void>;
}

export type AttemptResult = Attempt['result'];

const disabled = 'A callback URL was disabled; what is owed to it is kept until it is enabled again';
/** Heartbeats on their way at once. */
const beatsAtOnce = 64;

export function createSender(settings: NotifierSettings, endpoints: Endpoints, outbox: Outbox, logger: Logger): Sender {
  const { now, random, concurrency } = settings;
  const fetcher = createSafeFetcher();
  const lanes = new Map<string, Lane>();
  const tally: Record<AttemptResult, number> = { accepted: 0, failed: 0, dead: 0 };
  let beats = 0;
  let stopped = false;

  const laneOf = (id: string): Lane => {
    const found = lanes.get(id);
    if (found) return found;
    const lane = createLane(id, {
      endpoint: () => endpoints.get(id),
      due: (limit) => outbox.due(id, limit),
      probe: () => outbox.probe(id),
      hasten: () => outbox.hasten(id),
      post: (endpoint, callback) => postCallback(fetcher, endpoint, callback, settings),
      async record(attempts) {
        await outbox.record(attempts);
        for (const { result } of attempts) tally[result] += 1;
      },
      async disable(reason) {
        logger.error({ callbackUrl: id, reason }, disabled);
        await endpoints.disable(id, reason);
      },
      failed: (error) => logger.error({ callbackUrl: id, error }, 'Callbacks could not be sent; they stay owed'),
      concurrency,
      now,
      random,
    });
    lanes.set(id, lane);
    return lane;
  };

  const activeLanes = async (): Promise<Lane[]> => {
    const active = await endpoints.activeIds();
    return stopped ? [] : active.map(laneOf);
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
    },
    async beat(dataFor) {
      beats += 1;
      const at = now();
      const id = `beat_${at}_${beats}`;
      const queue = (await endpoints.active())
        .filter(({ filters }) => takesType(filters, 'heartbeat'))
        [Symbol.iterator]();
      const work = async (): Promise<void> => {
        for (const endpoint of queue) {
          const body = callbackBody('heartbeat', at, dataFor(endpoint));
          await postCallback(fetcher, endpoint, { id, body }, settings);
        }
      };
      await Promise.all(Array.from({ length: beatsAtOnce }, work));
    },
    attempts: () => ({ ...tally }),
    async stop() {
      stopped = true;
      await Promise.all([...lanes.values()].map((lane) => lane.stop()));
      fetcher.close();
    },
  };
}
