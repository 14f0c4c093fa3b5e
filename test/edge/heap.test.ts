import { test } from 'node:test';
import { expectSteadyHeap } from './heap-run.ts';

test('the heap after 20,000 refused callbacks of every kind is that after 4,000', (t) =>
  expectSteadyHeap(t, 4_000, 20_000));
