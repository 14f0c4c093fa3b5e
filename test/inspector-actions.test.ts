import assert from 'node:assert/strict';
import { test } from 'node:test';
import express from 'express';
import { silentLogger } from '../lib/observe/logger.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { callbackBody, secret } from './helpers/deposits.ts';
import { inspected } from './helpers/inspected.ts';
import { policy } from './helpers/receiver.ts';
import { send } from './helpers/serve.ts';

const actions = true;
const wrongKey = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

test('there are no buttons, and no action is done, unless actions are on', async (t) => {
  const { get, act, send: sendCallback, callbacks } = await inspected(t, { receiver: { delivery: { attempts: 1 } } });
  callbacks.on('deposit', () => {
    throw new Error('the ledger is down');
  });
  await sendCallback();
  for (const path of ['/', '/dead-letters', '/quarantine', '/callbacks', '/deposits'])
    assert.doesNotMatch((await get(path)).text, /<form[^>]*method="post"/, path);
  const [event] = await callbacks.store.events({ state: 'dead', limit: 1 });
  const answered = await act('redeliver', { event: event?.id ?? '' });
  assert.equal(answered.status, 403);
  assert.match(answered.text, /Actions are off/);
  assert.equal((await callbacks.store.counts()).dead, 1);
});

test('a dead letter is delivered again, and the log says by whom and why', async (t) => {
  const {
    act,
    get,
    send: sendCallback,
    callbacks,
    events,
    log,
  } = await inspected(t, {
    receiver: { delivery: { attempts: 1 } },
    inspector: { actions, actor: (req) => `${req.headers['x-user']}` },
  });
  let isDown = true;
  callbacks.on('deposit', () => {
    if (isDown) throw new Error('the ledger is down');
  });
  await sendCallback();
  const [event] = await callbacks.store.events({ state: 'dead', limit: 1 });
  assert.match((await get('/dead-letters')).text, /the ledger is down/);
  isDown = false;
  const answered = await act('redeliver', { event: event?.id ?? '', reason: 'ledger is up' }, { 'x-user': 'mei' });
  assert.deepEqual([answered.status, answered.headers.location], [303, '../dead-letters?done=redeliver']);
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000', 'deposit 1500000']);
  assert.equal((await callbacks.store.counts()).dead, 0);
  assert.match((await get('/dead-letters?done=redeliver')).text, /role="status">The event is due again\./);
  const line = log.lines.find(({ message }) => message.includes('through the inspector'));
  assert.deepEqual(line?.fields, { action: 'redeliver', actor: 'mei', reason: 'ledger is up', subject: event?.id });
  assert.equal((await act('redeliver', { event: 'no such event' }, { 'x-user': 'mei' })).status, 404);
});

test('a deposit in quarantine is held and released, and keeps who decided it and why', async (t) => {
  const {
    act,
    get,
    send: sendCallback,
    callbacks,
    events,
  } = await inspected(t, {
    receiver: { policy: { ...policy, hold: ({ amount }) => (amount > 1_000n ? 'large' : undefined) } },
    inspector: { actions, actor: () => 'mei <mei@example.com>' },
  });
  await sendCallback();
  const [deposit] = await callbacks.store.deposits({ status: 'quarantined', limit: 1 });
  const id = deposit?.id ?? '';
  assert.match((await get('/quarantine')).text, new RegExp(id));
  assert.equal((await act('hold', { deposit: id, reason: 'asked the customer' })).status, 303);
  const released = await act('release', { deposit: id, reason: 'seen on chain' });
  assert.deepEqual([released.status, released.headers.location], [303, `../deposits/${id}?done=release`]);
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000']);
  const { text } = await get(`/deposits/${id}`);
  assert.match(
    text,
    /Held by.*mei &lt;mei@example\.com&gt;[\s\S]*asked the customer[\s\S]*Released by[\s\S]*seen on chain/,
  );
  assert.doesNotMatch(text, /actions\/release/, 'what is credited has nothing to release');
  assert.equal((await act('release', { deposit: 'dep_none' })).status, 404);
});

