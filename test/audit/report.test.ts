import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chineseProbes } from '../../lib/audit/chinese-probes.ts';
import { cures } from '../../lib/audit/cures.ts';
import { htmlReport } from '../../lib/audit/html-report.ts';
import { notifierProbes } from '../../lib/audit/notifier/audit-notifier.ts';
import { probes as receiverProbes } from '../../lib/audit/probes/index.ts';
import { reportSaying } from '../helpers/audit-report.ts';

const probes = [...new Map([...receiverProbes, ...notifierProbes].map((one) => [one.id, one])).values()];

test('each probe has a service that is broken for it', () => {
  const folder = new URL('.', import.meta.url);
  const texts = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), 'utf8'));
  const broken = new Set(texts.flatMap((text) => [...text.matchAll(/probe: '([a-z0-9-]+)'/g)].map(([, id]) => id)));
  assert.deepEqual([...broken].sort(), probes.map(({ id }) => id).sort());
});

test('docs/audit.md has a line for each probe', () => {
  const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8');
  const named = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (?:high|medium|low) \|/gm)].map(([, id]) => id);
  assert.deepEqual(named.sort(), probes.map(({ id }) => id).sort());
});

test('the page shows what hostile answers say as text, and loads nothing', () => {
  const hostile = '<img src=x onerror=alert(1)>"\'&\u0000\u202e';
  const html = htmlReport(reportSaying(hostile));
  assert.ok(!html.includes('<img'));
  assert.ok(!html.includes('\u0000') && !html.includes('\u202e'));
  assert.ok(html.includes('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;'));
  assert.match(html, /<h1>One probe got through<\/h1>/);
  assert.match(html, /2026-01-01 00:00:00 UTC/);
  assert.doesNotMatch(html, /<script|<link|src="|url\(|@import/);
});

test('the page has the cure of docs/audit.md for each probe, and each in Chinese', () => {
  const page = readFileSync(new URL('../../docs/audit.md', import.meta.url), 'utf8');
  const rows = page.matchAll(/^\| `([a-z0-9-]+)` \| (?:high|medium|low) \| .* \| (.*?) \|$/gm);
  const plain = (text = ''): string => text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '');
  assert.deepEqual(cures, Object.fromEntries([...rows].map(([, id, cure]) => [id, plain(cure)])));
  assert.deepEqual(Object.keys(chineseProbes).sort(), probes.map(({ id }) => id).sort());
  const named = (text = ''): string[] => text.match(/\b[A-Z]+_[A-Z_]+\b/g) ?? [];
  for (const [id, cure] of Object.entries(cures)) assert.deepEqual(named(chineseProbes[id]?.[2]), named(cure), id);
});

test('the page says what was asked, what was answered and the cure, what has changed since the last report, and all of it in Chinese', () => {
  const report = reportSaying('the answer');
  const english = htmlReport(report);
  assert.match(english, /<dt>Request<\/dt><dd>The audit the answer\.<\/dd>/);
  assert.match(english, /<dt>Answer<\/dt><dd>the answer<\/dd>/);
  assert.match(english, /<dt>Cure<\/dt><dd>Refuse before anything else is done with the body\.<\/dd>/);
  assert.doesNotMatch(english, /<h2>Changes/);
  const changes = {
    since: '2025-12-01T00:00:00.000Z',
    verdicts: [{ id: 'unsigned', before: 'green', now: 'red' }],
  } as const;
  const changed = htmlReport(report, { changes });
  assert.match(changed, /Compared with the audit of 2025-12-01 00:00:00 UTC\./);
  assert.match(changed, /<code>unsigned<\/code><\/th><td class="green">held<\/td><td class="red">did not hold<\/td>/);
  assert.match(htmlReport(report, { changes: { ...changes, verdicts: [] } }), /No verdict has changed/);
  const chinese = htmlReport(report, { language: 'zh' });
  assert.match(chinese, /<html lang="zh">/);
  for (const text of chineseProbes.unsigned ?? [])
    assert.ok(chinese.includes(text), `the page in Chinese says ${text}`);
});
