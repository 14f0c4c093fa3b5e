import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decAnyMetadata, metadata as metadataCodec } from '@polkadot-api/substrate-bindings';
import { polkadotChain } from '../../lib/chains/polkadot.ts';
import { loadDriver } from '../../lib/chains/readers/polkadot/driver.ts';
import { eventCodec } from '../../lib/chains/readers/polkadot/events.ts';
import { readExtrinsics } from '../../lib/chains/readers/polkadot/transfers.ts';
import { addressOn } from '../../lib/networks/canonical.ts';
import { requireNetwork } from '../../lib/networks/registry.ts';
import type { Pieces } from '../../lib/util/turns.ts';
import {
  answersOf,
  assetHub,
  chains,
  event,
  hubBlock,
  polkadot,
  questions,
  rococo,
  runtimes,
  substrateServer,
  succeeded,
} from './polkadot/recorded.ts';

// How long a node that lies about events or their types can keep the process busy: until the first contradiction, and never in one go.

const driver = await loadDriver();
const megabyte = 2 ** 20;
const hub = requireNetwork(assetHub);
const [from, to] = [rococo.accounts.alice, rococo.accounts.bob].map((key) => addressOn(hub, key));

/** How many pieces there are, and what they come to. */
function run<T>(pieces: Pieces<T>): { pieces: number; result?: T; error?: unknown } {
  for (let count = 1; ; count += 1) {
    try {
      const { done, value } = pieces.next();
      if (done === true) return { pieces: count, result: value };
    } catch (error) {
      return { pieces: count, error };
    }
  }
}

test('events are read one a piece, so that the event loop has its turn between them', () => {
  const transfers = 500;
  const { events } = hubBlock(7, [
    succeeded(0),
    ...Array.from({ length: transfers }, (_, index) =>
      event(1, 'Balances', 'Transfer', { from, to, amount: BigInt(index) + 1n }),
    ),
    succeeded(1),
  ]);
  const { decode } = eventCodec(driver, runtimes.assetHub.metadata);
  const { pieces, result } = run(readExtrinsics(decode(events), hub));
  assert.equal(result?.[1]?.rows.length, transfers);
  // Each is decoded, and then read.
  assert.ok(pieces >= 2 * (transfers + 2), `${pieces} pieces`);
});

test('bytes that are no events of a block are refused at the first of them that shows it', () => {
  const { decode } = eventCodec(driver, runtimes.rococo.metadata);
  // Outcomes of the first extrinsic, again and again; a thousand million of them, if the bytes before are believed.
  for (const fill of [0, 4, 8, 254, 255]) {
    const bytes = Buffer.concat([Buffer.from('feffffff', 'hex'), Buffer.alloc(8 * megabyte, fill)]);
    const { pieces, error } = run(decode(`0x${bytes.toString('hex')}`));
    assert.ok(error instanceof Error && pieces <= 3, `${fill}: ${pieces} pieces, ${error}`);
  }
});

test('more bytes than any block has events are refused unread, and more than any runtime has types', () => {
  const { decode } = eventCodec(driver, runtimes.rococo.metadata);
  const [, block] = chains.b;
  const long = run(decode(`${block?.events}${'00'.repeat(16 * megabyte)}`));
  assert.equal(long.pieces, 1);
  assert.match(String(long.error), /More than 16777216 bytes/);
  const types = `${runtimes.rococo.metadata}${'00'.repeat(4 * megabyte)}`;
  assert.throws(() => eventCodec(driver, types), /More than 4194304 bytes/);
});

test('a runtime with types of which a few bytes name a thousand million is refused', async (t) => {
  const described = (change: (types: Described[], topics: number) => void): string => {
    const whole = decAnyMetadata(runtimes.rococo.metadata);
    const types = (whole.metadata.value as { lookup: Described[] }).lookup;
    const fields = types.find(({ path }) => path.at(-1) === 'EventRecord')?.def.value ?? [];
    const topics = (fields as { name: string; type: number }[]).find(({ name }) => name === 'topics')?.type;
    assert.ok(topics !== undefined, 'each event has topics');
    change(types, topics);
    return `0x${Buffer.from(metadataCodec.enc(whole)).toString('hex')}`;
  };
  const nothing = (types: Described[]): number =>
    types.find(({ def }) => def.tag === 'tuple' && (def.value as number[]).length === 0)?.id ?? -1;
  assert.equal(
    eventCodec(
      driver,
      described(() => {}),
    ).key,
    eventCodec(driver, runtimes.rococo.metadata).key,
  );

  const list = described((types, topics) => {
    Object.assign(types[topics]?.def ?? {}, { tag: 'sequence', value: nothing(types) });
  });
  const array = described((types, topics) => {
    Object.assign(types[topics]?.def ?? {}, { tag: 'array', value: { len: 2 ** 32 - 1, type: nothing(types) } });
  });
  // Pairs of pairs of pairs, forty deep, of nothing.
  const pairs = described((types, topics) => {
    let inner = nothing(types);
    for (let depth = 0; depth < 40; depth += 1) {
      const id = types.length;
      types.push({ id, path: [], params: [], docs: [], def: { tag: 'tuple', value: [inner, inner] } });
      inner = id;
    }
    Object.assign(types[topics]?.def ?? {}, { tag: 'tuple', value: [inner] });
  });
  assert.throws(() => eventCodec(driver, list), /A list of nothing/);
  const runtime = { version: runtimes.rococo.version, metadata: list };
  const { url } = await substrateServer(t, answersOf(chains.b, { runtime }));
  const verdict = await polkadotChain({ network: polkadot, url }).check({ transactionId: '2-2' });
  assert.match(JSON.stringify(verdict), /response to state_getMetadata is not that of a Substrate node/);
  // These the decoder takes for nothing at all.
  for (const metadata of [array, pairs]) {
    const { pieces } = run(eventCodec(driver, metadata).decode(chains.b[1]?.events ?? ''));
    assert.ok(pieces < 20, `${pieces} pieces`);
  }
});

test('a lie about the events of a block denies nothing', async (t) => {
  const server = await substrateServer(t, answersOf(chains.b));
  const [, block] = chains.b;
  server.script[questions.events(block?.hash ?? '')] = JSON.stringify(`0xfeffffff${'00'.repeat(megabyte)}`);
  const verdict = await polkadotChain({ network: polkadot, url: server.url }).check({ transactionId: '2-2' });
  assert.match(JSON.stringify(verdict), /response to state_getStorage is not that of a Substrate node/);
});

interface Described {
  id: number;
  path: string[];
  params: unknown[];
  docs: string[];
  def: { tag: string; value: unknown };
}
