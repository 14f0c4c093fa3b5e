import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import type { Page } from 'playwright-core';
import decodeQR from 'qr/decode.js';
import { openExchange } from '../../example-app/exchange.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { axeFindings } from '../helpers/axe.ts';
import { openTab } from '../helpers/browser.ts';
import { callbackBody, ether, secret, signed } from '../helpers/deposits.ts';
import { lookAtAll, see } from '../helpers/looks.ts';
import { readAll, send, serve } from '../helpers/serve.ts';
import { walk } from '../helpers/walk.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';

/** `npm start`, with an environment that says nothing but where to listen; its address. */
async function start(
  t: TestContext,
  args: readonly string[] = [],
  more: NodeJS.ProcessEnv = {},
): Promise<{ url: string; said: string[]; end: () => Promise<void> }> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['--import', 'tsx', 'example-app/server.ts', ...args], {
    env: { PATH, HOME, PORT: '0', ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => stop(child));
  const said: string[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      said.push(line);
      const found = /^Example exchange: (\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`The example ended with ${code}: ${said.join('\n')}`)));
  });
  return { url, said, end: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  if (child.exitCode === null) await once(child, 'exit');
}

async function lookAt(page: Page, name: string): Promise<void> {
  // What is still fading in has no contrast yet.
  await page.evaluate('Promise.all(document.getAnimations().map((one) => one.finished.catch(() => {})))');
  assert.deepEqual(await axeFindings(page), [], name);
  await see(page, name);
}

/** The picture at the top of the README: UPDATE_PICTURE=1 makes it anew. */
async function picture(page: Page): Promise<void> {
  await page.locator('.brand').focus();
  await page.evaluate('document.activeElement.blur()');
  const box = await page.locator('section', { has: page.locator('#way') }).boundingBox();
  assert.ok(box, 'the way of the callback is there');
  const height = Math.ceil(box.y + box.height + 12);
  assert.ok(height < 800, `the picture is ${height} px high`);
  const made = await page.screenshot({
    fullPage: true,
    clip: { x: 0, y: 0, width: 1280, height },
    animations: 'disabled',
  });
  if (process.env.UPDATE_PICTURE) await writeFile('docs/example-exchange.png', made);
  const kept = await readFile('docs/example-exchange.png');
  assert.ok(kept.length < 150_000, `the picture has ${kept.length} bytes`);
  assert.equal(kept.readUInt32BE(16), 1280, 'the picture is as wide as the page: make it anew');
}

const balance = (page: Page, asset: string): ReturnType<Page['locator']> =>
  page.locator('.balance', { has: page.getByText(asset, { exact: true }) }).locator('b');

test('npm start shows an address, and a button that pays it on a local chain: the balance changes by itself', async (t) => {
  const { url, said } = await start(t);
  const { page, complaints } = await openTab(t, { viewport: { width: 1280, height: 900 } });
  await page.goto(url);
  await lookAt(page, 'example-before');
  assert.equal(await readCode(page), alice);
  assert.equal(await balance(page, 'ETH').textContent(), '0');

  await page.getByRole('button', { name: 'Pay' }).press('Enter');
  await page.getByText('0.25 ETH on its way').waitFor();
  await page.getByText(/Waits: \d+ of 12 confirmations/).waitFor();
  await lookAt(page, 'example-pending');
  await balance(page, 'ETH').filter({ hasText: '0.25' }).waitFor();
  await page.locator('.step.is-credited').getByText('+0.25 ETH').waitFor();
  assert.equal(await page.locator('.step.is-passed').count(), 6, 'the wallet and all five links');
  assert.deepEqual(said.at(-1), `Credited: 250000000000000000 of eip155:1/slip44:60 to alice`);
  await lookAt(page, 'example-credited');
  await picture(page);

  for (const [trick, told, stopped] of tricks) {
    await page.getByRole('button', { name: trick }).click();
    await page.locator(`.steps .is-${stopped}`).getByText(told).waitFor();
    assert.equal(await balance(page, 'ETH').textContent(), '0.25', trick);
  }
  await lookAt(page, 'example-tricks');

  await page.getByRole('link', { name: 'Inspector' }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
  assert.equal(new URL(page.url()).pathname, '/inspector/');
  assert.deepEqual(complaints, []);
});

test('without a chain the page works too, in both languages, light and dark, wide and narrow, by keyboard alone', async (t) => {
  const { url } = await start(t, ['--signed']);
  for (const { width, colorScheme, locale } of looks) {
    const { page, complaints } = await openTab(t, {
      ...{ colorScheme, locale },
      viewport: { width, height: width === 390 ? 844 : 900 },
    });
    await page.goto(url);
    assert.equal(await page.locator('html').getAttribute('lang'), locale.slice(0, 2));
    await page.locator('#amount').fill('0');
    await page.locator('#amount').press('Enter');
    await page.locator('.wrong').filter({ hasText: /18/ }).waitFor();
    const name = `example-signed-${width}-${colorScheme}-${locale.slice(0, 2)}`;
    await lookAt(page, `${name}-wrong`);
    const before = Number(await balance(page, 'ETH').textContent());
    await page.locator('#amount').fill('1.5');
    await page.locator('#amount').press('Enter');
    await page.locator('.badge.is-pending').waitFor();
    await lookAt(page, `${name}-pending`);
    await balance(page, 'ETH')
      .filter({ hasText: String(before + 1.5) })
      .waitFor();
    await page.locator('#tricks button[value=tampered]').click();
    await page.locator('.steps .is-refused').waitFor();
    await lookAt(page, name);
    assert.deepEqual(await walk(page), [], name);
    // The refusal that was meant.
    assert.deepEqual(
      complaints.filter((one) => !one.includes('422')),
      [],
      name,
    );
    await page.close();
  }
});

test('with 0, 5 and 500 callbacks behind it the page stays whole, for a customer with deposits and for one without', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-example-'));
  t.after(() => rm(directory, { recursive: true }));
  const path = join(directory, 'exchange.db');
  for (const count of [0, 5, 500]) {
    const { app, callbacks } = await openExchange({ path, providers: [imtoken({ secrets: [secret] })] });
    await receive(await serve(t, app), count);
    await callbacks.close();
    const { url, end } = await start(t, ['--signed'], { DATABASE: path, CALLBACK_SECRET: secret });
    const pages = new Map([
      ['alice', url],
      ['bob', `${url}?as=bob`],
    ]);
    await lookAtAll(t, { name: `example-${count}`, home: url, pages: () => pages });
    await end();
  }
});

