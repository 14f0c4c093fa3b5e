import { test as nodeTest } from 'node:test';
import { invalidOption } from '../errors.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { cursorCases } from './store-cases/cursors.ts';
import { findingCases } from './store-cases/finding.ts';
import { keepingCases } from './store-cases/keeping.ts';
import { leasingCases } from './store-cases/leasing.ts';
import { leasingAtCommitCases } from './store-cases/leasing-at-commit.ts';
import { pruningCases } from './store-cases/pruning.ts';
import { racingCases } from './store-cases/racing.ts';
import { recordingCases } from './store-cases/recording.ts';
import { rememberingCases } from './store-cases/remembering.ts';
import { startOfTime } from './store-cases/samples.ts';
import { settlingCases } from './store-cases/settling.ts';
import type { StoreClock, StoreUnderTest } from './store-cases/store-case.ts';

export type { StoreClock, StoreUnderTest } from './store-cases/store-case.ts';

/** Options of `describeStore`. */
export interface DescribeStoreOptions {
  /** Stands before each case's name. */
  name: string;
  /** Opens a store over fresh data that takes its time from `clock`, and awaits its `ready()`. Called once a case. */
  open(clock: StoreClock): Promise<StoreUnderTest>;
  /** The runner's own; default that of `node:test`. */
  test?: (name: string, run: () => Promise<void>) => unknown;
}

const optionNames: OptionNames<DescribeStoreOptions> = { name: true, open: true, test: true };

/**
 * Registers the conformance tests that every store passes, this package's and yours, against the real server. No case
 * can be switched off. Properties that only your store has (such as user tables that roll back with `settle`) need
 * tests of their own.
 */
export function describeStore(options: DescribeStoreOptions): void {
  checkOptions('describeStore', options, optionNames, "{ name: 'acme', open }");
  const { name, open, test = nodeTest } = options;
  if (typeof open !== 'function')
    throw invalidOption('describeStore.open', 'must be a function that opens the store under test');
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
  ...leasingAtCommitCases,
  ...settlingCases,
  ...findingCases,
  ...keepingCases,
  ...cursorCases,
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
