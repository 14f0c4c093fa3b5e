import { InvalidArgumentError } from 'commander';
import { ageIn, durationIn } from '../util/duration.ts';
import { typedTime } from '../util/rfc3339.ts';

/** `500ms`, `30s`, `5m`, `2h`, `90d`, or a number of milliseconds; gives ms. */
export function parseDuration(text: string): number {
  const ms = durationIn(text);
  if (ms === undefined)
    throw new InvalidArgumentError('Expected a duration: 500ms, 30s, 5m, 2h, 90d, or milliseconds.');
  return ms;
}

/** A time: ISO 8601 with a zone (or a date, UTC), or how long ago (`2h`, `2h ago`). Gives epoch ms. */
export function parseTime(text: string): number {
  const age = ageIn(text);
  if (age !== undefined) return Date.now() - age;
  const time = typedTime(text);
  if (time === undefined)
    throw new InvalidArgumentError('Expected 2026-01-31, 2026-01-31T08:00:00Z, or 2h for two hours ago.');
  return time;
}

/** How times are written: ISO 8601, UTC. */
export function isoTime(epochMs: number | undefined): string | undefined {
  return epochMs === undefined ? undefined : new Date(epochMs).toISOString();
}

/** A whole number of at least 1. */
export function parseCount(text: string): number {
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1) throw new InvalidArgumentError('Expected a positive integer.');
  return count;
}

/** A port; 0 stands for a free one. */
export function parsePort(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 65_536;
  if (port > 65_535) throw new InvalidArgumentError('Expected a port from 0 to 65535.');
  return port;
}
