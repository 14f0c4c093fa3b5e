import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { callbackBody, randomHash, secret, signed } from '../helpers/deposits.ts';
import { send } from '../helpers/serve.ts';
import { policy, run, service, writeConfig } from './cli.ts';

const otherSecret = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

test('dead letters are listed with an exit code of 1, and redelivered to the running service', async (t) => {
  const { callbacks, path, receive, store } = await service(t, { delivery: { attempts: 1 } });
  let fails = true;
  const delivered: string[] = [];
  callbacks.on('deposit', (_, { eventId }) => {
    if (fails) throw new Error('The ledger is closed');
    delivered.push(eventId);
  });
  await receive();
  const [dead] = await store.events({ state: 'dead', limit: 1 });
  const id = dead?.id ?? '';

  const listed = await run(['dead-letters', '--store', path]);
  assert.equal(listed.code, 1);
  assert.match(listed.stdout, / deposit +1\.5 +1 +.*The ledger is closed.* dep_/);
  const asJson = await run(['dead-letters', '--store', path, '--json']);
  assert.equal(JSON.parse(asJson.stdout)[0].id, id);

  fails = false;
  const heard = new Promise<void>((resolve) => callbacks.on('deposit', () => resolve()));
  const done = await run(['redeliver', '--store', path, id]);
  assert.deepEqual(done, { code: 0, stdout: `due again  ${id}\n`, stderr: '' });
  await heard;
  await callbacks.idle();
  assert.deepEqual(delivered, [id]);

  const none = await run(['dead-letters', '--store', path]);
  assert.deepEqual(none, { code: 0, stdout: '', stderr: 'No dead letters.\n' });
  const gone = await run(['redeliver', '--store', path, id]);
  assert.equal(gone.code, 1);
  assert.equal(gone.stderr, `error: There is no dead letter ${id}\n`);
  const unnamed = await run(['redeliver', '--store', path]);
  assert.equal(unnamed.code, 2);
  const all = await run(['redeliver', '--store', path, '--all', '--json']);
  assert.deepEqual(all, { code: 0, stdout: '[]\n', stderr: '' });
});

test('release credits a held deposit, keeps reason and actor, and asks for both', async (t) => {
  const { folder, path, receive, store } = await service(t, {
    policy: { ...policy, hold: () => 'new customer' },
  });
  await receive();
  const [held] = await store.deposits({ limit: 1 });
  const id = held?.id ?? '';
  assert.equal(held?.code, 'HELD');
  const config = await writeConfig(folder, path);

  const silent = await run(['release', id, '--config', config, '--actor', 'kim']);
  assert.equal(silent.code, 2);
  assert.match(silent.stderr, /required option '--reason <text>'/);
  const released = await run(['release', id, '--config', config, '--actor', 'kim', '--reason', 'checked the passport']);
  assert.deepEqual(released.code, 0, released.stderr);
  assert.match(released.stdout, /^credited 1\.5 to 0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed: dep_/);
  const [owed] = await store.events({ depositId: id, kind: 'deposit', limit: 1 });
  assert.equal(owed?.state, 'owed');
  const shown = await run(['show', id, '--store', path]);
  assert.match(shown.stdout, / release +kim +checked the passport$/m);
  const unknown = await run(['release', 'dep_none', '--config', config, '--actor', 'kim', '--reason', 'x']);
  assert.equal(unknown.code, 1);
});

test('hold, correct and revert decide on a deposit, and one that can do nothing says why', async (t) => {
  const { folder, path, receive, store } = await service(t, { policy: { ...policy, hold: () => 'new customer' } });
  await receive();
  const [held] = await store.deposits({ limit: 1 });
  const id = held?.id ?? '';
  const decide = [id, '--config', await writeConfig(folder, path), '--actor', 'kim', '--reason'];

  const again = await run(['hold', ...decide, 'asked the bank']);
  assert.deepEqual([again.code, again.stdout], [0, `${id} is quarantined (HELD): new customer; asked the bank\n`]);
  assert.equal((await run(['correct', ...decide, 'wrong tag'])).code, 2);
  assert.equal((await run(['correct', ...decide, 'wrong tag', '--decimals', 'six'])).code, 2);
  const corrected = await run([
    'correct',
    ...decide,
    'wrong tag',
    '--memo',
    '77',
    '--account',
    'user-17',
    '--decimals',
    '5',
  ]);
  assert.equal(corrected.code, 0, corrected.stderr);
  assert.equal((await run(['release', ...decide, 'the bank says yes'])).code, 0);
  const [credited] = await store.deposits({ limit: 1 });
  assert.deepEqual([credited?.amount, credited?.memo, credited?.account], [15_000_000n, '77', 'user-17']);
  const late = await run(['hold', ...decide, 'one more look']);
  assert.equal(late.code, 1);
  assert.match(late.stderr, /^error: ALREADY_CREDITED: dep_\w+ is credited; use revert to take it back/);
  const reverted = await run(['revert', ...decide, 'the bank was wrong']);
  assert.deepEqual([reverted.code, reverted.stdout], [0, `reverted 15 to ${held?.to}: ${id}\n`]);

  const shown = await run(['show', id, '--store', path]);
  for (const line of [
    /^reason +the bank was wrong$/m,
    /^units reported +1500000$/m,
    / hold +policy\.hold +new customer$/m,
    / hold +kim +asked the bank$/m,
    / correct +kim +wrong tag$/m,
    / release +kim +the bank says yes$/m,
    / revert +kim +the bank was wrong$/m,
  ]) {
    assert.match(shown.stdout, line);
  }
});

