import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeSecret } from '../../lib/cli/make-secret.ts';
import { makeProvider, providerNames, requiredOptions } from '../../lib/cli/provider-table.ts';
import { samplesOf } from '../../lib/cli/sample-callbacks.ts';
import { whatToSend } from '../../lib/cli/what-to-send.ts';
import { inboundOf } from '../../lib/testing/provider-cases/provider-case.ts';
import { signCallback } from '../../lib/testing/sign-callback.ts';
import { alice, secret } from '../helpers/deposits.ts';
import { bodiesOf } from '../helpers/published.ts';
import { run, runHere, service, temporaryFolder } from './cli.ts';

const env = { CALLBACK_SECRET: secret };

test('send takes networks and assets by name and addresses in any spelling, and says what it sent', async (t) => {
  const { port, store } = await service(t);
  const url = `http://127.0.0.1:${port}/imtoken`;
  const ether = [
    '--network',
    'ethereum',
    '--asset',
    'eth',
    '--to',
    alice.toLowerCase(),
    '--amount',
    '1500000000000000000',
  ];
  const sent = await run(['send', 'imtoken', '--url', url, ...ether, '--id', 'msg_one'], { env });
  assert.equal(sent.code, 0, sent.stderr);
  const [deposit] = await store.deposits({ status: 'confirmed', limit: 2 });
  assert.equal(deposit?.asset, 'eip155:1/slip44:60');
  assert.equal(deposit?.to, alice);
  assert.match(sent.stdout, /^amount +1\.5 ETH$/m);
  assert.match(sent.stdout, /^network +Ethereum$/m);
  assert.ok(sent.stdout.includes(deposit?.transaction.id ?? 'none'), sent.stdout);
  assert.ok(sent.stdout.includes(alice), sent.stdout);
  assert.match(sent.stdout, /^delivery +msg_one$/m);
  const told = JSON.parse((await run(['send', 'imtoken', '--url', url, '--asset', 'USDT', '--json'], { env })).stdout);
  assert.equal(told.sent[0].amount, '1000000 units of USDT');
});

test('a network, an asset, an address or an event that is not known is refused, with the near one', async () => {
  const url = ['--url', 'http://127.0.0.1:1/'];
  const cases: [string[], RegExp][] = [
    [['imtoken', '--network', 'etherium'], /--network: etherium is not known\. Did you mean Ethereum\?/],
    [['imtoken', '--asset', 'USTD'], /--asset: USTD is not known\. Did you mean USD[TC]\?/],
    [['imtoken', '--asset', 'eip155:1'], /--asset: eip155:1 is not known/],
    [['imtoken', '--to', '0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAed'], /--to: .*checksum/],
    [['imtoken', '--network', 'tron'], /--to: is required on TRON/],
    [
      ['imtoken', '--event', 'deposit.confirm'],
      /--event: deposit.confirm is not known\. Did you mean deposit\.confirmed\?/,
    ],
    [['alchemy', '--event', 'tokens'], /--event: tokens is not known\. Did you mean token\?/],
    [['alchemy', '--to', alice], /--to: makes a callback of the imtoken profile/],
    [['alchemy', '--body', 'nowhere.json'], /--body: nowhere\.json cannot be read/],
  ];
  for (const [args, message] of cases) {
    const refused = await runHere(['send', ...args, ...url], { env });
    assert.equal(refused.code, 2, args.join(' '));
    assert.match(refused.stderr, message);
  }
});

test('a network of the user is taken by its CAIP-2 id, and sent as it stands', async (t) => {
  const { port } = await service(t);
  const own = ['--network', 'own:1', '--asset', 'own:1/token:a', '--to', 'somebody', '--hash', 'one'];
  const sent = await run(['send', 'imtoken', '--url', `http://127.0.0.1:${port}/imtoken`, ...own], { env });
  assert.equal(sent.code, 0, sent.stderr);
  assert.match(sent.stdout, /^network +own:1$/m);
});

test('variables of --dotenv are taken if the environment lacks them', async (t) => {
  const { port } = await service(t);
  const folder = await temporaryFolder(t);
  const file = join(folder, '.env');
  await writeFile(file, `CALLBACK_SECRET=${secret}\n`);
  const args = ['send', 'imtoken', '--url', `http://127.0.0.1:${port}/imtoken`, '--dotenv', file];
  assert.equal((await run(args)).code, 0);
  const other = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
  assert.equal((await run(args, { env: { CALLBACK_SECRET: other } })).code, 1);
  const missing = await run([...args.slice(0, -1), join(folder, 'none')]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /cannot be read/);
});

for (const name of providerNames) {
  test(`each sample of ${name} verifies under a secret that is made for it, and is read`, async () => {
    const samples = await samplesOf(name);
    const { key, signing = key, ownKey } = await makeSecret(name, samples);
    const own = ownKey === undefined ? {} : { privateKey: ownKey };
    const now = Date.now();
    for (const { event } of samples.events) {
      if (name === 'imtoken' && event === 'deposit') continue;
      const context = { stdin: () => Promise.reject(new Error('not asked for')), now: () => now };
      const { body, method, query, headers, options } = await whatToSend(name, { event }, samples, context);
      const provider = await makeProvider(name, {
        ...requiredOptions(name),
        ...samples.options,
        ...options,
        ...own,
        secrets: [key],
      });
      const asked = method ?? provider.methods[0] ?? 'POST';
      const path = query === undefined ? '/' : `/?${query}`;
      const signed = signCallback(provider, { secret: signing, body, now, method: asked, url: path });
      const url = signed.query === undefined ? path : `${path}${path === '/' ? '?' : '&'}${signed.query}`;
      const sent = { method: asked, url, headers: { ...signed.headers, ...headers }, body: signed.body };
      const inbound = inboundOf(sent, now);
      const verified = await provider.verify(inbound);
      assert.ok(verified.keyId, `${event} of ${name} verifies`);
      const published = bodiesOf(name).find((one) => one.event === event);
      if (published?.expect.kind === 'unreadable')
        assert.throws(() => provider.read(inbound, verified), { name: 'DepositCallbackError' });
      else assert.ok(provider.read(inbound, verified).kind, `${event} of ${name} is read`);
    }
  });
}
