import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ChainBlock, ChainCheck } from '../../lib/chains/kit/chain-check.ts';
import { DepositCallbackError } from '../../lib/errors.ts';
import { silentLogger } from '../../lib/observe/logger.ts';
import { resolveOptions } from '../../lib/options.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { createReceiver, type Receiver } from '../../lib/receiver.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { fixedClock } from '../../lib/testing/fixed-clock.ts';
import { ether, secret } from './exchange.ts';

const network = 'eip155:1';

/** A chain that grows and reorganises, and tells which of its blocks were read to their end. */
interface ModelChain {
  check: ChainCheck;
  blocks: ChainBlock[];
  /** Hashes of blocks after which the reader asked for the next one, or for no more. */
  read: Set<string>;
  grow(count: number): void;
  /** Replaces the newest blocks by as many and one. */
  reorganise(count: number): void;
  /** Has the reading of a block fail once so many were read. */
  failAfter: number;
  /** Replaces the newest blocks once so many were read. */
  forkAfter: { blocks: number; depth: number } | undefined;
}

function modelChain(): ModelChain {
  let made = 0;
  const next = (number: number): ChainBlock => {
    made += 1;
    return { number: BigInt(number), hash: `0x${made}` };
  };
  const model: ModelChain = {
    blocks: [next(0)],
    read: new Set(),
    failAfter: Number.POSITIVE_INFINITY,
    forkAfter: undefined,
    grow(count) {
      for (let one = 0; one < count; one += 1) model.blocks.push(next(model.blocks.length));
    },
    reorganise(count) {
      const gone = Math.min(count, model.blocks.length - 1);
      model.blocks.length -= gone;
      model.grow(gone + 1);
    },
    check: {
      network,
      head: async () => model.blocks.at(-1) ?? next(0),
      check: async () => ({ status: 'unknown', reason: 'there are no transactions' }),
      async *transfersTo({ fromBlock, toBlock }) {
        for (let number = Number(fromBlock); number <= Number(toBlock); number += 1) {
          model.failAfter -= 1;
          if (model.failAfter === 0) throw new DepositCallbackError('REQUEST_FAILED', 'away');
          if (model.forkAfter?.blocks === 0) model.reorganise(model.forkAfter.depth);
          if (model.forkAfter) model.forkAfter.blocks -= 1;
          const block = model.blocks[number];
          const parentHash = model.blocks[number - 1]?.hash;
          if (!block || parentHash === undefined) throw new DepositCallbackError('REQUEST_FAILED', 'gone');
          yield { block, parentHash, transfers: [] };
          model.read.add(block.hash);
        }
      },
    },
  };
  return model;
}

type Step =
  | { grow: number }
  | { reorganise: number }
  | { fail: number }
  | { fork: number; depth: number }
  | 'read'
  | 'restart';

// Deeper than the 64 blocks beyond which a block counts as final, so that it reaches under the cursor.
const depth = fc.integer({ min: 1, max: 120 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ grow: fc.integer({ min: 1, max: 150 }) }),
  fc.record({ reorganise: depth }),
  fc.record({ fail: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ fork: fc.integer({ min: 0, max: 80 }), depth }),
  fc.constant('read' as const),
  fc.constant('read' as const),
  fc.constant('restart' as const),
);

test('whatever the chain, the node and the process do, every block of the chain is read up to the cursor', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'block-follower-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  let runs = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 12 }), async (steps) => {
      runs += 1;
      const path = join(folder, `${runs}.db`);
      const clock = fixedClock();
      const model = modelChain();
      const open = async (): Promise<Receiver<unknown>> => {
        const opened = createReceiver<unknown>(
          resolveOptions({
            providers: [imtoken({ secrets: [secret] })],
            store: sqliteStore({ path }),
            chains: [model.check],
            policy: { assets: [{ asset: ether, decimals: 18 }], isOurs: () => true },
            reconcile: { blocksPerMinute: 1e12 },
            logger: silentLogger,
            now: clock.now,
          }),
        );
        await opened.settings.store.ready();
        return opened;
      };
      model.grow(200);
      let receiver = await open();
      const read = async (): Promise<void> => {
        await receiver.follower.catchUp();
        clock.advance(180_000);
        await receiver.follower.catchUp();
      };
      await read();
      const [first] = await receiver.settings.store.cursors();
      for (const one of steps) {
        if (one === 'read') await read();
        else if (one === 'restart') {
          await receiver.close(() => 1_000);
          receiver = await open();
        } else if ('grow' in one) model.grow(one.grow);
        else if ('reorganise' in one) model.reorganise(one.reorganise);
        else if ('fail' in one) model.failAfter = one.fail;
        else model.forkAfter = { blocks: one.fork, depth: one.depth };
      }
      model.failAfter = Number.POSITIVE_INFINITY;
      model.forkAfter = undefined;
      model.grow(1);
      await read();
      await read();
      const [cursor] = await receiver.settings.store.cursors();
      await receiver.close(() => 1_000);
      assert.equal(cursor?.block.number, BigInt(model.blocks.length - 64), 'up to the newest final block');
      const from = Number(first?.block.number);
      const unread = model.blocks
        .slice(from + 1, Number(cursor?.block.number) + 1)
        .filter(({ hash }) => !model.read.has(hash));
      assert.deepEqual(unread, []);
    }),
    { numRuns: 60 },
  );
});