test('revert of a deposit that waits for a decision says that it is false, and nobody is asked again', async (t) => {
  const { folder, path, receive, store } = await service(t, { policy: { ...policy, hold: () => 'new customer' } });
  await receive();
  const [held] = await store.deposits({ limit: 1 });
  const config = await writeConfig(folder, path);
  const decide = [held?.id ?? '', '--config', config, '--actor', 'kim', '--reason', 'not on the chain'];
  assert.equal((await run(['status', '--store', path])).code, 1);
  const rejected = await run(['revert', ...decide]);
  assert.deepEqual(
    [rejected.code, rejected.stdout],
    [0, `${held?.id} is failed (OPERATOR_REVERTED): new customer; not on the chain\n`],
  );
  assert.equal((await run(['status', '--store', path])).code, 0);
});

test('reprocess reads again what has become ours, and settles no event of the service', async (t) => {
  const { folder, path, receive, store } = await service(t, { policy: { ...policy, isOurs: () => false } });
  await receive();
  assert.deepEqual(await store.deposits({ limit: 1 }), []);
  const config = await writeConfig(folder, path);
  const done = await run(['reprocess', '--config', config]);
  assert.equal(done.code, 0, done.stderr);
  assert.match(done.stdout, /^1 callbacks read again, 1 of them recorded; 0 skipped/);
  assert.match(done.stderr, /Reading callbacks again/);
  const [event] = await store.events({ kind: 'deposit', limit: 1 });
  assert.equal(event?.state, 'owed');
  const none = await run(['reprocess', 'cb_none', '--config', config, '--json']);
  assert.equal(none.code, 1);
  assert.deepEqual(JSON.parse(none.stdout), { read: 0, recorded: 0, passedOver: 1 });
});

test('reverify takes what a rotation has kept, once the key is right', async (t) => {
  const { folder, path, port, store } = await service(t, { quarantineUnverified: true, sources: ['127.0.0.1'] });
  const kept = await send(port, { path: '/imtoken', ...signed(callbackBody(), { secret: otherSecret }) });
  assert.equal(kept.status, 503);

  const stillWrong = await run(['reverify', '--config', await writeConfig(folder, path)]);
  assert.equal(stillWrong.code, 1);
  assert.match(stillWrong.stdout, /^0 callbacks accepted, 1 still kept/);
  const rotated = (await writeConfig(folder, path)).replace('.mjs', '-2.mjs');
  const { readFile, writeFile } = await import('node:fs/promises');
  const text = await readFile(join(folder, 'callbacks.config.mjs'), 'utf8');
  await writeFile(rotated, text.replace(secret, otherSecret));
  const taken = await run(['reverify', '--config', rotated, '--json']);
  assert.equal(taken.code, 0, taken.stderr);
  assert.deepEqual(JSON.parse(taken.stdout), { taken: 1, kept: 0 });
  assert.equal((await store.deposits({ limit: 1 })).length, 1);
});

test('prune forgets what is named and nothing by default', async (t) => {
  const { path, receive, store } = await service(t);
  await receive({ to: `0x${randomHash().slice(2, 42)}` });
  const nothing = await run(['prune', '--store', path]);
  assert.equal(nothing.code, 2);
  const young = await run(['prune', '--store', path, '--older-than', '1d']);
  assert.match(young.stdout, /^0 callbacks received before .* deleted/);
  const dry = await run(['prune', '--store', path, '--before', '2999-01-01', '--dry-run']);
  assert.match(dry.stdout, /^1 callbacks received before .* would be deleted/);
  assert.equal((await store.callbacks({ limit: 9 })).length, 1);
  const all = await run(['prune', '--store', path, '--before', '2999-01-01', '--json']);
  assert.equal(all.code, 0);
  assert.deepEqual(JSON.parse(all.stdout), { before: '2999-01-01T00:00:00.000Z', forgotten: 1 });
  assert.match(all.stderr, /Deleting callbacks received before 2999/);
  assert.deepEqual(await store.callbacks({ limit: 1 }), []);
});

test('a configuration that exports nothing, or a store that forgets, is refused', async (t) => {
  const { folder, path } = await service(t);
  const config = await writeConfig(folder, path, 'store: undefined,');
  const forgets = await run(['reprocess', '--config', config]);
  assert.equal(forgets.code, 2);
  assert.match(forgets.stderr, /the memory store of --config cannot be shared/);
  const missing = await run(['reprocess', '--config', join(folder, 'none.mjs')]);
  assert.equal(missing.code, 2);
  const unset = await run(['reprocess']);
  assert.equal(unset.code, 2);
  const store = sqliteStore({ path });
  await store.ready();
  await store.close();
});
