import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { Transfer } from '../../lib/deposits/transfer.ts';
import { createIntake } from '../../lib/ingest/intake.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import { callbackBody, secret } from '../helpers/deposits.ts';
import { policy } from '../helpers/receiver.ts';

const count = 3_000;

const shapes: Readonly<Record<string, (one: Transfer, index: number) => Transfer>> = {
  'of 3,000 transactions': (one, index) => ({
    ...one,
    transaction: { ...one.transaction, id: `0x${String(index).padStart(64, '0')}` },
  }),
  'of one transaction with 3,000 amounts': (one, index) => ({
    ...one,
    amount: { units: String(index + 1) },
    transaction: { ...one.transaction, position: `log:${index}` },
  }),
};

for (const [shape, differ] of Object.entries(shapes)) {
  test(`a callback ${shape} lets others have their turn while it is read and folded, and credits each`, async () => {
    const body = Buffer.from(JSON.stringify(callbackBody({})));
    const one = imtoken({ secrets: [secret] });
    const [transfer] = one.read({ method: 'POST', url: '/', headers: {}, body, receivedAt: 1 }, {}).transfers;
    assert.ok(transfer, 'the body reports one transfer');
    const transfers = Array.from({ length: count }, (_, index) => differ(transfer, index));
    const provider = { ...one, read: () => ({ kind: 'transfers' as const, transfers, removals: [] }) };
    const store = memoryStore();
    const intake = createIntake({ store, policy, providers: [provider], now: () => 1 });
    const bodyHash = createHash('sha256').update(body).digest('hex');
    let isOver = false;
    const taken = intake
      .take({
        provider,
        inbound: { method: 'POST', url: '/imtoken', headers: {}, body, receivedAt: 1 },
        verified: {},
        callback: {
          id: 'cb',
          provider: provider.name,
          receivedAt: 1,
          startedAt: 1,
          remoteAddress: '127.0.0.1',
          method: 'POST',
          url: '/imtoken',
          headers: {},
          body,
          bodyHash,
          bodyBytes: body.length,
        },
      })
      .finally(() => {
        isOver = true;
      });
    let turns = 0;
    while (!isOver) {
      await new Promise(setImmediate);
      turns += 1;
    }
    const { eventIds } = await taken;
    assert.equal(eventIds.length, count);
    // All of it takes some hundred ms, and 10 ms of it at a time.
    assert.ok(turns >= 6, `${turns} turns of the event loop`);
  });
}
