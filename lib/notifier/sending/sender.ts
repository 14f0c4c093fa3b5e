import type { Logger } from '../../observe/logger.ts';
import { createSafeFetcher } from '../../outbound/safe-fetch.ts';
import type { NotifierSettings } from '../options.ts';
import type { Endpoints } from '../store/endpoints.ts';
import type { Outbox } from '../store/outbox.ts';
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
  resume(keyId: string): void;
  /** Posts a heartbeat to the enabled URLs, each with the data of its key. It is not kept: the next one says as much. */
  beat(dataFor: (keyId: string) => object): Promise<void>;
  /** Begins no further attempt, and waits for those under way. */
  stop(): Promise<void>;
}

/** Heartbeats on their way at once. */
const beatsAtOnce = 64;

export function createSender(settings: NotifierSettings, endpoints: Endpoints, outbox: Outbox, logger: Logger): Sender {
  const { now, random, concurrency } = settings;
  const fetcher = createSafeFetcher();
  const lanes = new Map<string, Lane>();
  let beats = 0;
  let stopped = false;

  const laneOf = (keyId: string): Lane => {
    const found = lanes.get(keyId);
    if (found) return found;
    const lane = createLane(keyId, {
      endpoint: () => endpoints.get(keyId),
      due: (limit) => outbox.due(keyId, limit),
      probe: () => outbox.probe(keyId),
      hasten: () => outbox.hasten(keyId),
      post: (endpoint, callback) => postCallback(fetcher, endpoint, callback, settings),
      record: (attempts) => outbox.record(attempts),
      async disable(reason) {
        logger.error(
          { keyId, reason },
          'A callback URL was disabled; what is owed to it is kept until it is enabled again',
        );
        await endpoints.disable(keyId, reason);
      },
      failed: (error) => logger.error({ keyId, error }, 'Callbacks could not be sent; they stay owed'),
      concurrency,
      now,
      random,
    });
    lanes.set(keyId, lane);
    return lane;
  };

  const activeLanes = async (): Promise<Lane[]> => {
    const active = await endpoints.activeKeys();
    return stopped ? [] : active.map(laneOf);
  };

  return {
    run: async () => void (await Promise.all((await activeLanes()).map((lane) => lane.run()))),
    async wake() {
      for (const lane of await activeLanes()) lane.wake();
    },
    resume: (keyId) => lanes.get(keyId)?.resume(),
    async beat(dataFor) {
      beats += 1;
      const at = now();
      const id = `beat_${at}_${beats}`;
      const queue = (await endpoints.active())[Symbol.iterator]();
      const work = async (): Promise<void> => {
        for (const endpoint of queue) {
          const body = callbackBody('heartbeat', at, dataFor(endpoint.keyId));
          await postCallback(fetcher, endpoint, { id, body }, settings);
        }
      };
      await Promise.all(Array.from({ length: beatsAtOnce }, work));
    },
    async stop() {
      stopped = true;
      await Promise.all([...lanes.values()].map((lane) => lane.stop()));
      fetcher.close();
    },
  };
}
