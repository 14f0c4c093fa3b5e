import type { CallbackRecord } from '../stores/store.ts';

// An object, so that the compiler misses one that is left out.
const isOutcome: Readonly<Record<CallbackRecord['outcome'], true>> = {
  recorded: true,
  duplicate: true,
  ignored: true,
  quarantined: true,
  rejected: true,
};

/** Every outcome of a callback, in the order in which people are shown them. */
export const outcomes = Object.keys(isOutcome) as readonly CallbackRecord['outcome'][];
