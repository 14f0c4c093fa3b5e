import { test } from 'node:test';
import { expectNothingWrong } from '../edge/fuzz-report.ts';

test('100,000 hostile, broken and right requests: no crash, no hang, no leak, no forgery, no 5xx that is not ours', (t) =>
  expectNothingWrong(t, 100_000));
