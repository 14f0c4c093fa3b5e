import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { htmlReport } from '../../lib/audit/html-report.ts';
import type { AuditReport } from '../../lib/audit/run-probes.ts';
import { auditApp, reading } from '../audit/broken-app.ts';
import { axeFindings } from '../helpers/axe.ts';
import { openTab } from '../helpers/browser.ts';
import { layoutFaults } from '../helpers/layout-faults.ts';
import { walk } from '../helpers/walk.ts';

/** A folder for the pictures, for whoever wants to look at them. */
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
  for (const width of [1280, 390]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, complaints } = await openTab(t, { colorScheme, viewport: { width, height: 900 } });
      for (const [name, report, options] of shown) {
        for (const language of ['en', 'zh'] as const) {
          const where = `audit-${name}-${width}-${colorScheme}-${language}`;
          const file = join(directory, `${where}.html`);
          await writeFile(file, htmlReport(report, { ...options, language }));
          await page.goto(pathToFileURL(file).href);
          assert.deepEqual(await layoutFaults(page), [], where);
          assert.deepEqual(await axeFindings(page), [], where);
          assert.deepEqual(await walk(page), [], where);
          const { probes } = report;
          assert.equal(await page.locator('li').count(), probes.length, `${where}: each probe once`);
          const picture = await page.screenshot({ fullPage: true });
          assert.ok(picture.length > 50_000, `${where}: an empty picture`);
          if (folder !== undefined) await keep(`${where}.png`, picture);
          if (width === 1280) {
            const printed = await page.pdf({ format: 'A4' });
            assert.ok(printed.length > 20_000, `${where}: an empty print`);
            if (folder !== undefined) await keep(`${where}.pdf`, printed);
          }
        }
      }
      assert.deepEqual(complaints, []);
      await page.close();
    }
  }
});

async function keep(name: string, bytes: Buffer): Promise<void> {
  await mkdir(folder ?? '', { recursive: true });
  await writeFile(join(folder ?? '', name), bytes);
}
