import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alice, ether, usdt } from '../helpers/deposits.ts';
import { inspected } from '../helpers/inspected.ts';

const held = {
  assets: [
    { asset: usdt, decimals: 6 },
    { asset: ether, decimals: 18 },
  ],
  accounts: [alice],
  hold: () => 'large',
};

/** The fields of the form of an action, as the page gives them. */
function fieldsOf(page: string, action: string): Record<string, string> {
  const [, form = ''] = new RegExp(`actions/${action}">([\\s\\S]*?)</form>`).exec(page) ?? [];
  const fields = [...form.matchAll(/type="hidden" name="([^"]+)" value="([^"]*)"/g)];
  return Object.fromEntries(
    fields.filter(([, name]) => name !== 'token').map(([, name = '', value = '']) => [name, value]),
  );
}

test('all deposits that the filter shows are released with one reason, and none that came since', async (t) => {
  const { get, act, send, callbacks, clock, events } = await inspected(t, {
    receiver: { policy: held },
    inspector: { actions: true, actor: () => 'mei' },
  });
  await send();
  await send({ amount: '2500000' });
  await send({ asset: ether, amount: '7', position: 'native' });
  const page = await get(`/quarantine?show=deposits&asset=${encodeURIComponent(usdt.toLowerCase())}&code=HELD`);
  assert.match(page.text, /Release all \(2\)</);
  clock.advance(1_000);
  await send({ amount: '3500000' });
  const answered = await act('release-all', { ...fieldsOf(page.text, 'release-all'), reason: 'seen on chain' });
  assert.equal(
    answered.headers.location,
    `../quarantine?show=deposits&code=HELD&asset=${encodeURIComponent(usdt.toLowerCase())}&done=releaseAll&acted=2&refused=0`,
  );
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000', 'deposit 2500000'], 'oldest first; the coin and the late one wait');
  const [, , first] = await callbacks.store.deposits({ asset: usdt.toLowerCase(), limit: 10 });
  const found = await callbacks.store.deposit(first?.id ?? '');
  const [state] = await callbacks.store.load([found?.transactionKey ?? '']);
  assert.deepEqual(
    state?.decisions.filter(({ kind }) => kind === 'release').map(({ actor, reason }) => [actor, reason]),
    [['mei', 'seen on chain']],
  );
  assert.match((await get('/quarantine?done=releaseAll&acted=2&refused=0')).text, /2 done, 0 refused\./);
});

test('a deposit that cannot be released is counted as refused and keeps no other back', async (t) => {
  const { get, act, send, callbacks, events } = await inspected(t, {
    receiver: {
      policy: { ...held, isOurs: () => 'unassigned' as const, accounts: undefined, hold: undefined } as never,
    },
    inspector: { actions: true },
  });
  await send();
  await send({ amount: '2500000' });
  const { text } = await get('/quarantine');
  const answered = await act('release-all', fieldsOf(text, 'release-all'));
  const [, acted, refused] = /acted=(\d+)&refused=(\d+)/.exec(answered.headers.location ?? '') ?? [];
  assert.equal(Number(acted) + Number(refused), 2);
  await callbacks.idle();
  assert.equal(events.filter((event) => event.startsWith('deposit ')).length, Number(acted));
});

test('all dead letters that the filter shows are delivered again', async (t) => {
  const { get, act, send, callbacks, events } = await inspected(t, {
    receiver: { delivery: { attempts: 1 } },
    inspector: { actions: true },
  });
  let isDown = true;
  callbacks.on('deposit', ({ amount }) => {
    if (isDown) throw new Error(amount === 1_500_000n ? 'the ledger is down' : 'no such customer');
  });
  await send();
  await send();
  await send({ amount: '2500000' });
  const page = await get('/dead-letters?error=ledger');
  assert.match(page.text, /Redeliver all \(2\)</);
  isDown = false;
  events.length = 0;
  const answered = await act('redeliver-all', fieldsOf(page.text, 'redeliver-all'));
  assert.equal(answered.headers.location, '../dead-letters?error=ledger&done=redeliverAll&acted=2&refused=0');
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000', 'deposit 1500000']);
  assert.equal((await callbacks.store.counts()).dead, 1);
});

test('all unread callbacks that the filter shows are read again', async (t) => {
  const { get, act, send, sendBody } = await inspected(t, { inspector: { actions: true } });
  await send({ to: alice.replace('5aAeb', '5AAeb') });
  await sendBody('{"type":');
  const page = await get('/quarantine?show=unread&code=ADDRESS_MALFORMED');
  assert.match(page.text, /Read all again \(1\)</);
  const answered = await act('reprocess-all', fieldsOf(page.text, 'reprocess-all'));
  assert.equal(
    answered.headers.location,
    '../quarantine?show=unread&code=ADDRESS_MALFORMED&done=reprocess&read=1&recorded=0&passed=0',
  );
});

test('a list of what waits is in pages, and without a reason nothing is done on all of it', async (t) => {
  const { get, act, send, callbacks } = await inspected(t, {
    receiver: { policy: held },
    inspector: { actions: true },
  });
  for (let count = 0; count < 30; count += 1) await send();
  const rows = (text: string): number => text.split('<a class="open"').length - 1;
  const first = (await get('/quarantine?show=deposits&code=HELD')).text;
  assert.equal(rows(first), 20);
  const [, older = ''] = /href="(\?show=deposits&amp;code=HELD&amp;before=[^"]+)"/.exec(first) ?? [];
  assert.equal(rows((await get(`/quarantine${older.replaceAll('&amp;', '&')}`)).text), 10);
  const answered = await act('release-all', { ...fieldsOf(first, 'release-all'), reason: ' ' });
  assert.equal(answered.status, 422);
  assert.equal((await callbacks.store.counts()).deposits.quarantined, 30);
});