test('a deposit in quarantine is corrected or reverted, a credit is reverted, and each keeps who decided it and why', async (t) => {
  const { act, get, sendBody, callbacks, events } = await inspected(t, { inspector: { actions, actor: () => 'mei' } });
  const forms = async (id: string): Promise<string[]> =>
    [...(await get(`/deposits/${id}`)).text.matchAll(/actions\/([a-z]+)"/g)].map(([, name = '']) => name);
  const ids: string[] = [];
  for (const amount of ['500', '700']) {
    const body = callbackBody({ amount }) as { data: object };
    await sendBody({ ...body, data: { ...body.data, decimals: 8 } });
    const [deposit] = await callbacks.store.deposits({ status: 'quarantined', limit: 1 });
    ids.push(deposit?.id ?? '');
  }
  const [one = '', other = ''] = ids;
  assert.deepEqual(await forms(one), ['release', 'correct', 'hold', 'revert']);
  const wrongly = await act('correct', { deposit: one, decimals: 'eight' });
  assert.equal(wrongly.status, 409, 'what is no number is refused');
  const corrected = await act('correct', {
    deposit: one,
    decimals: '8',
    account: 'user-17',
    reason: 'they count in 8',
  });
  assert.deepEqual([corrected.status, corrected.headers.location], [303, `../deposits/${one}?done=correct`]);
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 5']);
  assert.deepEqual(await forms(one), ['revert']);

  assert.equal((await act('revert', { deposit: other, reason: 'not on the chain' })).status, 303);
  assert.equal((await callbacks.store.deposit(other))?.deposit.status, 'failed');
  const reverted = await act('revert', { deposit: one, reason: 'the sender was hacked' });
  assert.deepEqual([reverted.status, reverted.headers.location], [303, `../deposits/${one}?done=revert`]);
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 5', 'deposit.reverted 5']);
  const { text } = await get(`/deposits/${one}`);
  assert.match(text, /Corrected by[\s\S]*mei[\s\S]*they count in 8[\s\S]*Reverted by[\s\S]*the sender was hacked/);
  assert.deepEqual(await forms(one), ['release']);
});

test('callbacks that could not be read, or not be verified, are read and verified again', async (t) => {
  const ours = new Set<string>();
  const keys = [secret];
  const {
    act,
    get,
    send: sendCallback,
    sendBody,
    callbacks,
    outcomes,
    clock,
  } = await inspected(t, {
    receiver: {
      providers: [imtoken({ secrets: () => keys.map((key) => ({ key })) })],
      policy: { ...policy, isOurs: ({ address }) => ours.has(address) },
      sources: ['127.0.0.1'],
      quarantineUnverified: true,
    },
    inspector: { actions },
  });
  await sendBody('{"type":');
  await sendCallback({}, { secret: wrongKey });
  await sendCallback();
  const [, , ignored] = outcomes.map(({ id }) => id);
  ours.add('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed');
  const one = await act('reprocess', { callback: ignored ?? '' });
  assert.equal(one.headers.location, `../callbacks/${ignored}?done=reprocess&read=1&recorded=1&passed=0`);
  const all = await act('reprocess', {});
  assert.equal(all.headers.location, '../quarantine?done=reprocess&read=1&recorded=0&passed=0');
  assert.match((await get('/quarantine?done=reprocess&read=1&recorded=0')).text, /Read 1 again: 0 recorded,/);
  assert.equal((await callbacks.store.counts()).unverified, 1);
  const early = await act('reverify', {});
  assert.equal(early.headers.location, '../quarantine?done=reverify&taken=0&kept=1');
  // Keys are asked for anew only after a while.
  clock.advance(3_600_000);
  keys.push(wrongKey);
  await sendCallback();
  const verified = await act('reverify', {});
  assert.equal(verified.headers.location, '../quarantine?done=reverify&taken=1&kept=0');
});

test('an action needs the token of its session, the origin of the page, and a reason', async (t) => {
  const {
    act,
    get,
    port,
    callbacks,
    send: sendCallback,
  } = await inspected(t, {
    receiver: { delivery: { attempts: 1 } },
    inspector: { actions },
    prepare: (app) => app.set('trust proxy', 'loopback'),
  });
  callbacks.on('deposit', () => {
    throw new Error('the ledger is down');
  });
  await sendCallback();
  const [event] = await callbacks.store.events({ state: 'dead', limit: 1 });
  const fields = { event: event?.id ?? '' };
  const other = await get('/dead-letters');
  const [, otherToken = ''] = /name="token" value="([^"]+)"/.exec(other.text) ?? [];
  assert.match(other.headers['set-cookie']?.[0] ?? '', /; Path=\/inspector; SameSite=Strict; HttpOnly$/);

  const refusals: [string, number, Record<string, string>, Record<string, string>][] = [
    ['another origin', 403, {}, { origin: 'https://evil.example' }],
    ['another port', 403, {}, { origin: 'http://127.0.0.1:1' }],
    ['an opaque origin', 403, {}, { origin: 'null' }],
    ['a page of another site', 403, {}, { 'sec-fetch-site': 'cross-site' }],
    ['a page of a sibling domain', 403, {}, { 'sec-fetch-site': 'same-site' }],
    ['an address that a person typed', 403, {}, { 'sec-fetch-site': 'none' }],
    ['no token', 403, { token: '' }, {}],
    ['a token of another session', 403, { token: otherToken }, {}],
    ['no cookie', 403, {}, { cookie: '' }],
    ['no reason', 422, { reason: ' ' }, {}],
    ['a reason without end', 422, { reason: 'x'.repeat(501) }, {}],
    ['a body that is no form', 400, {}, { 'content-type': 'application/json' }],
    ['a body without end', 400, { padding: 'x'.repeat(20_000) }, {}],
  ];
  for (const [name, status, more, headers] of refusals) {
    const answered = await act('redeliver', { ...fields, ...more }, headers);
    assert.equal(answered.status, status, name);
    assert.equal((await callbacks.store.counts()).dead, 1, name);
  }
  assert.equal((await act('destroy', fields)).status, 404);
  assert.equal((await act('constructor', fields)).status, 404);
  assert.equal((await get('/actions/redeliver')).status, 404, 'a link does nothing');
  const bare = await send(port, { path: '/inspector/actions/redeliver', headers: { 'sec-fetch-site': 'same-origin' } });
  assert.equal(bare.status, 403, 'no origin');

  // A browser that is not told of a secure context sends no Sec-Fetch-Site; a proxy may have another name.
  const proxied = { origin: 'https://ops.example.com', 'x-forwarded-host': 'ops.example.com' };
  assert.equal((await act('redeliver', fields, proxied)).status, 303);
});

