import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ChainCheck } from '../../lib/chains/kit/chain-check.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { chainupCustody } from '../../lib/providers/chainup-custody.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { readProviderFixtures, signCallback } from '../../lib/testing/index.ts';
import { receiver } from '../helpers/receiver.ts';
import { send, serve } from '../helpers/serve.ts';

// Each block of a callback is sealed by itself: whoever has captured two callbacks can put the blocks of both together anew.

const folder = fileURLToPath(new URL('../fixtures/providers/chainup-custody', import.meta.url));
const { first } = readProviderFixtures(folder).keys;
const ether = 'eip155:1/slip44:60';
const address = '0x754B0C610E011D0d40c810ef857b4Dd989a67332';
const policy: Policy = {
  assets: [{ asset: ether, decimals: 18 }],
  isOurs: () => true,
  confirmations: { 'eip155:1': 12 },
};

const provider = (trustBlocks?: boolean) =>
  chainupCustody({
    secrets: [first.key],
    appId: 'mine',
    assets: { ETH: ether },
    ...(trustBlocks === undefined ? {} : { trustBlocks }),
  });

// Members in the order of the published callback, so that the blocks end where ChainUp's do.
const notice = (id: string, amount: string, hash: string): string =>
  JSON.stringify({
    ...{ charset: 'utf-8', symbol: 'ETH', side: 'deposit', notify_time: '1586418894616', amount, sign: '' },
    ...{ address_to: address.toLowerCase(), txid: hash, created_at: '2020-02-28 12:21:11', confirmations: '30' },
    ...{ version: '2.0', uid: '3529218', updated_at: '2020-02-28 12:21:11', time: '1586421264161', id },
    ...{ app_id: 'mine', status: '1' },
  });

