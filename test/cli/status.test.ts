import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run, service } from './cli.ts';

test('status is one screen with exit code 0 while nothing needs attention', async (t) => {
  const { path, receive } = await service(t);
  await receive();
  const shown = await run(['status', '--store', path]);
  assert.equal(shown.code, 0, shown.stderr);
  assert.match(shown.stdout, /^Nothing needs attention\.$/m);
  assert.match(shown.stdout, /^deposits +1 confirmed$/m);
});

test('status names what needs a person with its cure, exits 1, and doctor finds the same', async (t) => {
  const { path, receive } = await service(t);
  await receive({ to: '0x5aaeb6053F3E94C9b9A09f33669435E7Ef1BeAeD' });
  const shown = await run(['status', '--store', path]);
  assert.equal(shown.code, 1);
  assert.match(shown.stdout, /^unread +1 callback could only be read in part.*\(1 ADDRESS_MALFORMED\)$/m);
  assert.match(shown.stdout, /^ +deposit-callback log --outcome quarantined; .*reprocess$/m);
  const json = await run(['status', '--store', path, '--json']);
  const { needs, counts } = JSON.parse(json.stdout);
  assert.deepEqual(
    needs.map(({ kind, count, codes }: { kind: string; count: number; codes: object }) => ({ kind, count, codes })),
    [{ kind: 'unread', count: 1, codes: { ADDRESS_MALFORMED: 1 } }],
  );
  assert.equal(counts.unread, 1);
  const doctor = await run(['doctor', '--store', path, '--json']);
  assert.equal(doctor.code, 1);
  const found = JSON.parse(doctor.stdout).filter(({ level }: { level: string }) => level === 'bad');
  assert.deepEqual(
    found.map(({ id }: { id: string }) => id),
    ['unread'],
  );
});

test('status without a store or a configuration says which of them to give', async () => {
  const { code, stderr } = await run(['status']);
  assert.equal(code, 2);
  assert.match(stderr, /--config, --store: set one of them/);
});
