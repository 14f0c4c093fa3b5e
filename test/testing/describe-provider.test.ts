import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { alchemy } from '../../lib/providers/alchemy.ts';
import type { InboundCallback, Provider, ProviderOptions, Reading } from '../../lib/providers/kit/provider.ts';
import { describeProvider, type ProviderFixtures, readProviderFixtures } from '../../lib/testing/index.ts';

const fixtures = readProviderFixtures(fileURLToPath(new URL('../fixtures/providers/alchemy', import.meta.url)));

/** Names of the cases that a provider fails, in the suite as a third party would run it. */
async function failures(create: (options: ProviderOptions) => Provider, given = fixtures): Promise<string[]> {
  const cases: [string, () => void | Promise<void>][] = [];
  describeProvider({
    name: 'x',
    create,
    fixtures: given,
    test: (name, run) => cases.push([name.slice('x: '.length), run]),
  });
  const failed: string[] = [];
  for (const [name, run] of cases) {
    try {
      await run();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

type Spoil = (provider: Provider) => Partial<Provider>;

const spoiled =
  (spoil: Spoil) =>
  (options: ProviderOptions): Provider => {
    const provider = alchemy(options);
    return { ...provider, ...spoil(provider) };
  };

const changed =
  (change: (reading: Reading) => Reading): Spoil =>
  (provider) => ({
    read: (inbound: InboundCallback, verified) => change(provider.read(inbound, verified)),
  });

const faults: Record<string, { spoil: Spoil; fails: RegExp }> = {
  'accepts any signature': {
    spoil: () => ({ verify: () => ({ keyId: 'any' }) }),
    fails: /^(One changed byte|Without the signature|A tampered or unsigned)/,
  },
  'compares only the beginning of the body': {
    spoil: (provider) => ({
      verify: (inbound) => {
        try {
          return provider.verify(inbound);
        } catch (error) {
          if (inbound.body.toString().startsWith('{"webhookId":"wh_obbg1vsit09yssd2"')) return { keyId: 'any' };
          throw error;
        }
      },
    }),
    fails: /^One changed byte/,
  },
  'does not tell which secret fits': {
    spoil: (provider) => ({ verify: async (inbound) => ({ ...(await provider.verify(inbound)), keyId: 'one' }) }),
    fails: /^During a rotation/,
  },
  'answers otherwise': { spoil: () => ({ answer: () => ({ status: 202 }) }), fails: /outcome, events and answer$/ },
  'rounds amounts': {
    spoil: changed((reading) => ({
      ...reading,
      transfers: reading.transfers.map((transfer) => ({
        ...transfer,
        amount: 'units' in transfer.amount ? { units: BigInt(Number(transfer.amount.units)) } : transfer.amount,
      })),
    })),
    fails: /^An ERC-20 transfer whose float/,
  },
  'calls a removal mined': {
    spoil: changed((reading) => ({
      ...reading,
      transfers: reading.transfers.map((transfer) => ({ ...transfer, kind: 'mined' })),
    })),
    fails: /^A log that a reorg removed/,
  },
  'takes a notice for nothing': {
    spoil: changed((reading) => (reading.kind === 'notice' ? { ...reading, kind: 'unknown' } : reading)),
    fails: /^The notice .* is read exactly/,
  },
  'loses positions': {
    spoil: changed((reading) => ({
      ...reading,
      transfers: reading.transfers.map(({ transaction: { position: _, ...transaction }, ...transfer }) => ({
        ...transfer,
        transaction,
      })),
    })),
    fails: /is read exactly/,
  },
  'finds no delivery id': {
    spoil: (provider) => ({
      verify: async (inbound) => {
        const { deliveryId: _, ...verified } = await provider.verify(inbound);
        return verified;
      },
    }),
    fails: /is read exactly/,
  },
};

test('A provider that keeps every promise fails no case', async () => {
  assert.deepEqual(await failures(alchemy), []);
});

for (const [what, { spoil, fails }] of Object.entries(faults)) {
  test(`A provider that ${what} fails the case for it`, async () => {
    const failed = await failures(spoiled(spoil));
    assert.ok(
      failed.some((name) => fails.test(name)),
      `Failed: ${failed.join('; ')}`,
    );
  });
}

test('Fixtures without a case of a kind must say why, and must not where there is one', async () => {
  const without: ProviderFixtures = { ...fixtures, cases: fixtures.cases.filter(({ kind }) => kind !== 'notice') };
  assert.ok((await failures(alchemy, without)).some((name) => /^Each kind has a case/.test(name)));
  const excused: ProviderFixtures = { ...fixtures, lacks: { ...fixtures.lacks, notice: 'None, really' } };
  assert.ok((await failures(alchemy, excused)).some((name) => /^Each kind has a case/.test(name)));
});

test('A claim that no time is signed must be true, and so must the one that it is', async () => {
  const { stale: _, ...lacks } = fixtures.lacks ?? {};
  const failed = await failures(alchemy, { ...fixtures, lacks });
  assert.ok(failed.some((name) => /^A time far from now/.test(name)));
});
