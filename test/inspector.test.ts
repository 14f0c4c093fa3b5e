import assert from 'node:assert/strict';
import { test } from 'node:test';
import express from 'express';
import express4 from 'express4';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import { isDepositCallbackError } from '../lib/errors.ts';
import { inspector } from '../lib/inspector/index.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { alice, randomHash, secret } from './helpers/deposits.ts';
import { hostile, inspected } from './helpers/inspected.ts';
import { policy, receiver } from './helpers/receiver.ts';
import { keepLog, send, serve } from './helpers/serve.ts';

const wrongKey = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
const everyPath = [
  '/',
  '/callbacks',
  '/deposits',
  '/dead-letters',
  '/quarantine',
  '/find?q=x',
  '/stream',
  '/assets/style.css',
  '/assets/script.js',
  '/assets/icon.svg',
  '/nothing',
];

test('without authorize, and with an option that cannot be understood, there is no inspector', async (t) => {
  const { callbacks } = await receiver(t);
  const authorize = (): boolean => true;
  const wrong: Record<string, unknown>[] = [
    { callbacks },
    { callbacks, authorize: true },
    { authorize },
    { callbacks, authorize, action: true },
    { callbacks, authorize, actions: 'yes' },
    { callbacks, authorize, actor: 'mei' },
    { callbacks, authorize, locale: 'fr' },
    { callbacks, authorize, challenge: 'Basic\r\nx: 1' },
  ];
  for (const options of wrong) {
    assert.throws(
      () => inspector(options as unknown as Parameters<typeof inspector>[0]),
      (error) => isDepositCallbackError(error) && error.code === 'OPTION_INVALID',
      Object.keys(options).join(),
    );
  }
  assert.throws(() => inspector({ callbacks, authorize, action: true } as never), /Did you mean actions\?/);
});

test('a request is let in by true alone: not by a truthy value, a throw or a rejection, on no path', async (t) => {
  const answers: Record<string, () => unknown> = {
    false: () => false,
    truthy: () => 'admin',
    one: () => 1,
    throw: () => {
      throw new Error('the session store is down');
    },
    rejection: () => Promise.reject(new Error('the session store is down')),
    'promise of a truthy value': () => Promise.resolve('admin'),
  };
  for (const [name, authorize] of Object.entries(answers)) {
    const { get, port } = await inspected(t, {
      inspector: { authorize: authorize as () => boolean, actions: true },
    });
    for (const path of everyPath) {
      const answered = await get(path);
      assert.equal(answered.status, 403, `${name} ${path}`);
      assert.doesNotMatch(answered.text, /<nav|<link|<script|imtoken/, `${name} ${path}`);
      assert.equal(answered.headers['set-cookie'], undefined);
    }
    assert.equal((await send(port, { path: '/inspector/actions/redeliver' })).status, 403);
  }
});

test('a challenge makes the refusal a 401 that a browser asks for', async (t) => {
  const { get } = await inspected(t, { inspector: { authorize: () => false, challenge: 'Basic realm="inspector"' } });
  const answered = await get();
  assert.equal(answered.status, 401);
  assert.equal(answered.headers['www-authenticate'], 'Basic realm="inspector"');
});

test('every answer has the headers that keep it to itself, refusals too', async (t) => {
  let isAllowed = true;
  const { get } = await inspected(t, { inspector: { authorize: () => isAllowed } });
  for (const allowed of [true, false]) {
    isAllowed = allowed;
    for (const path of everyPath.filter((one) => one !== '/stream')) {
      const { headers } = await get(path);
      assert.equal(
        headers['content-security-policy'],
        "default-src 'none';script-src 'self';style-src 'self';img-src 'self';connect-src 'self';form-action 'self';frame-ancestors 'none';base-uri 'none'",
      );
      assert.equal(headers['cache-control'], 'no-store');
      assert.equal(headers['x-frame-options'], 'DENY');
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['referrer-policy'], 'same-origin');
      assert.equal(headers['strict-transport-security'], undefined, "the host's policy is the app's");
    }
  }
});

