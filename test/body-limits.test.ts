import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Options } from '../lib/options.ts';
import { alchemy } from '../lib/providers/alchemy.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import type { SqliteDatabase } from '../lib/stores/sqlite.ts';
import { signCallback } from '../lib/testing/sign-callback.ts';
import { randomHash, secret } from './helpers/deposits.ts';
import { receiver } from './helpers/receiver.ts';
import { send, serve } from './helpers/serve.ts';
import { alchemyBody } from './helpers/stories.ts';

const mebibyte = 2 ** 20;
const key = 'whsec_alchemy';

/** A callback of Alchemy's with one deposit among so many transfers of strangers that it is over 1 MiB. */
function batch(): Buffer {
  const rows = Array.from({ length: 1_500 }, (_, log) =>
    alchemyBody({ hash: randomHash(), amount: 7n, block: `0x${'ab'.repeat(32)}`, log }),
  ) as { event: { activity: object[] } }[];
  const [first] = rows;
  assert.ok(first);
  const body = { ...first, event: { ...first.event, activity: rows.flatMap(({ event }) => event.activity) } };
  return Buffer.from(JSON.stringify(body));
}

async function answers(t: TestContext, limits?: Options<SqliteDatabase>['limits']): Promise<number[]> {
  const providers = [alchemy({ secrets: [key], trustMined: true }), imtoken({ secrets: [secret] })];
  const { callbacks } = await receiver(t, { providers, ...(limits === undefined ? {} : { limits }) });
  const port = await serve(t, callbacks);
  const body = batch();
  assert.ok(body.length > mebibyte && body.length < 4 * mebibyte, 'the batch is over 1 MiB');
  return Promise.all(
    providers.map(async (provider) => {
      const signed = signCallback(provider, { secret: provider.name === 'alchemy' ? key : secret, body, now: 1 });
      return (await send(port, { path: provider.path, headers: signed.headers, body })).status;
    }),
  );
}

test('a batch over 1 MiB of a provider that sends batches was answered 413 for ever', async (t) => {
  const [ofAlchemy, ofImtoken] = await answers(t);
  assert.equal(ofAlchemy, 200);
  assert.equal(ofImtoken, 413, 'others keep the lower limit');
});

test('limits.bodyBytes holds for every provider', async (t) => {
  assert.deepEqual(await answers(t, { bodyBytes: mebibyte }), [413, 413]);
});
