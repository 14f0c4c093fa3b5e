import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ChainCheck, ChainVerdict } from '../../lib/chains/kit/chain-check.ts';
import { tokenpocket } from '../../lib/providers/tokenpocket.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { alice, randomHash, usdt } from '../helpers/deposits.ts';
import { policy, receiver } from '../helpers/receiver.ts';
import { send, serve } from '../helpers/serve.ts';

/** A chain that a user might have written a check for: it holds one transfer. */
function chainWith(transactionId: string): ChainCheck & { asked: string[] } {
  const asked: string[] = [];
  const block = { number: 100n, hash: randomHash() };
  const row = { asset: usdt.toLowerCase(), to: alice, amount: 7n, position: 'log:1' };
  return {
    asked,
    network: 'eip155:1',
    head: async () => ({ ...block, number: 300n }),
    check: async (subject): Promise<ChainVerdict> => {
      asked.push(subject.transactionId);
      if (subject.transactionId !== transactionId) return { status: 'absent', head: 300n, removed: [] };
      return {
        status: 'mined',
        success: true,
        block,
        confirmations: 201,
        finalized: true,
        rows: [row],
        unseen: [],
        removed: [],
      };
    },
  };
}

test('a hint makes no deposit of its own: what the chain says of its transaction does, and of none that it does not hold', async (t) => {
  const transactionId = randomHash();
  const chain = chainWith(transactionId);
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-hints-'));
  t.after(() => rm(directory, { recursive: true }));
  const provider = tokenpocket({ secrets: ['the-secret-of-the-url'] });
  const { callbacks, events, deposits } = await receiver(t, {
    providers: [provider],
    chains: [chain],
    policy,
    store: sqliteStore({ path: join(directory, 'hints.db') }),
  });
  const hints: unknown[] = [];
  callbacks.on('hint', ({ hint }) => hints.push(hint));
  const port = await serve(t, callbacks);
  const hint = (txID: string): Promise<{ status: number }> => {
    const body = Buffer.from(JSON.stringify({ action: 'transfer', txID }));
    return send(port, {
      path: '/tokenpocket?secret=the-secret-of-the-url',
      headers: { 'content-type': 'application/json' },
      body,
    });
  };
  const made = randomHash();
  assert.equal((await hint(made)).status, 200);
  assert.equal((await hint(transactionId)).status, 200);
  assert.equal((await hint(transactionId)).status, 200);
  while (events.length === 0) await callbacks.idle();
  assert.equal(hints.length >= 2, true);
  assert.deepEqual(events, ['deposit 7']);
  assert.deepEqual(deposits[0]?.providers, ['chain']);
  assert.ok(chain.asked.includes(made));
});
