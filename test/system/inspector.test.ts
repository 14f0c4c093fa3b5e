import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { openTab } from '../helpers/browser.ts';
import { alice, ether, randomHash, secret } from '../helpers/deposits.ts';
import { hostile, type Inspection, inspected } from '../helpers/inspected.ts';
import { policy } from '../helpers/receiver.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const wrongKey = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const paths = ['', 'callbacks', 'deposits', 'dead-letters', 'quarantine'];

function urlOf({ port }: Inspection, path = ''): string {
  return `http://127.0.0.1:${port}/inspector/${path}`;
}

test('a callback that arrives is shown without a reload, on the overview and in a filtered log', async (t) => {
  const inspection = await inspected(t);
  const { page, complaints } = await openTab(t);
  await page.goto(urlOf(inspection));
  await page.getByText('No callbacks yet').waitFor();
  await page.getByRole('status').getByText('Live').waitFor();
  await inspection.send();
  const [first] = inspection.outcomes;
  await page.locator(`a[href$="callbacks/${first?.id}"]`).waitFor();
  assert.equal(await page.getByText('No callbacks yet').count(), 0);

  await page.goto(urlOf(inspection, 'callbacks'));
  await page.getByLabel('Outcome').selectOption('Rejected');
  await page.getByRole('button', { name: 'Filter', exact: true }).click();
  await page.getByText('No callbacks match the filter').waitFor();
  await page.getByRole('status').getByText('Live').waitFor();
  await inspection.send();
  await inspection.send({}, { secret: wrongKey });
  await page.locator('tbody tr').getByText('SIGNATURE_INVALID').waitFor();
  assert.equal(await page.locator('tbody tr').count(), 1, 'what the filter leaves out does not arrive');

  await page.getByRole('button', { name: 'Pause' }).click();
  await inspection.send({}, { secret: wrongKey });
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.locator('tbody tr').nth(1).waitFor();
  assert.equal(await page.locator('tbody tr').count(), 2, 'what came meanwhile is caught up with');
  assert.deepEqual(complaints, []);
});

test('tiles, headline and badges change without a reload, on a page with a list and on one without', async (t) => {
  const inspection = await inspected(t, { receiver: { delivery: { attempts: 1 } } });
  const { callbacks } = inspection;
  callbacks.on('deposit', () => {
    throw new Error('the ledger is down');
  });
  const { page, context, complaints } = await openTab(t);
  const other = await context.newPage();
  await other.goto(urlOf(inspection, 'deposits'));
  await page.goto(urlOf(inspection));
  await page.getByRole('heading', { name: 'Nothing needs your attention' }).waitFor();
  await inspection.send();
  await page.getByRole('heading', { name: '1 item needs your attention' }).waitFor();
  await page.locator('.headline').getByRole('link', { name: '1 dead letter' }).waitFor();
  assert.equal(await page.locator('[data-tile=dead].is-dead .tile-count').textContent(), '1');
  await page.locator('nav [data-badge=deadLetters]').getByText('1').waitFor();
  await other.locator('nav [data-badge=deadLetters]').getByText('1').waitFor();
  assert.equal(await other.locator('nav [data-badge=quarantine]').isVisible(), false);
  await page.locator('.headline').getByRole('link', { name: '1 dead letter' }).click();
  await page.getByText('the ledger is down').waitFor();
  assert.deepEqual(complaints, []);
});

