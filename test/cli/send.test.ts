import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { attacks } from '../../lib/audit/attacks.ts';
import { providerNames } from '../../lib/cli/provider-table.ts';
import { samplesOf } from '../../lib/cli/sample-callbacks.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { alice, secret } from '../helpers/deposits.ts';
import { fixturesOf } from '../helpers/published.ts';
import { run, runHere, runOn, service, temporaryFolder } from './cli.ts';

const fixtures = fileURLToPath(new URL('../fixtures/providers', import.meta.url));

test('keygen makes secrets that a receiver takes, each time another', async () => {
  const first = await run(['keygen']);
  assert.deepEqual([first.code, first.stderr], [0, '']);
  assert.match(first.stdout, /^whsec_[A-Za-z0-9+/]{43}=\n$/);
  assert.notEqual((await run(['keygen'])).stdout, first.stdout);
  const pair = JSON.parse((await run(['keygen', '--type', 'ed25519', '--json'])).stdout);
  assert.match(pair.secret, /^whsk_/);
  assert.match(pair.public, /^whpk_/);
  assert.match((await run(['keygen', '--type', 'hex'])).stdout, /^[0-9a-f]{64}\n$/);
  assert.equal((await run(['keygen', '--type', 'rot13'])).code, 2);
});

test('listen receives what send sends, by HMAC and by ed25519, and shows it', async (t) => {
  const folder = await temporaryFolder(t);
  const pair = JSON.parse((await run(['keygen', '--type', 'ed25519', '--json'])).stdout);
  const listener = runOn(t, ['listen', '--port', '0', '--json'], {
    cwd: folder,
    env: { CALLBACK_SECRET: pair.public },
  });
  const [, url = ''] = await listener.until(/POST (http:\S+)/);
  const sent = await run(['send', 'imtoken', '--url', url, '--to', alice, '--amount', '90071992547409931'], {
    env: { CALLBACK_SECRET: pair.secret },
  });
  assert.equal(sent.code, 0, sent.stderr);
  assert.match(sent.stdout, /^200 +\d+ ms$/m);
  await listener.until(/"event":"deposit"/);
  const ended = await listener.stop();
  assert.equal(ended.code, 0, ended.stderr);
  const lines = ended.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(lines.find((line) => line.callback)?.callback.outcome, 'recorded');
  assert.equal(lines.find((line) => line.event === 'deposit')?.deposit.amount, '90071992547409931');
  const looked = await run(['deposits', '--store', join(folder, 'deposit-callback.db'), '--json']);
  assert.equal(JSON.parse(looked.stdout)[0].to, alice);
});

test('listen serves the inspector behind a password of its own', async (t) => {
  const folder = await temporaryFolder(t);
  const listener = runOn(t, ['listen', '--port', '0'], { cwd: folder, env: { CALLBACK_SECRET: secret } });
  const [, credentials = '', address] = await listener.until(/Inspector: http:\/\/([^@]+)@(\S+)/);
  const asked = await fetch(`http://${address}`);
  assert.equal(asked.status, 401);
  assert.equal(asked.headers.get('www-authenticate'), 'Basic realm="inspector"');
  const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const shown = await fetch(`http://${address}`, { headers: { authorization } });
  assert.equal(shown.status, 200);
  assert.match(await shown.text(), /<!doctype html>/i);
  assert.equal((await listener.stop()).code, 0);
});

test('listen makes and shows a secret where none is set, and send needs one that is', async (t) => {
  const folder = await temporaryFolder(t);
  const listener = runOn(t, ['listen', '--port', '0'], { cwd: folder });
  const [, made = ''] = await listener.until(/CALLBACK_SECRET=(\S+)/);
  const [, url = ''] = await listener.until(/POST (http:\S+)/);
  const sent = await run(['send', 'imtoken', '--url', url, '--event', 'test', '--secret-env', 'MADE', '--json'], {
    env: { MADE: made },
  });
  assert.equal(JSON.parse(sent.stdout).status, 200, sent.stderr);
  const unset = await run(['send', 'imtoken', '--url', url]);
  assert.equal(unset.code, 2);
  assert.match(unset.stderr, /the environment variable CALLBACK_SECRET is not set/);
});

for (const attack of Object.keys(attacks).filter((name) => name !== 'slow')) {
  test(`send --attack ${attack} finds that the receiver holds`, async (t) => {
    const { port, store } = await service(t);
    const url = `http://127.0.0.1:${port}/imtoken`;
    const sent = await run(['send', 'imtoken', '--url', url, '--to', alice, '--attack', attack], {
      env: { CALLBACK_SECRET: secret },
    });
    assert.equal(sent.code, 0, `${sent.stdout}${sent.stderr}`);
    assert.match(sent.stdout, /attack refused$/m);
    const credited = await store.deposits({ status: 'confirmed', limit: 10 });
    assert.equal(credited.length, attacks[attack]?.expects === 'taken' ? 1 : 0);
  });
}

