import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { alice, ether, randomHash } from '../helpers/deposits.ts';
import { run, runHere, service } from './cli.ts';

test('the log lists what came, from where, its outcome, code, time, key and hash, the newest first', async (t) => {
  const { path, receive } = await service(t);
  await receive({}, { id: 'msg_first' });
  await receive({}, { secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` });

  const shown = await run(['log', '--store', path]);
  assert.equal(shown.code, 0);
  const lines = shown.stdout.trimEnd().split('\n');
  assert.match(lines[0] ?? '', /^received +provider +from +outcome +code +ms +key +body \(sha256\) +id$/);
  assert.match(lines[1] ?? '', /^\d{4}-\d\d-\d\dT[\d:.]+Z +imtoken +127\.0\.0\.1 +rejected +SIGNATURE_INVALID /);
  assert.match(lines[2] ?? '', / recorded +\d+ +[0-9a-f]{8} +[0-9a-f]{12} +cb_/);
  assert.ok(!shown.stdout.includes('\x1b'), 'no colours where there is no terminal');
  assert.equal(shown.stderr, '');

  const json = await run(['log', '--store', path, '--outcome', 'recorded', '--json']);
  const [callback, ...others] = JSON.parse(json.stdout);
  assert.equal(others.length, 0);
  assert.equal(callback.deliveryId, 'msg_first');
  assert.match(callback.receivedAt, /^\d{4}-\d\d-\d\dT/);
});

test('a log in which nothing fits is empty on standard output, and says so on standard error', async (t) => {
  const { path } = await service(t);
  const shown = await run(['log', '--store', path, '--code', 'SIGNATURE_INVALID']);
  assert.deepEqual(shown, { code: 0, stdout: '', stderr: 'No callback matches.\n' });
  const json = await run(['log', '--json'], { env: { DEPOSIT_CALLBACK_STORE: path } });
  assert.deepEqual(json, { code: 0, stdout: '[]\n', stderr: '' });
});

test('deposits are listed with exact amounts, and filtered', async (t) => {
  const { path, receive } = await service(t);
  await receive({ amount: '123456789012345678901234567890', asset: ether, position: 'native' });
  await receive({ confirmations: 1 });

  const shown = await run(['deposits', '--store', path]);
  assert.equal(shown.code, 0);
  assert.match(shown.stdout, / confirmed, not credited yet +123456789012\.34567890123456789 +eip155:1\/slip44:60 /);
  assert.match(shown.stdout, / pending +1\.5 +eip155:1\/erc20:/);
  const json = await run(['deposits', '--store', path, '--status', 'confirmed', '--json']);
  const [deposit, ...others] = JSON.parse(json.stdout);
  assert.equal(others.length, 0);
  assert.equal(deposit.amount, '123456789012345678901234567890');
  assert.equal(deposit.to, alice);
  const none = await run(['deposits', '--store', path, '--transaction', randomHash()]);
  assert.equal(none.stderr, 'No deposit matches.\n');
});

test('show tells all of a callback, of a deposit, and of an event by its id', async (t) => {
  const { callbacks, path, receive, store } = await service(t);
  callbacks.on('deposit', () => {});
  await receive({}, { id: 'msg_shown' });
  const [deposit] = await store.deposits({ limit: 1 });
  const [record] = await store.callbacks({ limit: 1 });

  const asDeposit = await run(['show', '--store', path, deposit?.id ?? '']);
  assert.equal(asDeposit.code, 0);
  assert.match(asDeposit.stdout, /^amount +1\.5$/m);
  assert.match(asDeposit.stdout, / imtoken +confirmed +1500000 +200 /);
  assert.match(asDeposit.stdout, / deposit +handled +1 /);
  const asEvent = await run(['show', '--store', path, '--json', `${deposit?.id}:1:deposit`]);
  const dossier = JSON.parse(asEvent.stdout);
  assert.equal(dossier.deposit.amount, '1500000');
  assert.equal(dossier.events[0].state, 'handled');
  assert.equal(dossier.statements[0].amount, '1500000');

  const asCallback = await run(['show', '--store', path, record?.id ?? '']);
  assert.match(asCallback.stdout, /^delivery id +msg_shown$/m);
  assert.match(asCallback.stdout, /"amount":"1500000"/);
  assert.doesNotMatch(asCallback.stdout, /webhook-signature/);
});

test('show exits 1 for an id that is not there, and writes nothing on standard output', async (t) => {
  const { path } = await service(t);
  const shown = await run(['show', '--store', path, 'dep_none']);
  assert.equal(shown.code, 1);
  assert.equal(shown.stdout, '');
  assert.equal(shown.stderr, 'error: NOT_FOUND: There is no callback, deposit or event dep_none\n');
});

test('text from outside cannot move the cursor of a terminal', async (t) => {
  const { path, receive, store } = await service(t);
  await receive({ symbol: '\u001b[2J\u202egnp' }, { id: 'msg_x' });
  const [deposit] = await store.deposits({ limit: 1 });
  const [record] = await store.callbacks({ limit: 1 });
  for (const id of [deposit?.id ?? '', record?.id ?? '']) {
    const shown = await run(['show', '--store', path, id]);
    assert.ok(!shown.stdout.includes('\x1b') && !shown.stdout.includes('\u202e'));
  }
  const shown = await run(['show', '--store', path, deposit?.id ?? '']);
  // A symbol that no ticker has is not taken at all.
  assert.match(shown.stdout, /^amount +1\.5$/m);
});

test('export writes CSV in which no spreadsheet finds a formula, and NDJSON as it is', async (t) => {
  const { folder, path, receive } = await service(t);
  await receive({ symbol: '=cmd|"/c calc"!A1, "x"', amount: '90071992547409931' });

  const csv = await run(['export', 'deposits', '--store', path]);
  assert.equal(csv.code, 0);
  assert.equal(csv.stderr, '1 deposits written\n');
  const [heads, row] = csv.stdout.split('\r\n');
  assert.match(heads ?? '', /^id,first_seen,status,code,network,asset,symbol,decimals,units,amount,/);
  assert.match(row ?? '', /,90071992547409931,90071992547\.409931,/);
  assert.ok((row ?? '').includes(`,"'=cmd|""/c calc""!A1, ""x""",`), row);
  const ndjson = await run(['export', 'deposits', '--store', path, '--format', 'ndjson']);
  const written = JSON.parse(ndjson.stdout);
  assert.equal(written.units, '90071992547409931');
  assert.equal(written.symbol, '=cmd|"/c calc"!A1, "x"');

  const file = join(folder, 'callbacks.csv');
  const toFile = await run(['export', 'callbacks', '--store', path, '--output', file]);
  assert.equal(toFile.stdout, '');
  assert.match(await readFile(file, 'utf8'), /^id,received,provider,from,.*\r\ncb_/);
  const again = await run(['export', 'callbacks', '--store', path, '--output', file]);
  assert.equal(again.code, 3);
  assert.match(again.stderr, /EEXIST/);
  const other = await run(['export', 'secrets', '--store', path]);
  assert.equal(other.code, 2);
});

test('a store that is not there, or of a kind that is not known, is refused and not made', async (t) => {
  const { folder } = await service(t);
  const missing = await run(['log', '--store', join(folder, 'typo.db')]);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /^error: OPTION_INVALID: Option --store: there is no file .*typo\.db\n$/);
  await assert.rejects(readFile(join(folder, 'typo.db')), { code: 'ENOENT' });
  const unknown = await run(['log', '--store', 'mysql://localhost/x']);
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /mysql:\/\/ is not supported/);
  const none = await run(['log']);
  assert.equal(none.code, 2);
  const down = await run(['log', '--store', 'postgres://127.0.0.1:1/none']);
  assert.equal(down.code, 3);
  assert.equal(down.stdout, '');
});

test('deposits takes names and spellings, and refuses those that nobody knows', async (t) => {
  const { path, receive } = await service(t);
  await receive();
  const found = async (...args: string[]): Promise<number> =>
    JSON.parse((await runHere(['deposits', '--store', path, '--json', ...args])).stdout).length;
  assert.equal(await found('--to', alice.toLowerCase()), 1);
  assert.equal(await found('--network', 'ethereum'), 1);
  assert.equal(
    await found('--network', 'ethereum', '--asset', 'usdt', '--to', alice.toUpperCase().replace('X', 'x')),
    1,
  );
  assert.equal(await found('--network', 'bitcoin'), 0);
  for (const [args, message] of [
    [['--network', 'etherium'], /--network: etherium is not known\. Did you mean Ethereum\?/],
    [['--asset', 'USDT'], /--asset: USDT is a symbol: name its network too/],
    [['--network', 'ethereum', '--asset', 'USTD'], /--asset: USTD is not known/],
    [['--to', `${alice.slice(0, -1)}e`], /--to: .*checksum/],
  ] as const) {
    const refused = await runHere(['deposits', '--store', path, ...args]);
    assert.equal(refused.code, 2, args.join(' '));
    assert.match(refused.stderr, message);
  }
});