test("a deposit's timeline tells what each provider said and what was made of it, a reorg included", async (t) => {
  const inspection = await inspected(t, {
    receiver: { providers: [imtoken({ secrets: [secret] }), imtoken({ name: 'backup', secrets: [secret] })] },
  });
  const { clock } = inspection;
  const transfer = { hash: randomHash(), block: randomHash() };
  const say = async (sent: object, sending?: { path: string }): Promise<void> => {
    clock.advance(1_000);
    await inspection.send({ ...transfer, timestamp: new Date(clock.now()).toISOString(), ...sent }, sending);
  };
  await say({ type: 'deposit.pending', confirmations: 1 });
  await say({ confirmations: 20 });
  await say({ confirmations: 20 }, { path: '/backup' });
  await say({ type: 'deposit.reverted', confirmations: 0 });
  await say({ type: 'deposit.reverted', confirmations: 0 }, { path: '/backup' });

  const { page, complaints } = await openTab(t);
  await page.goto(urlOf(inspection, 'deposits'));
  await page.locator('tbody a.open').click();
  const entries = (await page.locator('.timeline .what > p').allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
  assert.deepEqual(entries, [
    'imtoken reported Mined',
    'Event created deposit.pending Handled',
    'Event handled deposit.pending',
    'imtoken reported Confirmed',
    'Event created deposit Handled',
    'Event handled deposit',
    'backup reported Confirmed',
    'imtoken reported Removed',
    'backup reported Removed',
    'Event created deposit.reverted Handled',
    'Event handled deposit.reverted',
  ]);
  await page.locator('.timeline a').first().click();
  await page.getByRole('heading', { name: 'Parsed content' }).waitFor();
  assert.match((await page.locator('pre').first().textContent()) ?? '', new RegExp(transfer.hash));
  assert.deepEqual(complaints, []);
});

test('with the keyboard alone, a dead letter is delivered again and a deposit is released', async (t) => {
  const inspection = await inspected(t, {
    receiver: {
      delivery: { attempts: 1 },
      policy: { ...policy, hold: ({ amount }) => (amount > 2_000_000n ? 'large' : undefined) },
    },
    inspector: { actions: true, actor: () => 'mei' },
  });
  const { callbacks, events, log } = inspection;
  let isDown = true;
  callbacks.on('deposit', () => {
    if (isDown) throw new Error('the ledger is down');
  });
  await inspection.send();
  await inspection.send({ amount: '3000000' });
  isDown = false;

  const { page, complaints } = await openTab(t);
  await page.goto(urlOf(inspection));
  await page.getByRole('heading', { name: '2 items need your attention' }).waitFor();
  await page.getByRole('link', { name: '1 dead letter' }).press('Enter');
  await page.getByText('the ledger is down').waitFor();
  await page.locator('td summary', { hasText: 'Redeliver' }).press('Enter');
  await page.keyboard.press('Escape');
  assert.equal(await page.locator('td').getByLabel('Reason').isVisible(), false);
  await page.keyboard.press('Enter');
  await page.locator('input[name=reason]:focus').waitFor();
  await page.keyboard.type('the ledger is up');
  await page.keyboard.press('Enter');
  await page.getByText('The event is due again.').waitFor();
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000', 'deposit 1500000']);

  await page.goto(urlOf(inspection, 'quarantine'));
  await page.locator('td summary', { hasText: 'Release' }).press('Enter');
  await page.locator('input[name=reason]:focus').waitFor();
  await page.keyboard.type('seen on chain');
  await page.keyboard.press('Enter');
  await page.getByText('The deposit is released.').waitFor();
  await page.getByText('seen on chain').waitFor();
  await callbacks.idle();
  assert.deepEqual(events.slice(2), ['deposit 3000000']);
  await page.goto(urlOf(inspection));
  await page.getByRole('heading', { name: 'Nothing needs your attention' }).waitFor();
  const acted = log.lines.filter(({ message }) => message.includes('through the inspector'));
  assert.deepEqual(
    acted.map(({ fields }) => [fields.action, fields.actor, fields.reason]),
    [
      ['redeliver', 'mei', 'the ledger is up'],
      ['release', 'mei', 'seen on chain'],
    ],
  );
  assert.deepEqual(complaints, []);
});

test('without authorisation there is nothing, and a page of another origin cannot act', async (t) => {
  let isAllowed = false;
  const inspection = await inspected(t, {
    receiver: { policy: { ...policy, hold: () => 'large' } },
    inspector: { actions: true, authorize: () => isAllowed },
  });
  await inspection.send();
  const { page } = await openTab(t);
  const refused = await page.goto(urlOf(inspection, 'deposits'));
  assert.equal(refused?.status(), 403);
  assert.match((await page.locator('body').textContent()) ?? '', /Not allowed/);
  assert.equal(await page.locator('nav, table, form').count(), 0);

  isAllowed = true;
  await page.goto(urlOf(inspection, 'quarantine'));
  const form = await page
    .locator('form[action$="actions/release"]')
    .first()
    .evaluate((one: { outerHTML: string }) => one.outerHTML);
  // Another port is another origin, though the same site: the cookie goes with it, and the token is stolen here.
  const evil = await inspected(t, {
    prepare: (app) => {
      app.get('/evil', (_req, res) => {
        const action = urlOf(inspection, 'actions/release');
        res.type('html').send(form.replace(/action="[^"]*"/, `action="${action}"`).replace(/<\/?details[^>]*>/g, ''));
      });
    },
  });
  await page.goto(`http://127.0.0.1:${evil.port}/evil`);
  await page.locator('input[name=reason]').fill('because');
  const [answered] = await Promise.all([page.waitForResponse(/actions\/release/), page.locator('button').click()]);
  assert.equal(answered.status(), 403);
  assert.equal((await inspection.callbacks.store.counts()).deposits.quarantined, 1);
});

test('hostile text in every field is shown as text, by the server and by the live list', async (t) => {
  const inspection = await inspected(t, {
    receiver: { policy: { ...policy, assets: 'any', isOurs: () => true }, delivery: { attempts: 1 } },
    inspector: { actions: true, actor: () => hostile.join(' ') },
  });
  const { callbacks, clock } = inspection;
  const { page, complaints } = await openTab(t);
  await page.goto(urlOf(inspection, 'callbacks'));
  await page.getByRole('status').getByText('Live').waitFor();
  callbacks.on('deposit', () => {
    throw new Error(hostile.join(' '));
  });
  for (const text of hostile) {
    clock.advance(1_000);
    await inspection.sendBody({
      type: 'deposit.confirmed',
      timestamp: '2026-01-01T00:00:00Z',
      data: {
        network: 'eip155:1',
        asset: ether,
        symbol: text.slice(0, 30),
        amount: '1',
        to: alice,
        from: text,
        memo: text,
        status: 'success',
        confirmations: 200,
        transaction: { hash: randomHash(), position: 'native', block: { hash: randomHash() } },
      },
    });
    await inspection.sendBody(JSON.stringify({ type: text, [text]: text }), { id: text.replace(/[^\x21-\x7e]/g, '') });
  }
  await page
    .locator('tbody tr')
    .nth(2 * hostile.length - 1)
    .waitFor();

  // What a store may hold that no provider's check let in, and what only the news tell: straight to the inspector.
  const record = { ...inspection.outcomes[0], receivedAt: clock.now() } as (typeof inspection.outcomes)[number];
  const all = hostile.join(' ');
  await callbacks.store.log([
    {
      ...record,
      id: `cb_ff${all}`,
      provider: all,
      remoteAddress: all,
      method: all,
      url: all,
      headers: { [all]: all },
      deliveryId: all,
      keyId: all,
      bodyHash: all,
      code: all,
    },
  ]);
  const deposits = await callbacks.store.deposits({ limit: 100 });
  const records = await callbacks.store.callbacks({ limit: 100 });
  const details = [
    ...deposits.map(({ id }) => `deposits/${id}`),
    ...records.map(({ id }) => `callbacks/${encodeURIComponent(id)}`),
    ...hostile.map((text) => `callbacks?code=${encodeURIComponent(text)}&provider=${encodeURIComponent(text)}`),
    ...hostile.map((text) => `find?q=${encodeURIComponent(text)}`),
  ];
  const elements = new Set<string>();
  for (const path of [...paths, ...details]) {
    await page.goto(urlOf(inspection, path));
    const state = await page.evaluate(readPage);
    assert.equal(state.hacked, false, path);
    for (const name of state.elements) elements.add(name);
  }
  assert.equal(elements.has('img') || elements.has('iframe') || elements.has('textarea'), false);
  await page.goto(urlOf(inspection, `callbacks/${encodeURIComponent(`cb_ff${all}`)}`));
  const shown = (await page.locator('main').textContent()) ?? '';
  for (const text of hostile.slice(0, 7)) assert.ok(shown.includes(text), text);
  assert.ok(shown.includes('\\u{202e}gnp.exe'), 'what turns the direction of text is written out');
  assert.deepEqual(complaints, []);
});

/** Runs in the page. */
function readPage(): { hacked: boolean; elements: string[] } {
  const { document, hacked } = globalThis as unknown as {
    document: { querySelectorAll(selector: string): Iterable<{ localName: string }> };
    hacked?: unknown;
  };
  return { hacked: hacked !== undefined, elements: [...document.querySelectorAll('*')].map((one) => one.localName) };
}

test('without JavaScript everything can be read, filtered and done', async (t) => {
  const inspection = await inspected(t, {
    receiver: { policy: { ...policy, hold: () => 'large' } },
    inspector: { actions: true },
  });
  await inspection.send();
  const { page, complaints } = await openTab(t, { javaScriptEnabled: false });
  for (const path of paths) assert.equal((await page.goto(urlOf(inspection, path)))?.status(), 200);
  assert.equal(await page.locator('.live-bar').count(), 0, 'no live list is spoken of on the last page');
  await page.locator('td summary', { hasText: 'Release' }).click();
  await page.locator('form[action$="actions/release"] input[name=reason]').fill('seen on chain');
  await page.locator('form[action$="actions/release"] button').click();
  await page.getByText('The deposit is released.').waitFor();
  assert.deepEqual(complaints, []);
});

test('axe finds nothing serious on any page, light and dark, wide and narrow, in English and Chinese', async (t) => {
  const inspection = await inspected(t, {
    receiver: {
      delivery: { attempts: 1 },
      sources: ['127.0.0.1'],
      quarantineUnverified: true,
      policy: { ...policy, hold: ({ amount }) => (amount > 2_000_000n ? 'large' : undefined) },
    },
    inspector: { actions: true },
  });
  const { callbacks, send } = inspection;
  const { page: empty } = await openTab(t, { bypassCSP: true });
  for (const path of paths) await expectAccessible(empty, urlOf(inspection, path));
  callbacks.on('deposit', ({ amount }) => {
    if (amount === 1_600_000n) throw new Error('the ledger is down');
  });
  await callbacks.store.moveCursor({
    ...{ id: 'eip155:1', version: 0, network: 'eip155:1', block: { number: 21_000_000n }, target: 21_000_900n },
    ...{ movedAt: Date.now(), behindSince: Date.now(), trouble: { code: 'BLOCK_UNAVAILABLE', since: Date.now() } },
  });
  await send();
  await send({ amount: '1600000' });
  await send({ amount: '3000000' });
  await send({ to: '0x52908400098527886E0F7030069857D2E4169EE7' });
  await send({ confirmations: 1, type: 'deposit.pending' });
  await send({}, { secret: wrongKey });
  await inspection.sendBody('{"type":');
  const deposits = await callbacks.store.deposits({ limit: 10 });
  const details = [
    ...deposits.map(({ id }) => `deposits/${id}`),
    ...inspection.outcomes.map(({ id }) => `callbacks/${id}`),
    'deposits?network=none',
    'nothing',
  ];
  const looks = [
    { colorScheme: 'light', viewport: { width: 1280, height: 800 }, locale: 'en-US' },
    { colorScheme: 'dark', viewport: { width: 390, height: 844 }, locale: 'zh-CN' },
  ] as const;
  for (const look of looks) {
    // The policy is lifted for axe alone: its source is no script of ours.
    const { page } = await openTab(t, { ...look, bypassCSP: true });
    for (const path of [...paths, ...details]) {
      await expectAccessible(page, urlOf(inspection, path));
      const isWide = await page.evaluate('document.documentElement.scrollWidth > innerWidth');
      assert.equal(isWide, false, `${path} scrolls sideways at ${look.viewport.width}`);
    }
  }
});

async function expectAccessible(page: Page, url: string): Promise<void> {
  await page.goto(url);
  for (const summary of await page.locator('details:not(.act) > summary').all()) await summary.click();
  const [form] = await page.locator('details.act > summary').all();
  await form?.click();
  await page.evaluate(axeSource);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  const serious = violations.filter(({ impact }) => impact !== 'minor');
  assert.deepEqual(
    serious.map(({ id, impact, nodes }) => ({
      id,
      impact,
      nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    })),
    [],
    url,
  );
}
