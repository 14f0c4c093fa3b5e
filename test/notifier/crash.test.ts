import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createNotifier } from '../../lib/notifier/index.ts';
import { startAnvil } from '../chains/anvil.ts';
import { startReceiver } from './receiver.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const crashes = 6;

test('a notifier that is killed again and again loses nothing, and repeats itself only under the same id', async (t) => {
  const anvil = await startAnvil();
  const receiver = await startReceiver();
  const folder = await mkdtemp(join(tmpdir(), 'notifier-crash-'));
  t.after(async () => {
    await anvil.close();
    await receiver.close();
    await rm(folder, { recursive: true });
  });
  const path = join(folder, 'notifier.db');
  const open = () =>
    createNotifier({
      path,
      networks: [{ network: 'eip155:1', url: anvil.url, confirmations: 3 }],
      adminSecret: 'not-needed-in-this-test',
      allowPlainSecrets: true,
      allowPrivate: true,
      now: () => Date.now() + 10 * 86_400_000,
    });
  const first = open();
  await first.catchUp();
  const key = await first.createKey('crash');
  await first.close();
  // The API needs a server, and what it writes is all that this test needs of it.
  await configure(path, key.id, receiver.url);

  let sent = 0;
  for (let crash = 0; crash < crashes; crash += 1) {
    const child = fork(new URL('./runner.ts', import.meta.url), [path, anvil.url], { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    const before = receiver.received.length;
    const enough = 3 + crash * 7;
    receiver.answer = () => {
      // Between the receiver's taking it and the sender's marking it, for one of them.
      if (receiver.received.length >= before + enough) child.kill('SIGKILL');
      return 200;
    };
    for (let block = 0; block < 4; block += 1) {
      for (let count = 0; count < 5; count += 1) {
        sent += 1;
        await anvil.send({ to: alice, value: BigInt(sent) });
      }
      await anvil.mine();
    }
    while (child.exitCode === null && child.signalCode === null && receiver.received.length < before + enough) {
      await new Promise(setImmediate);
    }
    child.kill('SIGKILL');
    if (child.signalCode === null) await once(child, 'exit');
  }
  receiver.answer = () => 200;
  await anvil.mine(3);
  const last = open();
  await last.catchUp();
  await last.deliver();
  await last.close();

  for (const type of ['deposit.pending', 'deposit.confirmed']) {
    const told = receiver.received.filter((one) => one.type === type);
    const ids = new Map(told.map((one) => [one.headers['webhook-id'], one.data.amount]));
    const amounts = [...ids.values()].map(Number).sort((a, b) => a - b);
    assert.deepEqual(
      amounts,
      Array.from({ length: sent }, (_, index) => index + 1),
      type,
    );
  }
});

async function configure(path: string, keyId: string, url: string): Promise<void> {
  const { default: Database } = await import('better-sqlite3');
  const database = new Database(path);
  database.prepare('UPDATE endpoints SET url = ? WHERE key_id = ?').run(url, keyId);
  database
    .prepare("INSERT INTO watches (network, address, memo, key_id, created_at) VALUES (?, ?, '', ?, 0)")
    .run('eip155:1', alice, keyId);
  database.close();
}
