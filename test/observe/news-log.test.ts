import assert from 'node:assert/strict';
import { test } from 'node:test';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { alarmText } from '../../lib/observe/alarm-text.ts';
import { createNews, type News } from '../../lib/observe/news.ts';
import { logNews } from '../../lib/observe/news-log.ts';
import type { Notices } from '../../lib/observe/notices.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { type FixedClock, fixedClock } from '../../lib/testing/fixed-clock.ts';
import { callbackRecord } from '../helpers/callback-record.ts';
import { secret } from '../helpers/deposits.ts';
import { owe } from '../helpers/events.ts';
import { policy, receiver } from '../helpers/receiver.ts';
import { keepLog } from '../helpers/serve.ts';

function logged(): { news: News; log: ReturnType<typeof keepLog>; newsLog: Notices; clock: FixedClock } {
  const log = keepLog();
  const news = createNews(log);
  const clock = fixedClock();
  return { news, log, clock, newsLog: logNews(news, log, clock.now) };
}

test('an alarm is one line for a chat: in Chinese what its code means comes before the message', () => {
  const alarm = { code: 'NO_LISTENER', message: 'nothing listens to deposit' } as const;
  assert.equal(alarmText(alarm), 'NO_LISTENER: nothing listens to deposit');
  assert.match(alarmText(alarm, { language: 'zh' }), /^NO_LISTENER\uff1a.+\u3002.+\u3002 nothing listens to deposit$/);
});

test('an alarm is written at warn, with its code and the command that shows more', () => {
  const { news, log, newsLog } = logged();
  news.tell('alarm', { code: 'BODY_UNREADABLE', message: 'unreadable', provider: 'imtoken', callbackId: 'cb_1' });
  newsLog.close();
  assert.deepEqual(log.lines, [
    {
      level: 'warn',
      fields: {
        code: 'BODY_UNREADABLE',
        provider: 'imtoken',
        callbackId: 'cb_1',
        command: 'npx deposit-callback show cb_1',
      },
      message: 'BODY_UNREADABLE: unreadable',
    },
  ]);
});

test('ten thousand of one cause are two lines within a minute, the second with their number', () => {
  const { news, log, newsLog, clock } = logged();
  for (let i = 0; i < 10_000; i += 1) news.tell('alarm', { code: 'NO_LISTENER', message: `event ${i}` });
  assert.equal(log.lines.length, 1);
  clock.advance(60_000);
  newsLog.flush();
  assert.equal(log.lines.length, 2);
  assert.equal(log.lines[1]?.fields.count, 9_999);
  assert.match(log.lines[1]?.message ?? '', /event 9999 \(9999 times since the last line/);
});

test('a cause that goes on is told ever more rarely, up to once an hour, and none is left uncounted', () => {
  const { news, log, newsLog, clock } = logged();
  let told = 0;
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    news.tell('alarm', { code: 'NO_LISTENER', message: 'owed' });
    told += 1;
    clock.advance(60_000);
    newsLog.flush();
  }
  newsLog.close();
  assert.ok(log.lines.length > 24 && log.lines.length < 35, `${log.lines.length} lines a day`);
  const counted = log.lines.reduce((sum, { fields }) => sum + Number(fields.count ?? 1), 0);
  assert.equal(counted, told);
});

test('another code, provider or network is another cause', () => {
  const { news, log } = logged();
  news.tell('alarm', { code: 'PROVIDER_NOTICE', message: 'a', provider: 'one' });
  news.tell('alarm', { code: 'PROVIDER_NOTICE', message: 'b', provider: 'two' });
  news.tell('alarm', { code: 'CHAIN_UNAVAILABLE', message: 'c', network: 'eip155:1' });
  news.tell('alarm', { code: 'CHAIN_UNAVAILABLE', message: 'd', network: 'eip155:56' });
  news.tell('silence', { provider: 'one', sinceMs: 60_000 });
  assert.equal(log.lines.length, 5);
});

test('a callback with nothing readable to name is told by its code', () => {
  const { news, log } = logged();
  news.tell(
    'quarantined',
    callbackRecord({
      id: 'cb_7',
      outcome: 'quarantined',
      code: 'ADDRESS_MALFORMED',
      transfers: [{ outcome: 'quarantined', code: 'ADDRESS_MALFORMED' }],
    }),
  );
  assert.equal(log.lines.length, 1);
  assert.equal(log.lines[0]?.fields.code, 'ADDRESS_MALFORMED');
  assert.equal(log.lines[0]?.fields.command, 'npx deposit-callback show cb_7');
});

test('without a logger, a receiver writes to the console what needs a person', async (t) => {
  const warned = t.mock.method(console, 'warn', () => {});
  const held = { ...policy, hold: () => 'a new customer' };
  const { send, clock } = await receiver(t, { policy: held, delivery: { attempts: 1 } });
  await send();
  clock.advance(1);
  const lines = warned.mock.calls.map(({ arguments: [message] }) => String(message));
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0] ?? '', /^DEPOSIT_QUARANTINED: dep_\w+ is not credited \(HELD\)/);
  assert.match(lines[0] ?? '', /npx deposit-callback show dep_/);
});

test('without a logger, an event that nobody listens to is written once', async (t) => {
  const warned = t.mock.method(console, 'warn', () => {});
  const clock = fixedClock();
  const store = sqliteStore({ path: ':memory:', now: clock.now });
  await store.ready();
  await owe(store, 'a', ['deposit']);
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    store,
    policy,
    now: clock.now,
  });
  t.after(() => callbacks.close(0));
  await callbacks.ready();
  for (let i = 0; i < 3; i += 1) await callbacks.idle();
  const lines = warned.mock.calls.map(({ arguments: [message] }) => String(message));
  assert.equal(lines.length, 1, lines.join('\n'));
  assert.match(lines[0] ?? '', /^NO_LISTENER: Events of kind deposit are owed, but nobody listens/);
});