const small = { hash: `0x${'11'.repeat(32)}`, units: 1_000_000_000_000_000_000n };
const large = { hash: `0x${'22'.repeat(32)}`, units: 900_000_000_000_000_000_000n };
interface Sealed {
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

const captured = [notice('1', '001.0', small.hash), notice('2', '900.0', large.hash)].map((body) => sealed(body));

function sealed(body: string): Sealed {
  const signed = signCallback(provider(), { secret: first.signing ?? '', body: Buffer.from(body) });
  return { path: '/chainup-custody', headers: signed.headers, body: signed.body };
}

function blocksOf({ body }: Sealed): Buffer[] {
  const data = Buffer.from(new URLSearchParams(body.toString()).get('data') ?? '', 'base64url');
  return Array.from({ length: data.length / 256 }, (_, index) => data.subarray(index * 256, (index + 1) * 256));
}

/** Each choice of one of the two blocks at each place, the two callbacks themselves left out. */
function spliced([one, other]: readonly Sealed[]): Sealed[] {
  assert.ok(one && other);
  const [left, right] = [blocksOf(one), blocksOf(other)];
  assert.equal(left.length, right.length);
  return Array.from({ length: 2 ** left.length - 2 }, (_, index): Sealed => {
    const blocks = left.map((block, place) => (((index + 1) >> place) & 1 ? (right[place] ?? block) : block));
    return { ...one, body: Buffer.from(`app_id=mine&data=${Buffer.concat(blocks).toString('base64url')}`) };
  });
}

interface Credited {
  credits: string[];
  standing: string[];
  /** Codes of alarms, and reverts, as they come. */
  told: string[];
}

interface Given {
  trustBlocks?: boolean;
  chains?: readonly ChainCheck[];
  /** Of the database. Default a new one. */
  path?: string;
}

async function newPath(t: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-splice-'));
  t.after(() => rm(directory, { recursive: true }));
  return join(directory, 'splice.db');
}

async function after(
  t: TestContext,
  sent: readonly Sealed[],
  { trustBlocks, chains = [], path }: Given = {},
): Promise<Credited & { release(): Promise<string[]>; later(one: Sealed): Promise<string[]> }> {
  const { callbacks } = await receiver(t, {
    providers: [provider(trustBlocks)],
    policy,
    chains,
    store: sqliteStore({ path: path ?? (await newPath(t)) }),
  });
  const credits: string[] = [];
  const told: string[] = [];
  callbacks.on('alarm', ({ code, deposit }) => told.push(`${code} ${deposit?.code}`));
  callbacks.on('deposit.reverted', () => {
    told.push('reverted');
  });
  callbacks.on('deposit', ({ transaction, amount }) => {
    credits.push(`${transaction.id.slice(2, 4)} ${amount}`);
  });
  const port = await serve(t, callbacks);
  for (const one of sent) assert.equal((await send(port, one)).status, 200);
  await callbacks.confirm();
  await callbacks.idle();
  const found = await callbacks.store.deposits({ limit: 100 });
  return {
    credits: credits.sort(),
    told,
    async later(one) {
      assert.equal((await send(port, one)).status, 200);
      await callbacks.confirm();
      await callbacks.idle();
      const all = await callbacks.store.deposits({ limit: 100 });
      return all.map(({ status, code }) => `${status} ${code}`).sort();
    },
    standing: found.map(({ status, code }) => `${status} ${code}`).sort(),
    async release() {
      for (const { id } of found) {
        await callbacks.release(id, { reason: 'seen on the chain', actor: 'ann' });
      }
      await callbacks.idle();
      return credits.sort();
    },
  };
}

const both = [`11 ${small.units}`, `22 ${large.units}`];

/** A chain that holds the two deposits as they were. */
const chain: ChainCheck = {
  network: 'eip155:1',
  head: async () => ({ number: 300n, hash: `0x${'aa'.repeat(32)}` }),
  async check({ transactionId }) {
    const held = [small, large].find(({ hash }) => hash === transactionId);
    if (held === undefined) return { status: 'absent', head: 300n, removed: [] };
    return {
      ...({ status: 'mined', success: true, confirmations: 201, finalized: true } as const),
      block: { number: 100n, hash: `0x${'bb'.repeat(32)}` },
      rows: [{ asset: ether, to: address, amount: held.units, position: 'native' }],
      unseen: [],
      removed: [],
    };
  },
};

test('Blocks of two captured callbacks make a third that opens, and says what neither of the two did', async () => {
  const reader = provider();
  const said = await Promise.all(
    [...captured, ...spliced(captured)].map(async ({ path, headers, body }) => {
      const inbound = { method: 'POST', url: path, headers, body, receivedAt: 0 };
      return JSON.stringify(reader.read(inbound, await reader.verify(inbound)).transfers);
    }),
  );
  assert.equal(new Set(said).size, said.length);
});

test('A callback that is put together from captured ones, and comes first, is credited nowhere', async (t) => {
  for (const one of spliced(captured)) {
    const { credits, standing } = await after(t, [one]);
    assert.deepEqual([credits, standing], [[], ['quarantined CHAIN_CHECK_MISSING']]);
  }
});

test('What ChainUp sent itself waits for an operator where no chain check can prove it, and a release credits it', async (t) => {
  const { credits, standing, release } = await after(t, captured);
  assert.deepEqual(credits, []);
  assert.deepEqual(standing, ['quarantined CHAIN_CHECK_MISSING', 'quarantined CHAIN_CHECK_MISSING']);
  assert.deepEqual(await release(), both);
});

test('Beside a chain check the true ones are credited, whatever was put together before them', async (t) => {
  const { credits } = await after(t, [...spliced(captured), ...captured], { chains: [chain] });
  assert.deepEqual(credits, both);
});

test('With trustBlocks the true ones are credited as they come, and an id that names a second transfer is held', async (t) => {
  assert.deepEqual((await after(t, captured, { trustBlocks: true })).credits, both);
  const { credits } = await after(t, [...captured, ...spliced(captured)], { trustBlocks: true });
  assert.deepEqual(credits, both);
});

test('What was held is credited once there is a chain check, and is held again without one until then', async (t) => {
  const path = await newPath(t);
  assert.deepEqual((await after(t, captured, { path })).credits, []);
  assert.deepEqual((await after(t, [], { path, chains: [chain] })).credits, both);

  const other = await newPath(t);
  const silent: ChainCheck = { ...chain, check: async () => ({ status: 'unknown', reason: 'no node answers' }) };
  assert.deepEqual((await after(t, captured, { path: other, chains: [silent] })).standing, [
    'pending CHAIN_PENDING',
    'pending CHAIN_PENDING',
  ]);
  const again = sealed(notice('1', '001.0', small.hash).replace('1586418894616', '1586418894617'));
  const { credits, standing } = await after(t, [again], { path: other });
  assert.deepEqual([credits, standing], [[], ['pending CHAIN_PENDING', 'quarantined CHAIN_CHECK_MISSING']]);
});

const failure = sealed(
  notice('1', '001.0', small.hash)
    .replace('"status":"1"', '"status":"2"')
    .replace('"updated_at":"2020-02-28 12:21:11"', '"updated_at":"2020-02-28 12:22:11"'),
);

for (const trustBlocks of [true, false]) {
  test(`A failure, which may be put together too, takes no credit back by itself, trustBlocks ${trustBlocks}`, async (t) => {
    const [one] = captured;
    assert.ok(one);
    const credited = await after(t, [one], { trustBlocks });
    if (!trustBlocks) await credited.release();
    assert.deepEqual(await credited.later(failure), ['confirmed FAILED']);
    assert.equal(credited.told.at(-1), 'CREDIT_IN_DOUBT FAILED');
    assert.ok(!credited.told.includes('reverted'));

    const before = await after(t, [failure, one], { trustBlocks });
    assert.deepEqual([before.credits, before.standing], [[], ['pending FAILED']]);
    assert.deepEqual(before.told, ['DEPOSIT_HELD FAILED']);
  });
}

test('Beside a chain check the credits stand, whatever failure is put together before and after them', async (t) => {
  const { credits, told } = await after(t, [failure, ...captured, failure], { chains: [chain] });
  assert.deepEqual(credits, both);
  // Until the chain has answered.
  assert.deepEqual(
    told.filter((one) => one !== 'DEPOSIT_HELD FAILED'),
    [],
  );
});
