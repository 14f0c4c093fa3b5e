import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration, parseTime } from '../../lib/cli/times.ts';
import { alice, secret } from '../helpers/deposits.ts';
import { run, runHere, runOn, service, temporaryFolder } from './cli.ts';

test('log --follow prints each callback of a running service as it is recorded, once', async (t) => {
  const { path, receive } = await service(t);
  await receive();
  const follower = runOn(t, ['log', '--store', path, '--follow', '--json']);
  await follower.until(/Waiting for callbacks/);
  await receive({}, { secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` });
  await follower.until(/"code":"SIGNATURE_INVALID"/);
  await receive({ hash: `0x${'77'.repeat(32)}` });
  await follower.until(/"outcome":"recorded"/);
  const { code, stdout } = await follower.stop();
  assert.equal(code, 0);
  const outcomes = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).outcome);
  assert.deepEqual(outcomes, ['rejected', 'recorded']);
});

test('log --follow for people names time, provider, outcome, code and id', async (t) => {
  const { path, receive } = await service(t);
  const follower = runOn(t, ['log', '--store', path, '--follow', '--outcome', 'recorded']);
  await follower.until(/Waiting for callbacks/);
  await receive();
  await follower.until(/^\d{4}-\S+Z {2}imtoken {2}recorded {2}\S+$/m);
  assert.equal((await follower.stop()).code, 0);
  const both = await runHere(['log', '--store', path, '--follow', '--since', '2h']);
  assert.equal(both.code, 2);
});

test('listen --forward-to sends each callback on as it came, whatever it thinks of it', async (t) => {
  const { port, store } = await service(t);
  const folder = await temporaryFolder(t);
  const listener = runOn(t, ['listen', '--port', '0', '--forward-to', `http://127.0.0.1:${port}/`], {
    cwd: folder,
    env: { CALLBACK_SECRET: secret },
  });
  const [, url = ''] = await listener.until(/POST (http:\S+)/);
  const sent = await run(['send', 'imtoken', '--url', url, '--to', alice], { env: { CALLBACK_SECRET: secret } });
  assert.equal(sent.code, 0, sent.stderr);
  await listener.until(new RegExp(`forwarded {2}200 {2}\\d+ ms {2}http://127.0.0.1:${port}/imtoken`));
  assert.equal((await store.deposits({ status: 'confirmed', to: alice, limit: 2 })).length, 1);
  await run(['send', 'imtoken', '--url', url, '--attack', 'tampered'], { env: { CALLBACK_SECRET: secret } });
  await listener.until(/forwarded {2}401 SIGNATURE_INVALID/);
  assert.equal((await listener.stop()).code, 0);
});

test('every duration has one grammar, and a time ago is one', () => {
  const cases: [string, number][] = [
    ['7s', 7_000],
    ['15000', 15_000],
    ['500ms', 500],
    ['5m', 300_000],
    ['2h', 7_200_000],
    ['90d', 7_776_000_000],
  ];
  for (const [text, ms] of cases) assert.equal(parseDuration(text), ms);
  for (const text of ['', '7 s', '-1', '1.5s', '2w', 'h'])
    assert.throws(() => parseDuration(text), /Expected a duration/);
  const ago = Date.now() - 7_200_000;
  for (const text of ['2h', '2h ago']) assert.ok(Math.abs(parseTime(text) - ago) < 5_000, text);
});

test('durations are shown in help as they are written, and are taken as milliseconds too', async () => {
  for (const verb of ['send', 'audit']) assert.match((await run([verb, '--help'])).stdout, /default: 30s/);
  const env = { CALLBACK_SECRET: secret };
  const sent = await runHere(['send', 'imtoken', '--url', 'http://127.0.0.1:1/', '--patience', '7000'], { env });
  assert.equal(sent.code, 3);
});

test('listen takes the own coin of a network without decimals, and says what an asset is written like', async () => {
  const refused = await run(['listen', '--port', '0', '--asset', 'ETH']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--asset: ETH is not CAIP-19; write eip155:1\/slip44:60=18/);
});