test('on Express 5, Express 4 and plain node:http, at any mount path, each link leads to a page', async (t) => {
  const { callbacks, send: sendCallback, clock } = await receiver(t, { delivery: { attempts: 1 } });
  await sendCallback();
  const page = inspector({ callbacks, authorize: () => true, actions: true, explorers: false, now: clock.now });
  const servers = [
    { port: await serve(t, express().use('/inspector', page)), mount: '/inspector' },
    { port: await serve(t, express().use('/a/b', express.Router().use('/c', page))), mount: '/a/b/c' },
    { port: await serve(t, express4().use('/admin/inspector', page)), mount: '/admin/inspector' },
    { port: await serve(t, (req, res) => page(req, res)), mount: '' },
  ];
  for (const { port, mount } of servers) {
    const seen = new Set<string>();
    const waiting = [`${mount}/`];
    for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const answered = await send(port, { method: 'GET', path });
      assert.ok([200, 303].includes(answered.status), `${answered.status} ${path}`);
      if (!answered.headers['content-type']?.startsWith('text/html')) continue;
      for (const [, link = ''] of answered.text.matchAll(/ (?:href|src|action)="([^"]*)"/g)) {
        assert.doesNotMatch(link, /^(?:\/|\w+:)/, 'relative, so that it holds behind any proxy');
        const { pathname, search } = new URL(link.replaceAll('&amp;', '&'), `http://host${path}`);
        if (!pathname.includes('/actions/')) waiting.push(pathname + search);
      }
    }
    assert.ok(
      [...seen].some((path) => path.includes('/deposits/dep_')) && [...seen].some((path) => path.endsWith('.css')),
    );
  }
});

test('the mount path without its slash leads to the one with it, and to no other host', async (t) => {
  const { callbacks } = await receiver(t);
  const port = await serve(t, express().use('/inspector', inspector({ callbacks, authorize: () => true })));
  const answered = await send(port, { method: 'GET', path: '/inspector?window=24h' });
  assert.deepEqual([answered.status, answered.headers.location], [302, './inspector/?window=24h']);
  const away = await send(port, { method: 'GET', path: '//evil.example/..//inspector' });
  assert.notEqual(new URL(away.headers.location ?? '', `http://127.0.0.1:${port}/`).host, 'evil.example');
});

test('the log of callbacks is filtered by provider, outcome, code and time, and paged', async (t) => {
  const {
    get,
    send: sendCallback,
    clock,
    outcomes,
  } = await inspected(t, {
    receiver: {
      providers: [imtoken({ secrets: [secret] }), imtoken({ name: 'second', secrets: [secret] })],
      delivery: { attempts: 1 },
    },
  });
  await sendCallback();
  clock.advance(3_600_000);
  await sendCallback({}, { path: '/second' });
  await sendCallback({}, { secret: wrongKey });
  await sendCallback({ to: '0x52908400098527886E0F7030069857D2E4169EE7' });
  const ids = outcomes.map(({ id }) => id);
  const listed = async (query: string): Promise<string[]> => {
    const { text } = await get(`/callbacks${query}`);
    return [...text.matchAll(/href="\.\/callbacks\/(cb_\w+)"/g)].map(([, id = '']) => id);
  };
  assert.deepEqual(await listed(''), ids.toReversed());
  assert.deepEqual(await listed('?provider=second'), [ids[1]]);
  assert.deepEqual(await listed('?outcome=rejected'), [ids[2]]);
  assert.deepEqual(await listed('?code=NOT_OURS'), [ids[3]]);
  assert.deepEqual(await listed('?until=2026-01-01T00:30'), [ids[0]]);
  assert.deepEqual(await listed('?since=2026-01-01T00:30&outcome=recorded'), [ids[1]]);
  assert.deepEqual(await listed('?outcome=recorded&outcome=%00&since=nonsense&provider='), [ids[1], ids[0]]);

  for (let count = 0; count < 25; count += 1) await sendCallback();
  const first = await get('/callbacks?outcome=');
  const [, older = ''] = /href="(\?outcome=&amp;before=[^"]+)"/.exec(first.text) ?? [];
  assert.deepEqual(await listed(older.replace('&amp;', '&')), ids.toReversed(), 'the filter stays in the address');
});

