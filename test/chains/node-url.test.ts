import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { evmChain } from '../../lib/chains/evm.ts';
import { createNotifier } from '../../lib/notifier/index.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { promised } from '../helpers/promised.ts';
import { serve } from '../helpers/serve.ts';

const network = 'eip155:1';
const key = '0123456789abcdef0123456789abcdef';

test('a node that fails puts its URL, which holds a key, into no error and no log', async (t) => {
  const port = await serve(t, (_req, res) => void res.writeHead(503).end('{}'), '127.0.0.1');
  const url = `http://127.0.0.1:${port}/v3/${key}`;
  const chain = evmChain({ network, url });
  const failure: unknown = await chain.head().catch((error: unknown) => error);
  assert.match(inspect(failure), /REQUEST_FAILED/);
  assert.doesNotMatch(inspect(failure), new RegExp(key));
  const verdict = await chain.check({ transactionId: `0x${'ab'.repeat(32)}` });
  assert.equal(verdict.status, 'unknown');
  assert.doesNotMatch(inspect(verdict), new RegExp(key));

  const folder = await mkdtemp(join(tmpdir(), 'node-url-'));
  t.after(() => rm(folder, { recursive: true }));
  const said = promised<unknown>();
  const notifier = createNotifier({
    path: join(folder, 'notifier.db'),
    networks: [{ network, url }],
    adminSecret: 'a'.repeat(32),
    secretsKey: '07'.repeat(32),
    logger: { ...silentLogger, error: (fields, message) => said.resolve([fields, message]) },
  });
  t.after(() => notifier.close());
  await notifier.start();
  const line = inspect(await said.promise);
  assert.match(line, /A network cannot be read/);
  assert.doesNotMatch(line, new RegExp(key));
});
