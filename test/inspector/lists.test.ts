import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkResults } from '../../lib/deposits/codes.ts';
import { chineseCodes } from '../../lib/inspector/words/chinese-codes.ts';
import { englishCodes } from '../../lib/inspector/words/english-codes.ts';
import { type KnownCode, placeOfRule } from '../../lib/inspector/words/known-codes.ts';
import { chineseAlarms } from '../../lib/observe/chinese-alarms.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { alice, bob, ether, secret, usdt } from '../helpers/deposits.ts';
import { inspected } from '../helpers/inspected.ts';

const stranger = '0x52908400098527886E0F7030069857D2E4169EE7';
const policy = {
  assets: [
    { asset: usdt, decimals: 6 },
    { asset: ether, decimals: 18 },
  ],
  accounts: new Map([
    [alice, 'customer-4711'],
    [bob, 'customer-4712'],
  ]),
};

/** The text of a row as a person reads it, by the id of its callback or deposit. */
function rowOf(page: string, id: string | undefined): string {
  const row = page.split('<tr').find((one) => one.includes(`/${id}"`)) ?? '';
  return row
    .replace(/^[^>]*>/, '')
    .replace(/<wbr>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

test('a row of a callback says amount, symbol, network by name, recipient, customer, transaction, provider and age', async (t) => {
  const { get, send, outcomes, clock } = await inspected(t, { receiver: { policy } });
  const hash = `0x${'ab'.repeat(32)}`;
  await send({ asset: ether, amount: '1234567890123456789012', to: bob, position: 'native', hash });
  clock.advance(300_000);
  const { text } = await get('/callbacks');
  assert.equal(
    rowOf(text, outcomes[0]?.id),
    '5 min ago 2026-01-01 00:00:00 Recorded 1,234.567890123456789012 ETH Ethereum 0xfB69160\u2026c5d359 customer-4712 0xabababa\u2026ababab imtoken',
  );
  for (const whole of [bob, hash]) assert.ok(text.includes(`data-copy="${whole}"`), `${whole} can be copied whole`);
  assert.ok(text.includes(`title="${bob}"`), 'the whole address is the hint');
  const chinese = await get('/callbacks', { 'accept-language': 'zh' });
  assert.match(rowOf(chinese.text, outcomes[0]?.id), /5 \u5206\u949f\u524d/);
});

test('a transfer that was ignored or could not be taken is read from the body that was kept', async (t) => {
  const { get, send, sendBody, outcomes } = await inspected(t, { receiver: { policy } });
  await send({ to: stranger, amount: '2500000' });
  await send({ to: alice.replace('5aAeb', '5AAeb'), amount: '3500000' });
  await sendBody('{"type":');
  const { text } = await get('/callbacks');
  const [ignored, malformed, unreadable] = outcomes.map(({ id }) => rowOf(text, id));
  assert.match(ignored ?? '', /Ignored NOT_OURS Paid to an account that is not ours 2\.5 USDT Ethereum 0x5290840/);
  assert.match(malformed ?? '', /ADDRESS_MALFORMED The address is broken.* 3\.5 USDT Ethereum 0x5AAeb60/);
  const page = (await get(`/callbacks/${outcomes[0]?.id}`)).text.replace(/<wbr>/g, '');
  assert.match(page, /<dt>Amount<\/dt><dd><span class="amount">2\.5 /, 'beside the raw body');
  assert.match(page, new RegExp(`<dt>Recipient</dt><dd><bdi><code data-copy="${stranger}"`));
  assert.match(unreadable ?? '', /BODY_UNREADABLE Authentic, but not in the form that is expected cb_/);
});

test('a confirmed deposit that no listener took reads as not credited, and its page redelivers it', async (t) => {
  const { get, send, callbacks } = await inspected(t, {
    receiver: { policy, delivery: { attempts: 1 } },
    inspector: { actions: true },
  });
  callbacks.on('deposit', () => {
    throw new Error('the ledger is down');
  });
  await send();
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  const list = await get('/deposits');
  assert.match(rowOf(list.text, deposit?.id), /^just now 2026-01-01 00:00:00 Confirmed, not credited 1\.5 USDT/);
  assert.doesNotMatch(list.text, /is-confirmed"/, 'nothing of it is green');
  const page = await get(`/deposits/${deposit?.id}`);
  assert.match(page.text, /Confirmed, not credited/);
  assert.match(page.text, /actions\/redeliver/);
});

test('the reason of a hold stands in its row', async (t) => {
  const { get, send, callbacks } = await inspected(t, {
    receiver: { policy: { ...policy, hold: () => 'more than the desk may credit alone' } },
  });
  await send();
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  assert.match(rowOf((await get('/deposits')).text, deposit?.id), /HELD more than the desk may credit alone/);
});

test('alarms of one code and provider are one row that says how many', async (t) => {
  const { get, sendBody, clock } = await inspected(t, { receiver: { policy } });
  for (let count = 0; count < 3; count += 1) {
    await sendBody('{"type":');
    clock.advance(60_000);
  }
  const { text } = await get('/');
  const alarms = text.slice(text.indexOf('<h2>Alarms'));
  assert.equal(alarms.split('BODY_UNREADABLE').length - 1, 1);
  assert.match(alarms, /<div>3<\/div>/);
  assert.match(alarms, /1 min ago|60 s ago/);
  const { text: chinese } = await get('/', { 'accept-language': 'zh' });
  const [means, cure] = chineseAlarms.BODY_UNREADABLE;
  assert.ok(chinese.includes(`${means}\u3002${cure}`), 'in Chinese an alarm says what its code means and what to do');
});

test('transfersIn reads a stored callback again and records nothing', async (t) => {
  const { callbacks, send, outcomes } = await inspected(t, {
    receiver: { policy, providers: [imtoken({ secrets: [secret] })] },
  });
  await send({ to: stranger });
  const before = await callbacks.store.counts();
  const [transfer, ...others] = await callbacks.transfersIn(outcomes[0]?.id ?? '');
  assert.deepEqual(others, []);
  assert.deepEqual(
    { ...transfer, transactionId: undefined },
    {
      network: 'eip155:1',
      asset: usdt.toLowerCase(),
      decimals: 6,
      amount: 1_500_000n,
      to: stranger,
      transactionId: undefined,
    },
  );
  assert.deepEqual(await callbacks.transfersIn('cb_none'), []);
  assert.deepEqual(await callbacks.store.counts(), before);
});

test('each code has a sentence and a cure in both languages, and the documentation has its rule where the page says', () => {
  for (const [code, [means, cure]] of Object.entries(englishCodes)) {
    const [zhMeans = '', zhCure = ''] = chineseCodes[code as KnownCode];
    assert.ok(means.length > 5 && /\.$/.test(cure) && !/\.$/.test(means), `${code} in English`);
    assert.ok(/\p{Script=Han}/u.test(zhMeans) && /\p{Script=Han}.*\u3002$/u.test(zhCure), `${code} in Chinese`);
    const [file = '', anchor = ''] = placeOfRule(code as KnownCode).split('#');
    const heading = (line: string): string =>
      line.replace(/^#+ /, '').toLowerCase().replaceAll('`', '').replaceAll(' ', '-');
    const lines = readFileSync(`docs/${file}`, 'utf8').split('\n');
    const start = lines.findIndex((line) => /^#/.test(line) && heading(line) === anchor);
    assert.ok(start >= 0, `docs/${file} has no heading ${anchor} for ${code}`);
    if (!Object.hasOwn(checkResults, code)) continue;
    const length = lines.slice(start + 1).findIndex((line) => /^#/.test(line));
    assert.match(lines.slice(start, start + 1 + length).join('\n'), new RegExp(`\`${code}\``), code);
  }
});
