import { test } from 'node:test';
import { expectNothingWrong } from '../edge/fuzz-report.ts';

// Each run has a seed of its own.
const requests = Number(process.env.FUZZ_REQUESTS ?? 40_000);

test(`${requests} hostile, broken and right requests: no crash, no hang, no leak, no forgery, no 5xx that is not ours`, (t) =>
  expectNothingWrong(t, requests));
