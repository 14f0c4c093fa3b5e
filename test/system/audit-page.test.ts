import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { htmlReport } from '../../lib/audit/html-report.ts';
import type { AuditReport } from '../../lib/audit/run-probes.ts';
import { auditApp, reading } from '../audit/broken-app.ts';
import { axeFindings } from '../helpers/axe.ts';
import { lookAtAll } from '../helpers/looks.ts';
import { walk } from '../helpers/walk.ts';

/** A folder for the prints, for whoever wants to look at them. */
const folder = process.env.SCREENSHOTS;

test('the report of an audit can be read in both languages, light, dark and printed, wide and narrow', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-report-'));
  t.after(() => rm(directory, { recursive: true }));
  const broken = await auditApp(t, { bare: true, provider: reading((transfer) => ({ ...transfer, evidence: {} })) });
  assert.ok(broken.counts.red > 3, `${broken.counts.red} probes are red`);
  const sound = await auditApp(t, {});
  assert.equal(sound.counts.red, 0);
  const changes = {
    since: broken.startedAt,
    verdicts: broken.probes
      .filter(({ verdict }) => verdict === 'red')
      .map(({ id }) => ({ id, before: 'red' as const, now: 'green' as const })),
  };
  const shown: [string, AuditReport, Parameters<typeof htmlReport>[1]?][] = [
    ['broken', broken],
    ['sound', sound, { changes }],
  ];
  const addresses = { en: new Map<string, string>(), zh: new Map<string, string>() };
  for (const [name, report, options] of shown) {
    for (const language of ['en', 'zh'] as const) {
      const file = join(directory, `${name}-${language}.html`);
      await writeFile(file, htmlReport(report, { ...options, language }));
      addresses[language].set(name, pathToFileURL(file).href);
    }
  }
  const check = async (page: Page, where: string): Promise<void> => {
    assert.deepEqual(await axeFindings(page), [], where);
    const [, report] = shown.find(([name]) => where.endsWith(name)) ?? [];
    assert.equal(await page.locator('li').count(), report?.probes.length, `${where}: each probe once`);
    if (where.includes('dark')) return;
    assert.deepEqual(await walk(page), [], where);
    if (where.includes('390')) return;
    const printed = await page.pdf({ format: 'A4' });
    assert.ok(printed.length > 20_000, `${where}: an empty print`);
    if (folder !== undefined) await writeFile(join(folder, `${where}.pdf`), printed);
  };
  // A report has each probe with its request and answer: it is read as a document.
  const mostHeight = 60_000;
  assert.deepEqual(
    await lookAtAll(t, { name: 'audit', pages: (language) => addresses[language], mostHeight, check }),
    [],
  );
});