test('without trust in a proxy, what it forwards is no origin of ours', async (t) => {
  const {
    act,
    send: sendCallback,
    callbacks,
  } = await inspected(t, {
    receiver: { policy: { ...policy, hold: () => 'large' } },
    inspector: { actions },
  });
  await sendCallback();
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  const proxied = { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' };
  assert.equal((await act('release', { deposit: deposit?.id ?? '' }, proxied)).status, 403);
  assert.equal((await act('release', { deposit: deposit?.id ?? '' })).status, 303);
});

test('an app that parses forms before the inspector does no harm', async (t) => {
  const parsers = [express.urlencoded({ extended: false }), express.urlencoded({ extended: true }), express.json()];
  for (const parser of parsers) {
    const {
      act,
      send: sendCallback,
      callbacks,
    } = await inspected(t, {
      receiver: { policy: { ...policy, hold: () => 'large' } },
      inspector: { actions },
      prepare: (app) => app.use(parser),
    });
    await sendCallback();
    const [deposit] = await callbacks.store.deposits({ limit: 1 });
    assert.equal((await act('release', { deposit: deposit?.id ?? '' })).status, 303);
  }
});

test('nobody acts without a name, and what fails says so without telling more', async (t) => {
  let name = '';
  const {
    act,
    send: sendCallback,
    callbacks,
  } = await inspected(t, {
    receiver: { policy: { ...policy, hold: () => 'large' }, logger: silentLogger },
    inspector: { actions, actor: () => name },
  });
  await sendCallback();
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  assert.equal((await act('release', { deposit: deposit?.id ?? '' })).status, 403);
  name = 'mei';
  const missing = await act('release', { deposit: 'dep_none' });
  assert.equal(missing.status, 404);
  assert.match(missing.text, /There is no deposit dep_none/);
});

test('the page of a deposit that was given up says so, with the error, and delivers it again', async (t) => {
  const {
    act,
    get,
    send: sendCallback,
    callbacks,
    events,
  } = await inspected(t, {
    receiver: { delivery: { attempts: 1 } },
    inspector: { actions },
  });
  let isDown = true;
  callbacks.on('deposit', () => {
    if (isDown) throw new Error('the ledger is down');
  });
  await sendCallback();
  const [event] = await callbacks.store.events({ state: 'dead', limit: 1 });
  const path = `/deposits/${event?.deposit.id}`;
  for (const page of [(await get(path)).text, (await get('/deposits')).text])
    assert.match(page, /<span class="badge is-event-dead">Confirmed, not credited</);
  const page = (await get(path)).text;
  assert.match(page, /the ledger is down/);
  assert.match(page, new RegExp(`action="[^"]*actions/redeliver"[\\s\\S]*value="${event?.id}"`));
  assert.match((await get('/')).text, /class="headline is-asking"/);
  isDown = false;
  await act('redeliver', { event: event?.id ?? '' });
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000', 'deposit 1500000']);
  assert.doesNotMatch((await get(path)).text, /Not credited/);
  assert.match((await get('/')).text, /class="headline is-calm"/);
});
