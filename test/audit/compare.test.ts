import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareReports } from '../../lib/audit/compare.ts';
import type { Verdict } from '../../lib/audit/probe.ts';
import type { AuditReport } from '../../lib/audit/run-probes.ts';
import { reportSaying } from '../helpers/audit-report.ts';

function reportOf(verdicts: Readonly<Record<string, Verdict>>, over: Partial<AuditReport> = {}): AuditReport {
  const report = reportSaying('x');
  const [like] = report.probes;
  assert.ok(like, 'a report has a probe');
  return { ...report, probes: Object.entries(verdicts).map(([id, verdict]) => ({ ...like, id, verdict })), ...over };
}

test('a report is compared with the one before: what is new, fixed, still red, and no longer known', () => {
  const before = reportOf({ a: 'red', b: 'red', c: 'green', d: 'red', e: 'red', f: 'green' });
  const now = reportOf({ a: 'red', b: 'green', c: 'red', d: 'skipped', f: 'green', g: 'red' });
  assert.deepEqual(compareReports(before, now), {
    since: before.startedAt,
    new: ['c', 'g'],
    fixed: ['b'],
    still: ['a'],
    unknown: ['d', 'e'],
    verdicts: [
      { id: 'b', before: 'red', now: 'green' },
      { id: 'c', before: 'green', now: 'red' },
      { id: 'd', before: 'red', now: 'skipped' },
      { id: 'g', now: 'red' },
      { id: 'e', before: 'red' },
    ],
  });
});

test('reports of another URL or profile are not compared', () => {
  const now = reportOf({ a: 'red' });
  assert.equal(compareReports({ ...now, url: 'https://example.com/other' }, now), undefined);
  assert.equal(compareReports({ ...now, profile: 'notifier' }, now), undefined);
});
