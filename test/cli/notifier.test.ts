import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import '../../scripts/ensure-build.mjs';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { promised } from '../helpers/promised.ts';
import { startReceiver } from '../notifier/receiver.ts';
import { type Running, run, runHere, runOn, temporaryFolder } from './cli.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const admin = 'admin-secret-of-the-tests';
const metricsSecret = 'metrics-secret-of-the-tests';
const env = { NOTIFIER_ADMIN_SECRET: admin, NOTIFIER_METRICS_SECRET: metricsSecret };

describe('deposit-callback notifier', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  /** A configuration as an operator would write it, its key in a file of its own. */
  async function configured(t: TestContext, more: object = {}): Promise<string> {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, 'key'), `${'07'.repeat(32)}\n`);
    const file = join(folder, 'notifier.config.json');
    const config = {
      path: join(folder, 'notifier.db'),
      networks: [{ network: 'eip155:1', url: { env: 'ETHEREUM_NODE' }, fromBlock: 0, confirmations: 1 }],
      secretsKey: { file: join(folder, 'key') },
      listen: { port: 0 },
      allowPrivate: true,
      pollMs: 20,
      ...more,
    };
    await writeFile(file, JSON.stringify(config));
    return file;
  }

  const started = async (t: TestContext, file: string, ...more: string[]) => {
    const running = runOn(t, ['notifier', '--config', file, ...more], { env: { ...env, ETHEREUM_NODE: anvil.url } });
    const [, base = ''] = await running.until(/Listening on (http:\/\/[\d.:]+)/);
    return { running, base };
  };

  const ask = async (base: string, method: string, path: string, key: string, body?: object) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(base + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    const text = await response.text();
    return { status: response.status, text, json: () => JSON.parse(text) as Record<string, string> };
  };

  async function stopped(running: Running): Promise<void> {
    const { code, stderr } = await running.stop();
    assert.equal(code, 0, stderr);
  }

  it('runs from a file: it makes keys, watches, sends, stops when asked, and goes on where it was', async (t) => {
    const file = await configured(t);
    const receiver = await startReceiver();
    t.after(() => receiver.close());
    const seen = [promised(), promised()] as const;
    receiver.answer = ({ type, data }) => {
      if (type === 'deposit.confirmed') seen[data.amount === '5' ? 0 : 1].resolve();
      return 200;
    };
    const first = await started(t, file);
    const key = (await ask(first.base, 'POST', '/v1/keys', admin, { name: 'shop' })).json();
    await ask(first.base, 'PUT', '/v1/callback-url', String(key.key), { url: receiver.url });
    await ask(first.base, 'POST', '/v1/watches', String(key.key), { network: 'eip155:1', address: alice });
    await anvil.send({ to: alice, value: 5n });
    await anvil.mine();
    await seen[0].promise;
    await stopped(first.running);
    assert.match(first.running.ran.stderr, /Stopping\nStopped\n$/);

    await anvil.send({ to: alice, value: 6n });
    await anvil.mine();
    const second = await started(t, file);
    await seen[1].promise;
    await stopped(second.running);
  });

  it('answers /health to everybody and /metrics to whoever has the secret', async (t) => {
    const { running, base } = await started(t, await configured(t), '--json');
    const health = await ask(base, 'GET', '/health', 'nobody');
    assert.equal(health.status, 200);
    assert.deepEqual(Object.keys(health.json()), ['status', 'networks'], 'no figures for strangers');
    for (const wrong of ['nobody', admin]) {
      const { status, text } = await ask(base, 'GET', '/metrics', wrong);
      assert.deepEqual([status, text], [401, '']);
    }
    await ask(base, 'POST', '/v1/keys', admin, { name: 'shop' });
    const { status, text } = await ask(base, 'GET', '/metrics', metricsSecret);
    assert.equal(status, 200);
    assert.match(text, /^deposit_notifier_keys 1$/m);
    assert.match(text, /^deposit_notifier_network_reading\{network="eip155:1"\} [01]$/m);
    assert.match(text, /^deposit_notifier_attempts_total\{result="accepted"\} 0$/m);
    const page = (password: string) =>
      fetch(`${base}/operator/`, {
        headers: { authorization: `Basic ${Buffer.from(`operator:${password}`).toString('base64')}` },
      });
    const [shut, open] = await Promise.all([page(metricsSecret), page(admin)]);
    assert.deepEqual([shut.status, shut.headers.get('www-authenticate')], [401, 'Basic realm="notifier"']);
    assert.match(await open.text(), /<td[^>]*><div>Ethereum/);
    const unknown = await ask(base, 'GET', '/nothing', 'nobody');
    assert.deepEqual([unknown.status, unknown.json().code], [404, 'NOT_FOUND']);
    await stopped(running);
    const lines = running.ran.stdout.trim().split('\n');
    const logged = lines.map((line) => JSON.parse(line) as { level: string; message: string; time: string });
    assert.match(logged.at(-3)?.message ?? '', /^Listening on/);
    assert.ok(
      logged.every(({ level, time }) => /^(info|warn)$/.test(level) && Date.parse(time) > 0),
      running.ran.stdout,
    );
  });

  it('has no /metrics without a secret for them', async (t) => {
    const file = await configured(t);
    const running = runOn(t, ['notifier', '--config', file], { env: { ETHEREUM_NODE: anvil.url } });
    const [, base = ''] = await running.until(/Listening on (http:\/\/[\d.:]+)/);
    assert.equal((await ask(base, 'GET', '/metrics', metricsSecret)).status, 404);
    await stopped(running);
  });

  it('exits 3 when another notifier holds the database, or the port is taken', async (t) => {
    const file = await configured(t);
    const { running } = await started(t, file);
    const second = await run(['notifier', '--config', file], { env: { ...env, ETHEREUM_NODE: anvil.url } });
    assert.equal(second.code, 3);
    assert.match(second.stderr, /STORE_BUSY/);
    await stopped(running);
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    t.after(() => taken.close());
    const { port } = taken.address() as AddressInfo;
    const third = await run(['notifier', '--config', file, '--port', String(port)], {
      env: { ...env, ETHEREUM_NODE: anvil.url },
    });
    assert.equal(third.code, 3);
    assert.match(third.stderr, /EADDRINUSE/);
  });

  it('is published: the built command runs from a module, whose options need no environment', async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, 'notifier.config.mjs');
    const options = {
      path: join(folder, 'notifier.db'),
      networks: [{ network: 'eip155:1', url: anvil.url }],
      allowPlainSecrets: true,
      listen: { port: 0 },
    };
    await writeFile(file, `export default async () => (${JSON.stringify(options)});\n`);
    const running = runOn(t, ['notifier', '--config', file], { isBuilt: true });
    await running.until(/Listening on/);
    await stopped(running);
  });

  it('--check reads the configuration and nothing else, and what is wrong exits 2 and names the fix', async (t) => {
    const withNode = { env: { ...env, ETHEREUM_NODE: anvil.url } };
    const checked = await runHere(['notifier', '--check', '--config', await configured(t)], withNode);
    assert.equal(checked.code, 0, checked.stderr);
    assert.match(checked.stderr, /The configuration is valid\n$/);
    const wrong: readonly [object, RegExp][] = [
      [{ heartBeatMs: 5 }, /heartBeatMs: is not known\. Did you mean heartbeatMs\?/],
      [{ metricSecret: 'x' }, /Did you mean metricsSecret\?/],
      [{ listen: { prot: 1 } }, /listen\.prot: is not known\. Did you mean port\?/],
      [{ listen: { port: 70_000 } }, /listen\.port: must be 0 to 65535/],
      [{ networks: [{ network: 'eip155:1', ur: 'http://x' }] }, /networks\.ur: is not known\. Did you mean url\?/],
      [{ networks: [{ network: 'eip155:1', url: anvil.url, fromBlock: -1 }] }, /networks\.fromBlock: must be/],
      [{ networks: [{ network: 'eip155:1', url: { env: 'NO_SUCH' } }] }, /networks\[0\]\.url.*NO_SUCH is not set/],
      [{ secretsKey: { file: '/no/such/key' } }, /secretsKey.*\/no\/such\/key cannot be read/],
      [{ secretsKey: '07'.repeat(32) }, /secretsKey: must not stand in/],
      [{ secretsKey: undefined }, /secretsKey: is missing/],
      [{ adminSecret: 'a literal secret' }, /adminSecret: must not stand in/],
    ];
    for (const [more, message] of wrong) {
      const ran = await runHere(['notifier', '--check', '--config', await configured(t, more)], withNode);
      assert.equal(ran.code, 2, ran.stderr);
      assert.match(ran.stderr, message);
      assert.ok(
        !ran.stderr.includes('07'.repeat(32)) && !ran.stderr.includes('a literal secret'),
        'no secret is printed',
      );
    }
    const none = await runHere(['notifier'], {});
    assert.deepEqual([none.code, /DEPOSIT_NOTIFIER_CONFIG/.test(none.stderr)], [2, true]);
    const missing = await runHere(['notifier', '--config', '/no/such.json'], {});
    assert.deepEqual([missing.code, /cannot be read/.test(missing.stderr)], [2, true]);
  });
});
