import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { depositCallbacks } from '../../lib/index.ts';
import type { NewsMap } from '../../lib/observe/news.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { startAnvil } from '../chains/anvil.ts';
import { logged } from './logged.ts';
import { stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const [ethereum, bsc] = ['eip155:1', 'eip155:56'];
const minute = 60_000;

test('a receiver raises silence for the network that stands still at the notifier, and for no other, while the beats come', async (t) => {
  const [anvil, other] = await Promise.all([startAnvil(), startAnvil(56)]);
  t.after(() => Promise.all([anvil.close(), other.close()]));
  const made = await stage(t, anvil, {
    networks: [
      { network: ethereum, url: anvil.url },
      { network: bsc, url: other.url },
    ],
    pollMs: 1,
  });
  const { warnings, logger } = logged();
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [made.key.signingSecret] })],
    policy: { assets: 'any', isOurs: () => true },
    logger,
    now: made.clock.now,
  });
  const told: (NewsMap['silence'] & { kind: string })[] = [];
  for (const kind of ['silence', 'heard'] as const) callbacks.on(kind, (news) => told.push({ kind, ...news }));
  let beats = 0;
  callbacks.on('heartbeat', () => {
    beats += 1;
  });
  const server = createServer((req, res) =>
    callbacks(req as Parameters<typeof callbacks>[0], res as Parameters<typeof callbacks>[1], () =>
      res.writeHead(404).end(),
    ),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.close();
    server.closeAllConnections();
    await callbacks.close();
  });
  const { port } = server.address() as AddressInfo;
  await made.api('PUT', '/v1/callback-url', { url: `http://127.0.0.1:${port}/imtoken` });
  await made.api('POST', '/v1/watches', { network: ethereum, address: alice });
  await made.api('POST', '/v1/watches', { network: bsc, address: alice });

  /** A minute passes in which these chains make a block. */
  const live = async (...chains: (typeof anvil)[]): Promise<void> => {
    made.clock.advance(minute);
    for (const chain of chains) {
      await chain.rpc('evm_setNextBlockTimestamp', [Math.floor(made.clock.now() / 1_000)]);
      await chain.mine();
    }
    await made.notifier().catchUp();
    await made.notifier().beat();
  };
  const { timestamp } = await anvil.rpc<{ timestamp: string }>('eth_getBlockByNumber', ['latest', false]);
  made.clock.set(Number(timestamp) * 1_000);
  await live(anvil, other);
  for (let i = 0; i < 12; i += 1) await live(other);
  assert.equal(beats, 13, 'the beats come');
  assert.deepEqual(
    told.map(({ kind, provider, network }) => [kind, provider, network]),
    [['silence', 'imtoken', ethereum]],
  );
  assert.ok((told[0]?.sinceMs ?? 0) > 10 * minute, 'it says for how long');
  const lines = warnings.filter((one) => one.startsWith('NETWORK_SILENT'));
  assert.ok(lines.length === 1 && lines[0]?.includes(ethereum), `the log names it once: ${warnings.join()}`);
  const needs = async () => (await callbacks.status()).needs.map(({ kind, network }) => [kind, network]);
  assert.deepEqual(await needs(), [['silent', ethereum]]);

  await live(anvil, other);
  assert.deepEqual([told.at(-1)?.kind, told.at(-1)?.network, told.length], ['heard', ethereum, 2]);
  assert.deepEqual(await needs(), []);
  for (let i = 0; i < 12; i += 1) await live(anvil);
  assert.deepEqual([told.at(-1)?.kind, told.at(-1)?.network, told.length], ['silence', bsc, 3]);
});
