import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { htmlReport } from '../../lib/audit/html-report.ts';
import { probes } from '../../lib/audit/probes/index.ts';
import { reportSaying } from '../helpers/audit-report.ts';

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
