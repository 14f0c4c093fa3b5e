import { test as nodeTest } from 'node:test';
import { findingCases } from './store-cases/finding.ts';
import { keepingCases } from './store-cases/keeping.ts';
import { leasingCases } from './store-cases/leasing.ts';
import { pruningCases } from './store-cases/pruning.ts';
import { racingCases } from './store-cases/racing.ts';
import { recordingCases } from './store-cases/recording.ts';
import { rememberingCases } from './store-cases/remembering.ts';
import { startOfTime } from './store-cases/samples.ts';
import { settlingCases } from './store-cases/settling.ts';
import type { StoreClock, StoreUnderTest } from './store-cases/store-case.ts';

export type { StoreClock, StoreUnderTest } from './store-cases/store-case.ts';

export interface DescribeStoreOptions {
  /** Stands before each case's name. */
  name: string;
  /** Opens a store over fresh data that takes its time from `clock`, and awaits its `ready()`. Called once a case. */
  open(clock: StoreClock): Promise<StoreUnderTest>;
  /** The runner's own; default that of `node:test`. */
  test?: (name: string, run: () => Promise<void>) => unknown;
}

/**
 * The conformance cases that every store passes, ours and a third party's, on the real server. No case can be switched
 * off. What only the store can show (that user tables roll back with `settle`) its own tests show.
 */
export function describeStore({ name, open, test = nodeTest }: DescribeStoreOptions): void {
  for (const { name: sentence, run } of allCases) {
    test(`${name}: ${sentence}`, async () => {
      const clock = createClock();
      const under = await open(clock);
      try {
        await run(under, clock);
      } finally {
        await under.close();
      }
    });
  }
}

const allCases = [
  ...recordingCases,
  ...rememberingCases,
  ...leasingCases,
  ...settlingCases,
  ...findingCases,
  ...keepingCases,
  ...pruningCases,
  ...racingCases,
];

function createClock(): StoreClock {
  let time = startOfTime;
  return {
    now: () => time,
    advance(ms) {
      time += ms;
    },
  };
}
