import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { run, writeConfig } from '../cli/cli.ts';
import { alice } from '../helpers/deposits.ts';
import { startAnvil } from './anvil.ts';
import { ether, openExchange } from './exchange.ts';

test('reconcile finds by command what no callback reported, and the running service credits it', async (t) => {
  const anvil = await startAnvil();
  t.after(() => anvil.close());
  const exchange = await openExchange(t, anvil, { ours: [alice], confirmations: 12 });
  const hash = await anvil.send({ to: alice, value: 7n });
  await anvil.mine(12);
  const lib = new URL('../../lib/', import.meta.url).href;
  const chains = `chains: [(await import('${lib}chains/evm.ts')).evmChain({ network: 'eip155:1', url: '${anvil.url}' })],`;
  const config = await writeConfig(exchange.folder, join(exchange.folder, 'deposits.db'), chains);

  const found = await run(['reconcile', 'eip155:1', '--from', '0', '--config', config]);
  assert.equal(found.code, 1);
  assert.match(found.stdout, new RegExp(`^1 +${hash}$`, 'm'));
  assert.match(found.stderr, /1 transfers to your accounts; 1 missed transactions/);
  await exchange.callbacks().idle();
  assert.deepEqual(exchange.balances(), { [`${ether} ${alice}`]: 7n });

  const again = await run(['reconcile', 'eip155:1', '--from', '0', '--config', config, '--json']);
  assert.deepEqual([again.code, JSON.parse(again.stdout).missed], [0, []]);
  const wrong = await run(['reconcile', 'eip155:56', '--from', '0', '--config', config]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /eip155:56 has no chain check/);
});
