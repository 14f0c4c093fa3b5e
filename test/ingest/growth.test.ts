import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transfer } from '../../lib/deposits/transfer.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { executed } from '../helpers/executed.ts';

// One callback may report thousands of transfers, and the next one speaks of them again. What runs from its body to the last listener
// is counted.

const { depositCallbacks } = await import('../../lib/deposit-callbacks.ts');
const { imtoken } = await import('../../lib/providers/imtoken.ts');
const { memoryStore } = await import('../../lib/stores/memory.ts');
const { sqliteStore } = await import('../../lib/stores/sqlite.ts');
const { bob, callbackBody, secret, signed } = await import('../helpers/deposits.ts');
const { policy } = await import('../helpers/receiver.ts');
const { send, serve } = await import('../helpers/serve.ts');

const few = 100;
const everything = /\/lib\//;
const hash = (number: number): string => `0x${String(number).padStart(64, '0')}`;

const shapes: Readonly<Record<string, (one: Transfer, index: number) => Transfer>> = {
  'of as many transactions': (one, index) => ({ ...one, transaction: { ...one.transaction, id: hash(index) } }),
  'of one transaction': (one, index) => ({
    ...one,
    amount: { units: String(index + 1) },
    transaction: { ...one.transaction, position: `log:${index}` },
  }),
  'alike, of one transaction': (one, index) => ({
    ...one,
    transaction: { ...one.transaction, position: `log:${index}` },
  }),
  'to somebody else': (one, index) => ({ ...one, to: bob, amount: { units: String(index + 1) } }),
  'of an unknown token': (one, index) => ({ ...one, asset: `eip155:1/erc20:0x${String(index).padStart(40, '0')}` }),
};

for (const store of ['memory', 'sqlite'] as const) {
  for (const [shape, differ] of Object.entries(shapes)) {
    test(`over ${store}, four times as many transfers ${shape} take four times the work`, async (t) => {
      const workOf = async (transfers: number): Promise<number> => {
        const one = imtoken({ secrets: [secret] });
        const provider: Provider = {
          ...one,
          read(inbound, verified) {
            const reading = one.read(inbound, verified);
            const [transfer] = reading.transfers;
            if (!transfer) return reading;
            return { ...reading, transfers: Array.from({ length: transfers }, (_, index) => differ(transfer, index)) };
          },
        };
        const callbacks = depositCallbacks({
          providers: [provider],
          store: store === 'memory' ? memoryStore() : sqliteStore({ path: ':memory:' }),
          policy,
        });
        t.after(() => callbacks.close(0));
        callbacks.on('deposit.pending', () => {});
        callbacks.on('deposit', () => {});
        const port = await serve(t, callbacks);
        await executed(everything);
        for (const confirmations of [1, 40]) {
          const type = confirmations === 1 ? 'deposit.pending' : 'deposit.confirmed';
          const sent = signed(JSON.stringify(callbackBody({ type, confirmations })));
          assert.equal((await send(port, { ...sent, path: '/imtoken' })).status, 200);
          await callbacks.idle();
        }
        return executed(everything);
      };
      await workOf(few);
      const once = await workOf(few);
      const fourTimes = await workOf(4 * few);
      assert.ok(once > 100 * few, `${once} blocks of code ran for ${few} transfers`);
      // Some work comes once in so many transfers, whatever they are.
      assert.ok(fourTimes < 6 * once, `${once} blocks of code ran for ${few} transfers, ${fourTimes} for ${4 * few}`);
    });
  }
}