test('a callback shows its headers, and its raw body beside what was read from it', async (t) => {
  const { get, sendBody, outcomes } = await inspected(t);
  // Digits that a number would lose, and a name twice: both stand as they came.
  await sendBody('{"type":"test","big":1000000000000000000001,"big":2}');
  const { text } = await get(`/callbacks/${outcomes[0]?.id}`);
  assert.match(text, /&quot;big&quot;: 1000000000000000000001,\n {2}&quot;big&quot;: 2\n/);
  assert.match(text, /\{&quot;type&quot;:&quot;test&quot;,&quot;big&quot;:1000000000000000000001,&quot;big&quot;:2\}/);
  assert.match(text, /<bdi>webhook-id<\/bdi>/);
  assert.doesNotMatch(text, /webhook-signature/);
  assert.equal((await get('/callbacks/cb_none')).status, 404);
  assert.equal((await get('/callbacks/%E0%A4%A')).status, 404);
});

test('what was read from a callback leads to its deposit, and its timeline has every provider', async (t) => {
  const {
    get,
    send: sendCallback,
    outcomes,
    callbacks,
    clock,
  } = await inspected(t, {
    receiver: { providers: [imtoken({ secrets: [secret] }), imtoken({ name: 'second', secrets: [secret] })] },
    inspector: { actions: true },
  });
  const transfer = { hash: randomHash(), block: randomHash() };
  await sendCallback({ ...transfer, type: 'deposit.pending', confirmations: 1, timestamp: '2026-01-01T00:00:01Z' });
  clock.advance(1_000);
  await sendCallback({ ...transfer, timestamp: '2026-01-01T00:00:02Z' });
  clock.advance(1_000);
  await sendCallback(transfer, { path: '/second' });
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  const callback = await get(`/callbacks/${outcomes[2]?.id}`);
  assert.match(callback.text, new RegExp(`href="../deposits/${deposit?.id}"`));
  const { text } = await get(`/deposits/${deposit?.id}`);
  const entries = [
    ...text.matchAll(/(\w+) reported<\/bdi> <span class="badge is-said-(\w+)|(Event \w+) <code>([\w.]+)/g),
  ];
  assert.deepEqual(
    entries.map(([, who, said, did, kind]) => `${who ?? did} ${said ?? kind}`),
    [
      'imtoken mined',
      'Event created deposit.pending',
      'Event handled deposit.pending',
      'imtoken confirmed',
      'Event created deposit',
      'Event handled deposit',
      'second confirmed',
    ],
  );
  assert.match(text, /<span class="amount">1\.<wbr>5<wbr> <span class="unit"><bdi>USDT</);
});

test('what a person has copied from somewhere is found', async (t) => {
  const { get, send: sendCallback, callbacks, outcomes } = await inspected(t);
  const hash = randomHash();
  await sendCallback({ hash });
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  const found = async (text: string): Promise<string | undefined> =>
    (await get(`/find?q=${encodeURIComponent(text)}`)).headers.location;
  assert.equal(await found(` ${deposit?.id} `), `deposits/${deposit?.id}`);
  assert.equal(await found(outcomes[0]?.id ?? ''), `callbacks/${outcomes[0]?.id}`);
  for (const query of [
    `?to=${alice.toLowerCase()}`,
    `?transaction=${hash.toUpperCase().replace('0X', '0x')}`,
    '?status=confirmed&network=eip155:1',
  ])
    assert.match((await get(`/deposits${query}`)).text, new RegExp(deposit?.id ?? 'none'), query);
  assert.match((await get('/deposits?status=pending')).text, /No deposits match the filter/);
});

test('English and Chinese: by the browser, by option, by choice', async (t) => {
  const { get } = await inspected(t);
  const language = async (headers: Record<string, string>): Promise<string | undefined> =>
    /<html lang="(\w+)"/.exec((await get('/', headers)).text)?.[1];
  assert.equal(await language({}), 'en');
  assert.equal(await language({ 'accept-language': 'fr, zh-CN;q=0.9, en;q=0.8' }), 'zh');
  assert.equal(await language({ 'accept-language': 'zh;q=0.1, en;q=0.2' }), 'en');
  assert.equal(await language({ 'accept-language': 'zh;q=0, constructor' }), 'en');
  const chosen = await get('/callbacks?outcome=recorded&lang=zh');
  assert.deepEqual([chosen.status, chosen.headers.location], [303, '?outcome=recorded']);
  const [cookie = ''] = chosen.headers['set-cookie']?.[0]?.split(';') ?? [];
  assert.equal(await language({ cookie }), 'zh');

  const fixed = await inspected(t, { inspector: { locale: 'zh' } });
  assert.match((await fixed.get()).text, /<html lang="zh"/);
});

test('hostile text in addresses, queries and stored values is shown, never obeyed', async (t) => {
  const { get, sendBody, callbacks, clock } = await inspected(t, {
    receiver: { policy: { ...policy, assets: 'any', isOurs: () => true }, delivery: { attempts: 1 } },
    inspector: { actions: true },
  });
  callbacks.on('deposit', () => {
    throw new Error(hostile.join(' '));
  });
  for (const text of hostile) {
    clock.advance(1);
    await sendBody({
      type: 'deposit.confirmed',
      timestamp: '2026-01-01T00:00:00Z',
      data: {
        network: 'eip155:1',
        asset: 'eip155:1/slip44:60',
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
    await sendBody(JSON.stringify({ type: text, [text]: text }));
  }
  const deposits = await callbacks.store.deposits({ limit: 100 });
  const all = await callbacks.store.callbacks({ limit: 100 });
  const paths = [
    '/',
    '/callbacks',
    '/deposits',
    '/dead-letters',
    '/quarantine',
    ...deposits.map(({ id }) => `/deposits/${id}`),
    ...all.map(({ id }) => `/callbacks/${id}`),
    ...hostile.flatMap((text) => {
      const query = encodeURIComponent(text);
      return [
        `/callbacks?code=${query}&provider=${query}&since=${query}`,
        `/deposits?to=${query}&q=${query}`,
        `/${query}`,
      ];
    }),
  ];
  let shown = 0;
  for (const path of paths) {
    const { text } = await get(path);
    assert.doesNotMatch(text, /<script>|<img|<svg onload|onerror="|onmouseover='|[\u202e\u200b\0]/, path);
    if (text.includes('&lt;script&gt;globalThis.hacked = 1&lt;/script&gt;')) shown += 1;
  }
  assert.ok(shown > 5, 'it is there to be seen');
});

test('a store that does not answer is a 500 that tells the log alone', async (t) => {
  const log = keepLog();
  const down = (): Promise<never> => Promise.reject(new Error('password authentication failed for user "deposits"'));
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    policy,
    store: { ...memoryStore(), counts: down },
    logger: keepLog(),
  });
  t.after(() => callbacks.close(0));
  const port = await serve(
    t,
    express().use('/inspector', inspector({ callbacks, authorize: () => true, logger: log })),
  );
  const answered = await send(port, { method: 'GET', path: '/inspector/' });
  assert.equal(answered.status, 500);
  assert.doesNotMatch(answered.text, /password/);
  assert.match(String(log.lines[0]?.fields.error), /password/);
});

test('other methods are refused, and HEAD has no body', async (t) => {
  const { port } = await inspected(t);
  for (const method of ['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'POST']) {
    const answered = await send(port, { method, path: '/inspector/callbacks' });
    assert.deepEqual([answered.status, answered.headers.allow], [405, 'GET, HEAD'], method);
  }
  const head = await send(port, { method: 'HEAD', path: '/inspector/' });
  assert.deepEqual([head.status, head.text], [200, '']);
  assert.ok(Number(head.headers['content-length']) > 1_000);
});

test('it is typed for what depositCallbacks returns, whatever the store', () => {
  const callbacks = depositCallbacks({ providers: [imtoken({ secrets: [secret] })], policy, logger: keepLog() });
  const page = inspector({ callbacks, authorize: (req: express.Request) => req.secure });
  assert.equal(typeof page, 'function');
});

test('a reader chooses light or dark, which stays, and the page stays as it is filtered', async (t) => {
  const { get } = await inspected(t);
  const before = await get('/callbacks?outcome=rejected');
  assert.match(before.text, /<html lang="en">/);
  assert.match(before.text, /href="\?outcome=rejected&amp;theme=dark"/);
  assert.match(before.text, /href="\?outcome=rejected&amp;lang=zh"/);
  const chosen = await get('/callbacks?outcome=rejected&theme=dark');
  assert.deepEqual([chosen.status, chosen.headers.location], [303, '?outcome=rejected']);
  const [cookie = ''] = chosen.headers['set-cookie'] ?? [];
  assert.match(cookie, /^deposit-callback-theme=dark; Path=\/inspector; SameSite=Strict; Max-Age=31536000$/);
  const after = await get('/callbacks', { cookie: 'deposit-callback-theme=dark' });
  assert.match(after.text, /<html lang="en" data-theme="dark">/);
  assert.match(after.text, /<meta name="color-scheme" content="dark">/);
  const wrong = await get('/callbacks', { cookie: 'deposit-callback-theme="><script>' });
  assert.match(wrong.text, /<html lang="en">/);
});

test("a deposit's timeline has each attempt that failed, with its own error, until the one that did not", async (t) => {
  const { callbacks, clock, get, send } = await inspected(t, { receiver: { delivery: { attempts: 1 } } });
  const troubles = ['the ledger is down', 'the ledger is read-only'];
  callbacks.on('deposit', () => {
    const trouble = troubles.shift();
    if (trouble !== undefined) throw new Error(trouble);
  });
  await send();
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  for (let count = 0; count < 2; count += 1) {
    clock.advance(60_000);
    const [dead] = await callbacks.store.events({ state: 'dead', limit: 1 });
    await callbacks.redeliver(dead?.id ?? '');
    await callbacks.idle();
  }
  const { text } = await get(`/deposits/${deposit?.id}`);
  const items = [...text.matchAll(/<li class="is-event-[a-z]+">.*?<\/li>\n/gs)].map(([item]) =>
    item
      .replace(/<time.*?<\/time>/g, '')
      .replace(/<[^>]+>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
  assert.deepEqual(items, [
    'Event created deposit Handled credit no. 1 1 attempt',
    'Attempt 1 failed deposit the ledger is down',
    'Attempt 1 failed deposit the ledger is read-only',
    'Event handled deposit',
  ]);
});

test('dead letters are counted by their error, ids and numbers aside, each with a link to those that have it', async (t) => {
  const { callbacks, get, send } = await inspected(t, { receiver: { delivery: { attempts: 1 } } });
  callbacks.on('deposit', ({ id, amount }) => {
    throw new Error(amount === 7n ? `account of ${id} is closed` : 'connect ECONNREFUSED 10.0.0.7:5432');
  });
  for (const amount of ['7', '8', '7', '7']) await send({ amount });
  const { text } = await get('/dead-letters?kind=deposit');
  const section = /By error.*?<\/table>/s.exec(text)?.[0] ?? '';
  const rows = [
    ...section.matchAll(/<a class="open" href="\?([^"]*)"><bdi>(.*?)<\/bdi>.*?class="number".*?<div>(\d+)</gs),
  ];
  assert.deepEqual(
    rows.map(([, query = '', error = '', count]) => [
      new URLSearchParams(query.replaceAll('&amp;', '&')).get('error'),
      error.replace(/dep_\w+/, 'ID'),
      count,
    ]),
    [
      ['account of', 'account of ID is closed', '3'],
      ['connect ECONNREFUSED 10.0.0.7:5432', 'connect ECONNREFUSED 10.0.0.7:5432', '1'],
    ],
  );
  const narrowed = await get(`/dead-letters?error=${encodeURIComponent('account of')}`);
  assert.match(narrowed.text, /Redeliver all|account of/);
  assert.doesNotMatch(narrowed.text, /By error|ECONNREFUSED/);
});

test('unverified callbacks, which come oldest first, are paged to newer ones, and a page that is not found is not called read-only', async (t) => {
  const { clock, get, send } = await inspected(t, {
    receiver: { sources: ['127.0.0.1'], quarantineUnverified: true },
    inspector: { actions: true },
  });
  for (let count = 0; count < 21; count += 1) {
    await send({}, { secret: wrongKey });
    clock.advance(1_000);
  }
  const first = await get('/quarantine?show=unverified');
  assert.match(first.text, /<a class="button" href="\?show=unverified&amp;before=[^"]+">Newer<\/a>/);
  assert.doesNotMatch(first.text, />Older</);
  const [, next = ''] = /<a class="button" href="([^"]+)">Newer/.exec(first.text) ?? [];
  assert.match((await get(`/quarantine${next.replaceAll('&amp;', '&')}`)).text, />Oldest<\/a>/);
  assert.doesNotMatch((await get('/nothing')).text, /Read-only/);
});
