import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqliteStore } from '../lib/stores/sqlite.ts';
import { callbackBody, signed } from './helpers/deposits.ts';
import { send } from './helpers/serve.ts';

const callbacks = 2_000;
const connections = 50;
const kills = 8;

// Proves process crashes. What `synchronous = FULL` adds against a loss of power is the disk's promise, not shown here.
test('what was acknowledged before a kill -9 is delivered after it, and every balance is exact', async (t) => {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-crash-'));
  t.after(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, 'deposits.db');

  let receiver = await start(path);
  t.after(() => receiver.process.kill('SIGKILL'));
  let starting: Promise<void> | undefined;
  let killed = 0;
  const restart = (): Promise<void> => {
    starting ??= (async () => {
      killed += 1;
      receiver.process.kill('SIGKILL');
      await once(receiver.process, 'exit');
      receiver = await start(path);
    })().finally(() => {
      starting = undefined;
    });
    return starting;
  };

  const amounts = Array.from({ length: callbacks }, (_, index) => BigInt(index + 1));
  const acknowledged = new Set<bigint>();
  const killAt = new Set(
    Array.from({ length: kills }, () => 1 + Math.floor(Math.random() * (callbacks - connections))),
  );
  const queue = [...amounts];

  const sendAll = async (): Promise<void> => {
    for (let amount = queue.shift(); amount !== undefined; amount = queue.shift()) {
      const body = callbackBody({ amount: String(amount) });
      for (let done = false; !done; ) {
        await starting;
        // A new signature each time, as a sender with retries makes it.
        const answered = await send(receiver.port, { path: '/imtoken', ...signed(body) }).catch(() => undefined);
        done = answered?.status === 200;
      }
      acknowledged.add(amount);
      // The others are in the middle of their requests: some are read, some committed and not answered.
      if (killAt.has(acknowledged.size)) await restart();
    }
  };
  await Promise.all(Array.from({ length: connections }, sendAll));
  await restart();

  receiver.process.send('finish');
  const [told] = (await once(receiver.process, 'message')) as [{ closed: boolean }];
  assert.equal(told.closed, true);

  const store = sqliteStore({ path });
  await store.ready();
  const credits = store.database.prepare('SELECT amount FROM credit').all() as { amount: string }[];
  await store.close();
  assert.ok(killed >= 2, `${killed} kills`);
  assert.equal(acknowledged.size, callbacks);
  assert.deepEqual(
    credits.map(({ amount }) => BigInt(amount)).sort((a, b) => Number(a - b)),
    amounts,
  );
});

async function start(path: string): Promise<{ process: ChildProcess; port: number }> {
  const child = fork(new URL('./crash/receiver.ts', import.meta.url), [path], { execArgv: ['--import', 'tsx'] });
  const [message] = (await once(child, 'message')) as [{ port: number }];
  return { process: child, port: message.port };
}
