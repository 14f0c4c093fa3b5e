import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { EventKind } from '../../lib/deposits/deposit.ts';
import { parseDeposit } from '../../lib/deposits/serialize-deposit.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import type { DepositListener } from '../../lib/outbox/listeners.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { type SqliteDatabase, sqliteStore } from '../../lib/stores/sqlite.ts';
import { callbackBody, secret, signed } from '../helpers/deposits.ts';
import { policy } from '../helpers/receiver.ts';
import { runRecipe } from '../helpers/recipe.ts';
import { send, serve } from '../helpers/serve.ts';

/** A nats-server with JetStream on disk, on a port that it chooses. */
async function startNats(t: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'dc-nats-'));
  const server = spawn('nats-server', ['-a', '127.0.0.1', '-p', '-1', '-js', '-sd', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(async () => {
    server.kill();
    if (server.exitCode === null) await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  let address: string | undefined;
  for await (const line of createInterface(server.stderr)) {
    address ??= /Listening for client connections on (\S+)/.exec(line)?.[1];
    if (line.includes('Server is ready')) break;
  }
  if (address === undefined) throw new Error('nats-server did not say where it listens');
  server.stderr.resume();
  return `nats://${address}`;
}

test('the NATS recipe makes one message of each event, also of one that is handed over again', async (t) => {
  process.env.NATS_URL = await startNats(t);
  const { handOn, connection } = (await runRecipe('nats', ['connection'])) as {
    handOn: (callbacks: Pick<DepositCallbacks, 'on'>) => void;
    connection: NatsConnection;
  };
  t.after(() => connection.close());
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'DEPOSITS', subjects: ['deposits.>'], duplicate_window: 24 * 3600 * 1e9 });

  const callbacks = depositCallbacks<SqliteDatabase>({
    providers: [imtoken({ secrets: [secret] })],
    store: sqliteStore({ path: ':memory:' }),
    policy,
    delivery: { backoff: { firstMs: 1, maxMs: 1 } },
    logger: silentLogger,
  });
  t.after(() => callbacks.close());
  let handed = 0;
  // As a crash would have it between the stream's answer and the mark in the store.
  const crashing = {
    on: (kind: EventKind, listener: DepositListener<SqliteDatabase>) =>
      callbacks.on(kind, async (deposit, context) => {
        await listener(deposit, context);
        handed += 1;
        if (context.attempt === 1) throw new Error('Crashed after the stream has the message');
      }),
  };
  handOn(crashing as unknown as DepositCallbacks);
  const port = await serve(t, createServer((req, res) => callbacks(req, res)).listeners('request')[0] as never);
  const amounts = ['1', '3', '12345678901234567890'];
  for (const amount of amounts) {
    // Nothing is durable in memory: the first attempt fails, and the sender comes again.
    const body = callbackBody({ amount });
    while ((await send(port, { path: '/imtoken', ...signed(body) })).status !== 200);
  }
  while ((await callbacks.store.counts()).owed > 0) await callbacks.idle();

  assert.ok(handed >= 2 * amounts.length);
  const { state } = await manager.streams.info('DEPOSITS');
  assert.equal(state.messages, amounts.length);
  const found: string[] = [];
  for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
    const message = await manager.streams.getMessage('DEPOSITS', { seq });
    const { eventId, deposit } = message?.json<{ eventId: string; deposit: string }>() ?? { eventId: '', deposit: '' };
    assert.equal(message?.subject, 'deposits.deposit');
    assert.equal(message?.header.get('Nats-Msg-Id'), eventId);
    found.push(`${parseDeposit(deposit).amount}`);
  }
  assert.deepEqual(found.sort(), [...amounts].sort());
});

test('the stream, as the recipe rests on it, refuses what no stream takes and drops what comes twice', async (t) => {
  process.env.NATS_URL = await startNats(t);
  // A recipe is loaded once a process: the connection is this test's own.
  const { connect } = await import('@nats-io/transport-node');
  const { jetstream } = await import('@nats-io/jetstream');
  const connection = await connect({ servers: process.env.NATS_URL });
  t.after(() => connection.close());
  const stream = jetstream(connection);
  await assert.rejects(stream.publish('deposits.deposit', 'x', { msgID: '1' }), /stream|responders/i);
  const manager = await jetstreamManager(connection);
  await manager.streams.add({ name: 'DEPOSITS', subjects: ['deposits.>'] });
  assert.equal((await stream.publish('deposits.deposit', 'x', { msgID: '1' })).duplicate, false);
  assert.equal((await stream.publish('deposits.deposit', 'x', { msgID: '1' })).duplicate, true);
});
