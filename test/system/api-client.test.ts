import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { startAnvil } from '../chains/anvil.ts';
import { NodeMissing } from '../chains/node-missing.ts';
import { adminSecret, stage } from '../notifier/stage.ts';

const folder = new URL('../client/', import.meta.url);
const address = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const network = 'eip155:1';

const inClient = (path: string): string => fileURLToPath(new URL(path, folder));

/** Runs a program of test/client. */
async function runTool(path: string, ...args: string[]): Promise<void> {
  if (!existsSync(inClient(path))) {
    throw new NodeMissing('The client cannot be made: npm ci --prefix test/client --ignore-scripts');
  }
  await promisify(execFile)(process.execPath, [inClient(path), ...args]).catch((error: { stdout?: string }) => {
    throw new Error(`${path} ${args.join(' ')}: ${error.stdout}`, { cause: error });
  });
}

interface Flow {
  run(surroundings: object): Promise<{
    signingSecret: string;
    told: { id: string; type: string; httpStatus: number | null }[];
    attempts: (number | null)[];
    body: string;
    resent: number;
    label: string | undefined;
    refused: string[];
  }>;
}

test('a client that is made from the OpenAPI document compiles, and goes the whole way', async (t) => {
  await mkdir(inClient('.tmp'), { recursive: true });
  const document = fileURLToPath(new URL('../../docs/openapi/notifier.yaml', import.meta.url));
  const made = ['-o', inClient('.tmp/api.d.ts'), '--default-non-nullable=false'];
  await runTool('node_modules/openapi-typescript/bin/cli.js', document, ...made);
  await runTool('node_modules/typescript/bin/tsc', '-p', inClient('tsconfig.json'));

  const anvil = await startAnvil();
  t.after(() => anvil.close());
  const world = await stage(t, anvil);
  const { receiver } = world;
  const { run } = (await import(new URL('flow.ts', folder).href)) as Flow;
  let transaction = '';
  const outcome = await run({
    ...{ baseUrl: world.baseUrl, adminSecret, receiverUrl: receiver.url, network, address },
    async deposit() {
      transaction = await anvil.send({ to: address, value: 7n });
      await anvil.mine();
      receiver.answer = () => 503;
      await world.run();
      receiver.answer = () => 200;
      world.clock.advance(60_000);
      await anvil.mine(3);
      await world.run();
      return transaction;
    },
    sent: () => world.notifier().deliver(),
  });

  const [pending, confirmed, ...more] = outcome.told;
  assert.deepEqual(more, []);
  assert.deepEqual([pending?.type, confirmed?.type], ['deposit.pending', 'deposit.confirmed']);
  assert.deepEqual(
    receiver.received
      .filter((one) => one.headers['webhook-id'] === pending?.id)
      .map((one) => one.data.transaction.hash),
    [transaction, transaction, transaction],
  );
  assert.deepEqual([outcome.attempts, outcome.resent, outcome.label], [[503, 200, 200], 1, 'customer 7']);
  const last = receiver.received.at(-1);
  assert.equal(outcome.body, last?.body);
  t.mock.timers.enable({ apis: ['Date'], now: world.clock.now() });
  new Webhook(outcome.signingSecret).verify(last?.body ?? '', last?.headers as Record<string, string>);
  t.mock.timers.reset();
  assert.deepEqual(outcome.refused, ['NOT_FOUND', 'SCOPE_MISSING', 'NETWORK_NOT_WATCHED', 'URL_REFUSED']);
});
