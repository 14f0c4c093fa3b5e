import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

export interface Tab {
  page: Page;
  context: BrowserContext;
  /** What the console said, errors of scripts and refused loads: empty when all is well. */
  complaints: string[];
}

const executables = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser'];

/** Debian's Chromium, with a profile of its own that goes with the test. */
export async function openTab(t: TestContext, options: BrowserContextOptions = {}): Promise<Tab> {
  const executablePath = executables.find((path) => path !== undefined && existsSync(path));
  if (executablePath === undefined) throw new Error('Chromium is missing: apt-get install chromium, or set CHROMIUM');
  const profile = await mkdtemp(join(tmpdir(), 'deposit-callback-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath,
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    ...options,
  });
  t.after(async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  });
  const page = await context.newPage();
  return { page, context, complaints: watch(page) };
}

/** Also a violation of the Content-Security-Policy is told by the console, as an error. */
function watch(page: Page): string[] {
  const complaints: string[] = [];
  page.on('console', (said) => {
    if (said.type() === 'error' || said.type() === 'warning') complaints.push(`${said.type()}: ${said.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`script: ${error.message}`));
  page.on('requestfailed', (request) => {
    const why = request.failure()?.errorText ?? '';
    // What a page still loads when it is left, a live list for one.
    if (why !== 'net::ERR_ABORTED') complaints.push(`${request.url()} ${why}`);
  });
  return complaints;
}
