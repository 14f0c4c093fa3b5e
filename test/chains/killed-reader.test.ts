import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { type Anvil, startAnvil } from './anvil.ts';
import { ether } from './exchange.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const script = fileURLToPath(new URL('killed-reader.ts', import.meta.url));
const finality = 64;
const restartMs = 600_000;

/** The way to the node, on which each block that is read is counted. */
async function countingNode(t: TestContext, anvil: Anvil): Promise<{ url: string; read: number[]; heard(): void }> {
  const made = { url: '', read: [] as number[], heard: () => {} };
  const server = createServer(async (req, res) => {
    let text = '';
    for await (const chunk of req.setEncoding('utf8')) text += chunk;
    for (const { method, params } of [JSON.parse(text)].flat()) {
      if (method === 'eth_getBlockByNumber' && params[1] === true) made.read.push(Number(params[0]));
    }
    const answer = await fetch(anvil.url, {
      method: 'POST',
      body: text,
      headers: { 'content-type': 'application/json' },
    });
    made.heard();
    res.setHeader('content-type', 'application/json').end(await answer.text());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  made.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return made;
}

test('a service that is killed again and again while it fills a gap skips no block and credits each deposit once', async (t) => {
  const anvil = await startAnvil();
  const folder = await mkdtemp(join(tmpdir(), 'killed-reader-'));
  const path = join(folder, 'deposits.db');
  const node = await countingNode(t, anvil);
  let child: ChildProcess | undefined;
  t.after(async () => {
    child?.kill('SIGKILL');
    await anvil.close();
    await rm(folder, { recursive: true, force: true });
  });

  let offset = 0;
  /** Runs the service to its end, or kills it once it has read so many blocks; gives whether it came to the end. */
  const serve = async (mostBlocks = Number.POSITIVE_INFINITY): Promise<boolean> => {
    const until = node.read.length + mostBlocks;
    offset += restartMs;
    const running = fork(script, [path, node.url, alice, `${offset}`], { execArgv: ['--import', 'tsx'] });
    child = running;
    let isDone = false;
    running.once('message', () => {
      isDone = true;
    });
    node.heard = () => {
      if (node.read.length >= until) running.kill('SIGKILL');
    };
    await once(running, 'exit');
    return isDone;
  };

  await anvil.mine(finality + 6);
  assert.equal(await serve(), true, 'the first start sets the cursor');
  const begun = (await anvil.height()) - finality;
  let sum = 0n;
  for (let block = 1; block <= 120; block += 1) {
    if (block % 3 === 0) {
      sum += BigInt(block);
      await anvil.send({ to: alice, value: BigInt(block) });
    }
    await anvil.mine();
  }
  await anvil.mine(finality);

  for (const blocks of [1, 40, 60]) assert.equal(await serve(blocks), false, 'killed before it was done');
  assert.equal(await serve(), true);

  const last = (await anvil.height()) - finality;
  const all = Array.from({ length: last - begun }, (_, index) => begun + 1 + index);
  assert.deepEqual(
    [...new Set(node.read)].sort((a, b) => a - b),
    all,
    'each block was read',
  );
  const store = sqliteStore({ path });
  await store.ready();
  t.after(() => store.close());
  const rows = store.database.prepare('SELECT account, amount FROM ledger').all() as {
    account: string;
    amount: string;
  }[];
  assert.ok(
    rows.every(({ account }) => account === `${ether} ${alice}`),
    'all of them are hers',
  );
  assert.equal(rows.length, 40);
  assert.equal(
    rows.reduce((total, { amount }) => total + BigInt(amount), 0n),
    sum,
  );
  const [cursor] = await store.cursors();
  assert.equal(Number(cursor?.block.number), last);
});