test('send --attack slow ends when the receiver hangs up', async (t) => {
  const { port } = await service(t, { limits: { receiveMs: 300 } });
  const sent = await run(
    ['send', 'imtoken', '--url', `http://127.0.0.1:${port}/imtoken`, '--attack', 'slow', '--json'],
    {
      env: { CALLBACK_SECRET: secret },
    },
  );
  const told = JSON.parse(sent.stdout);
  assert.deepEqual([sent.code, told.held, told.status], [0, true, 408]);
  assert.match(sent.stderr, /Sending a byte a second/);
});

test('send exits 1 where a receiver refuses, or does not hold, and 3 where there is none', async (t) => {
  const { port } = await service(t);
  const env = { CALLBACK_SECRET: `whsec_${Buffer.alloc(32, 9).toString('base64')}` };
  const refused = await run(['send', 'imtoken', '--url', `http://127.0.0.1:${port}/imtoken`], { env });
  assert.equal(refused.code, 1);
  assert.match(refused.stdout, /^401 SIGNATURE_INVALID/);
  const open = await run(['send', 'imtoken', '--url', 'http://127.0.0.1:1/'], { env });
  assert.equal(open.code, 3);
  assert.match(open.stdout, /^ECONNREFUSED/);
  const noBody = await run(['send', 'standard-webhooks', '--url', 'http://127.0.0.1:1/'], { env });
  assert.equal(noBody.code, 2);
  assert.match(noBody.stderr, /--body/);
  const unknown = await run(['send', 'somebody-else', '--url', 'http://127.0.0.1:1/'], { env });
  assert.equal(unknown.code, 2);
  assert.ok(unknown.stderr.includes(`Known: ${providerNames.join(', ')}`), unknown.stderr);
  const near = await run(['send', 'alchmy', '--url', 'http://127.0.0.1:1/'], { env });
  assert.match(near.stderr, /alchmy is not known\. Did you mean alchemy\?/);
});

test('the sample that send sends for every provider is credited by listen', { timeout: 300_000 }, async (t) => {
  const folder = await temporaryFolder(t);
  const all = await Promise.all(
    readdirSync(fixtures)
      .filter((name) => providerNames.includes(name))
      .map(async (name) => ({ name, samples: await samplesOf(name), fixture: fixturesOf(name) })),
  );
  // Providers of hints credit nothing.
  const cases = all.filter(({ samples }) => samples.to !== undefined);
  const variable = (name: string): string => `CALLBACK_SECRET_${name.toUpperCase().replaceAll('-', '_')}`;
  const assets = new Set(cases.map(({ samples: { asset } }) => `${asset?.asset}=${asset?.decimals}`));
  const options = Object.fromEntries(cases.map(({ name, fixture }) => [name, fixture.options ?? {}]));
  const listener = runOn(
    t,
    [
      ...['listen', ...cases.map(({ name }) => name), '--port', '0', '--json', '--confirmations', '1'],
      ...['--options', JSON.stringify(options), '--asset', ...assets],
    ],
    {
      cwd: folder,
      env: Object.fromEntries(cases.map(({ name, fixture }) => [variable(name), fixture.keys.first.key])),
    },
  );
  for (const { name, fixture, samples } of cases) {
    const [, url = ''] = await listener.until(new RegExp(`POST (http:\\S+/${name})\\n`));
    const { key, signing = key } = fixture.keys.first;
    const privateKey = fixture.options?.privateKey;
    const to = name === 'imtoken' ? ['--to', String(samples.to)] : [];
    const sent = await runHere(['send', name, '--url', url, ...to], {
      env: {
        CALLBACK_SECRET: signing,
        ...(typeof privateKey === 'string' ? { CALLBACK_PRIVATE_KEY: privateKey } : {}),
      },
    });
    assert.equal(sent.code, 0, `${name}: ${sent.stdout}${sent.stderr}`);
  }
  const ended = await listener.stop();
  assert.equal(ended.code, 0, ended.stderr);
  const store = sqliteStore({ path: join(folder, 'deposit-callback.db') });
  await store.ready();
  const credited = await store.deposits({ status: 'confirmed', limit: 200 });
  await store.close();
  for (const { name, samples } of cases) {
    const found = credited.find(({ to, providers }) => to === samples.to && providers.includes(name));
    assert.ok(found, `${name} credits ${samples.to}`);
  }
  assert.ok(cases.length >= 8, `${cases.length} providers`);
});
