import { test } from 'node:test';
import { expectNothingWrong } from './fuzz-report.ts';

test('10,000 hostile, broken and right requests: no crash, no hang, no leak, no forgery, no 5xx that is not ours', (t) =>
  expectNothingWrong(t, 10_000));