/** Callbacks of all that the exchange lists on Ethereum, for alice, one of them with an amount as long as any. */
async function receive(port: number, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const worth = index % 3 === 0 ? { asset: ether, position: 'native', amount: '1234567890123456789012345678' } : {};
    const { headers, body } = signed(callbackBody(worth));
    const { status } = await send(port, { path: '/callbacks/imtoken', headers, body });
    assert.equal(status, 200);
  }
}

test('a reader chooses language and theme, which stay', async (t) => {
  const { url } = await start(t, ['--signed']);
  const { page } = await openTab(t, { colorScheme: 'light', viewport: { width: 1280, height: 900 } });
  await page.goto(url);
  await page.getByRole('link', { name: 'Dark' }).click();
  await page.locator('html[data-theme=dark]').waitFor();
  await page.locator('header a[hreflang=zh]').click();
  await page.locator('html[lang=zh][data-theme=dark]').waitFor();
  await page.goto(`${url}?as=carol`);
  await page.locator('html[lang=zh][data-theme=dark]').waitFor();
  assert.equal(await readCode(page), 'TJG7iciLGjsib9qhe6U6F7M2vxYJuDjWNM');
});

test('a page of another site presses no button here, and another name of this machine sees no inspector', async (t) => {
  const { url } = await start(t, ['--signed']);
  const { port } = new URL(url);
  const form = { method: 'POST', path: '/pay', body: 'amount=1' };
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const foreign = await send(Number(port), { ...form, headers: { ...headers, 'sec-fetch-site': 'cross-site' } });
  assert.equal(foreign.status, 403);
  const own = await send(Number(port), { ...form, headers: { ...headers, 'sec-fetch-site': 'same-origin' } });
  assert.equal(own.status, 303);
  const inspector = { method: 'GET', path: '/inspector/' };
  assert.equal((await send(Number(port), inspector)).status, 200);
  assert.equal((await send(Number(port), { ...inspector, headers: { host: 'rebound.example' } })).status, 403);
  assert.equal((await send(Number(port), { ...inspector, headers: { 'x-forwarded-for': '203.0.113.9' } })).status, 403);
});

test('what hinders a start is said in a line, and nothing is left behind', async (t) => {
  const { url } = await start(t, ['--signed']);
  const { port } = new URL(url);
  const run = async (args: readonly string[], env: NodeJS.ProcessEnv): Promise<{ code: number; err: string }> => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'example-app/server.ts', ...args], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [err, [code]] = await Promise.all([readAll(child.stderr), once(child, 'close') as Promise<[number]>]);
    return { code, err };
  };
  const temporary = await mkdtemp(join(tmpdir(), 'deposit-callback-example-test-'));
  t.after(() => rm(temporary, { recursive: true }));
  const taken = await run([], { PORT: port, TMPDIR: temporary });
  assert.deepEqual(taken, { code: 2, err: `Port ${port} is in use: PORT=0 npm start takes a free one\n` });
  assert.deepEqual(
    (await readdir(temporary)).filter((name) => name.startsWith('deposit-callback')),
    [],
  );
  const unknown = await run(['--singed'], {});
  assert.equal(unknown.code, 2);
  assert.match(unknown.err, /^Unknown option '--singed'.*\n\nUsage: npm start/);
});

const looks = [1280, 390].flatMap((width) =>
  (['light', 'dark'] as const).flatMap((colorScheme) =>
    (['en-US', 'zh-CN'] as const).map((locale) => ({ width, colorScheme, locale })),
  ),
);

/** What is tried, what the link says, and whether it refuses it or lets it through without any money. */
const tricks = [
  ['Send it again', 'Already known', 'held'],
  ['Change the amount', 'It does not match these bytes', 'refused'],
  ['Sign with another key', 'It does not match these bytes', 'refused'],
  ['Sign it an hour ago', 'Signed too long ago', 'refused'],
  ['Send from elsewhere', 'This sender is not on the list', 'refused'],
  ['Lie with the right key', 'Our own node says otherwise', 'held'],
] as const;

/** What a phone reads of the code on the screen. */
async function readCode(page: Page): Promise<string> {
  const { width, height, data } = (await page.evaluate(`(async () => {
    const image = new Image();
    image.src = 'data:image/svg+xml,' + encodeURIComponent(document.querySelector('.qr svg').outerHTML);
    await image.decode();
    const canvas = Object.assign(document.createElement('canvas'), { width: 330, height: 330 });
    const context = canvas.getContext('2d');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, 330, 330);
    context.drawImage(image, 0, 0, 330, 330);
    return { width: 330, height: 330, data: [...context.getImageData(0, 0, 330, 330).data] };
  })()`)) as { width: number; height: number; data: number[] };
  return decodeQR({ width, height, data: Uint8Array.from(data) });
}
