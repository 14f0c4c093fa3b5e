import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostBodies, mostLines } from '../../lib/inspector/search-log.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import type { CallbackRecord, Store } from '../../lib/stores/store.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { alice, callbackBody } from '../helpers/deposits.ts';
import { type Inspection, inspected } from '../helpers/inspected.ts';

const stranger = '0x52908400098527886E0F7030069857D2E4169EE7';
const hashes = { ours: `0x${'0a'.repeat(32)}`, theirs: `0x${'0b'.repeat(32)}`, broken: `0x${'0c'.repeat(32)}` };

/** The paths of deposits and callbacks that a search shows or leads to. */
async function found({ get }: Inspection, text: string): Promise<string[]> {
  const { status, headers, text: page } = await get(`/find?q=${encodeURIComponent(text)}`);
  if (status === 303) return [headers.location ?? ''];
  return [...page.matchAll(/<a class="open" href="\.\/([^"]+)"/g)].map(([, path = '']) => path);
}

async function withOneOfEach(
  inspection: Inspection,
): Promise<Record<'deposit' | 'ours' | 'theirs' | 'broken', string>> {
  const { send, outcomes, callbacks } = inspection;
  await send({ hash: hashes.ours }, { id: 'msg_delivered_0001' });
  await send({ hash: hashes.theirs, to: stranger }, { id: 'msg_delivered_0002' });
  await send({ hash: hashes.broken, to: alice.replace('5aAeb', '5AAeb') });
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  const [ours = '', theirs = '', broken = ''] = outcomes.map(({ id }) => `callbacks/${id}`);
  return { deposit: `deposits/${deposit?.id}`, ours, theirs, broken };
}

test('a hash or address is found in any spelling, of a deposit, of what was ignored and of what could not be taken', async (t) => {
  const inspection = await inspected(t);
  const paths = await withOneOfEach(inspection);
  const spellings = (text: string): string[] => [
    text,
    text.toLowerCase(),
    text.toUpperCase().replace('0X', '0x'),
    text.slice(2),
    text.slice(2).toUpperCase(),
    ` ${text} `,
  ];
  for (const text of spellings(hashes.ours)) assert.deepEqual(await found(inspection, text), [paths.deposit], text);
  for (const text of spellings(hashes.theirs)) assert.deepEqual(await found(inspection, text), [paths.theirs], text);
  for (const text of spellings(hashes.broken)) assert.deepEqual(await found(inspection, text), [paths.broken], text);
  for (const text of spellings(stranger)) assert.deepEqual(await found(inspection, text), [paths.theirs], text);
  for (const text of spellings(alice))
    assert.deepEqual(await found(inspection, text), [paths.deposit, paths.broken], text);
});

test('a delivery id, an id of an event and the hash of a body are found', async (t) => {
  const inspection = await inspected(t);
  const paths = await withOneOfEach(inspection);
  const { callbacks, outcomes } = inspection;
  const [event] = await callbacks.store.events({ limit: 1 });
  assert.deepEqual(await found(inspection, 'msg_delivered_0001'), [paths.ours]);
  assert.deepEqual(await found(inspection, 'MSG_delivered_0002'), [paths.theirs]);
  assert.deepEqual(await found(inspection, event?.id ?? ''), [paths.deposit]);
  assert.deepEqual(await found(inspection, outcomes[1]?.bodyHash ?? ''), [paths.theirs]);
  assert.deepEqual(await found(inspection, 'nobody knows this'), []);
  assert.match((await inspection.get('/find?q=nobody')).text, /Nothing found/);
});

test('a callback that did not verify is said to be among the unverified ones', async (t) => {
  const inspection = await inspected(t, { receiver: { sources: ['127.0.0.1'], quarantineUnverified: true } });
  await inspection.send({ hash: hashes.theirs }, { secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` });
  assert.match((await inspection.get(`/find?q=${hashes.theirs}`)).text, /1 unverified callback names it/);
});

test('one look goes through a bounded part of the log, says how far it came, and the next goes on from there', async (t) => {
  const clock = fixedClock();
  const plain = memoryStore({ maxCallbacks: 10_000, now: clock.now });
  const asked = { callback: 0, callbacks: 0, rows: 0 };
  const store: Store = {
    ...plain,
    async callback(id) {
      asked.callback += 1;
      return plain.callback(id);
    },
    async callbacks(query) {
      asked.callbacks += 1;
      const rows = await plain.callbacks(query);
      asked.rows += rows.length;
      return rows;
    },
  };
  const inspection = await inspected(t, { receiver: { store: store as never, clock } });
  await inspection.callbacks.ready();
  await inspection.send({ hash: hashes.theirs, to: stranger });
  const [theirs] = inspection.outcomes;
  const body = Buffer.from(JSON.stringify(callbackBody({ to: stranger })));
  const others = Array.from(
    { length: 300 },
    (_, index): CallbackRecord => ({
      ...(theirs as CallbackRecord),
      id: `cb_${index}`,
      body,
      bodyBytes: body.length,
      receivedAt: clock.now() + 1 + index,
    }),
  );
  await plain.log(others);
  Object.assign(asked, { callback: 0, callbacks: 0, rows: 0 });
  let { text } = await inspection.get(`/find?q=${hashes.theirs}`);
  assert.ok(asked.callback <= 3 * mostBodies + 2, `${asked.callback} bodies were asked for`);
  assert.ok(asked.rows <= mostLines && asked.callbacks <= 8, `${asked.rows} rows in ${asked.callbacks} queries`);
  assert.match(text, /Not among the newest callbacks/);
  let looks = 1;
  for (let next = further(text); next !== undefined; next = further(text)) {
    ({ text } = await inspection.get(`/find${next}`));
    looks += 1;
  }
  assert.ok(text.includes(`/callbacks/${theirs?.id}"`), 'it is found in the end');
  assert.equal(looks, 4);
});

function further(page: string): string | undefined {
  const [, href] = /<a class="button" href="(\?q=[^"]+)">Look further back/.exec(page) ?? [];
  return href?.replaceAll('&amp;', '&');
}

test('a time that is none is said to be none, and the filter shows it as it was written', async (t) => {
  const { get, send } = await inspected(t);
  await send();
  for (const path of ['/callbacks', '/deposits']) {
    const { text } = await get(`${path}?since=garbage`);
    assert.match(text, /value="garbage" aria-invalid="true" aria-describedby="since-wrong"/, path);
    assert.match(text, /id="since-wrong" role="alert">Not a time/, path);
    assert.match(text, /<a class="open"/, 'and nothing is filtered by it');
    assert.doesNotMatch((await get(`${path}?since=24h`)).text, /aria-invalid/, 'an age is a time');
  }
});

test('a range of time is one link, which keeps the rest of the filter', async (t) => {
  const { get, send, clock, outcomes } = await inspected(t);
  await send();
  clock.advance(2 * 3_600_000);
  await send();
  const { text } = await get('/callbacks?outcome=recorded&before=x');
  assert.match(text, /href="\?outcome=recorded&amp;since=1h"/);
  const hour = (await get('/callbacks?outcome=recorded&since=1h')).text;
  assert.ok(hour.includes(outcomes[1]?.id ?? 'none') && !hour.includes(outcomes[0]?.id ?? 'none'), 'of the last hour');
});
