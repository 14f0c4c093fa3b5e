import { test } from 'node:test';
import { expectSteadyHeap } from '../edge/heap-run.ts';

test('the heap after 200,000 refused callbacks of every kind is that after 20,000', (t) =>
  expectSteadyHeap(t, 20_000, 200_000));
