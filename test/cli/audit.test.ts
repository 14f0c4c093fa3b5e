import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { probes } from '../../lib/audit/probes/index.ts';
import { alice, secret, usdt } from '../helpers/deposits.ts';
import { run, runHere, service } from './cli.ts';

const env = { CALLBACK_SECRET: secret };

test('audit prints a table, writes JSON and a page, keeps the secret to itself, and takes back what it credited', {
  timeout: 90_000,
}, async (t) => {
  const { folder, path, port, store } = await service(t, { limits: { receiveMs: 300 } });
  const html = join(folder, 'audit.html');
  const json = join(folder, 'audit.json');
  const url = `http://127.0.0.1:${port}/imtoken`;
  const ran = await run(
    ['audit', url, '--store', path, '--to', alice, '--asset', usdt, '--slow', '2s', '--html', html, '--report', json],
    { env },
  );
  // The service has no helmet, which is all that is wrong with it.
  assert.equal(ran.code, 1, ran.stderr);
  assert.match(ran.stdout, /^verdict +probe +severity +saw$/m);
  assert.match(ran.stdout, /^red +security-headers +low +no content-security-policy, /m);
  assert.match(ran.stdout, /^skipped +tls-version +medium +the URL is plain HTTP on loopback/m);
  assert.match(ran.stderr, new RegExp(`^1/${probes.length} plain-http\n2/`));
  const report = JSON.parse(await readFile(json, 'utf8'));
  assert.deepEqual(report.counts, { green: probes.length - 6, red: 1, skipped: 5 });
  const page = await readFile(html, 'utf8');
  assert.match(page, /^<!doctype html>/);
  for (const text of [ran.stdout, ran.stderr, page, JSON.stringify(report)]) assert.ok(!text.includes(secret));
  assert.ok(report.takenBack.length > 0);
  assert.deepEqual(await store.deposits({ status: 'confirmed', limit: 10 }), []);
});

test('audit fails on the severity that is asked for, and by answers alone credits nothing', {
  timeout: 90_000,
}, async (t) => {
  const { port, store } = await service(t);
  const url = `http://127.0.0.1:${port}/imtoken`;
  const only = ['--only', 'security-headers', 'stale', 'replayed', 'nft'];
  const medium = await run(['audit', url, ...only, '--fail-on', 'medium', '--json'], { env });
  assert.equal(medium.code, 0, medium.stderr);
  const { probes: done, takenBack } = JSON.parse(medium.stdout);
  assert.deepEqual(Object.fromEntries(done.map(({ id, verdict }: { id: string; verdict: string }) => [id, verdict])), {
    accepts: 'green',
    credits: 'skipped',
    stale: 'green',
    replayed: 'green',
    nft: 'skipped',
    'security-headers': 'red',
  });
  assert.deepEqual(takenBack, []);
  assert.deepEqual(await store.deposits({ limit: 1 }), []);
  const low = await run(['audit', url, ...only], { env });
  assert.equal(low.code, 1);
  const never = await run(['audit', url, ...only, '--fail-on', 'never'], { env });
  assert.equal(never.code, 0);
});

test('audit refuses what it cannot understand, and lists its probes without a target', async (t) => {
  const { port } = await service(t);
  const url = `http://127.0.0.1:${port}/imtoken`;
  for (const args of [
    [],
    ['ftp://x'],
    [url, '--only', 'nonsense'],
    [url, '--to', alice],
    [url, '--fail-on', 'sometimes'],
  ]) {
    const ran = await run(['audit', ...args], { env });
    assert.deepEqual([ran.code, ran.stdout], [2, ''], args.join(' '));
  }
  const unset = await run(['audit', url]);
  assert.match(unset.stderr, /the environment variable CALLBACK_SECRET is not set/);
  const listed = await run(['audit', '--list', '--json']);
  assert.equal(JSON.parse(listed.stdout).length, probes.length);
  const ofAlchemy = await runHere(['audit', '--list', '--json', '--provider', 'alchemy']);
  const ids = (JSON.parse(ofAlchemy.stdout) as { id: string }[]).map(({ id }) => id);
  assert.deepEqual([ids.includes('wrong-key'), ids.includes('zero-amount')], [true, false]);
  const both = await runHere(['audit', url, '--provider', 'alchemy', '--notifier']);
  assert.match(both.stderr, /--provider: and --notifier exclude each other/);
  const other = await runHere(['audit', url, '--provider', 'alchmey'], { env });
  assert.match(other.stderr, /alchmey .*alchemy/);
});
