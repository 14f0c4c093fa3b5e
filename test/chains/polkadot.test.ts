import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { ChainClaim, ChainVerdict, MinedVerdict } from '../../lib/chains/kit/chain-check.ts';
import { polkadotChain } from '../../lib/chains/polkadot.ts';
import { loadDriver } from '../../lib/chains/readers/polkadot/driver.ts';
import { addressOn } from '../../lib/networks/canonical.ts';
import { findNetwork } from '../../lib/networks/registry.ts';
import {
  answersOf,
  assetHub,
  type Block,
  chains,
  dot,
  event,
  genesisOf,
  hubBlock,
  polkadot,
  questions,
  rococo,
  runtimes,
  substrateServer,
  succeeded,
} from './polkadot/recorded.ts';

// Blocks that a real runtime has executed, and events that are encoded by the metadata of Asset Hub.

const reasonOf = (verdict: ChainVerdict): string => (verdict.status === 'unknown' ? verdict.reason : verdict.status);
const network = findNetwork(polkadot);
assert.ok(network, 'the network is known');
const on = (key: string): string => addressOn(network, key);
const { alice, bob, carol, dave, erin, multi } = rococo.accounts;
const usdt = `${assetHub}/asset:1984`;
const hubDot = `${assetHub}/slip44:354`;

function blockOf(name: string): Block {
  const found = rococo.blocks.find((block) => block.name === name);
  assert.ok(found, `there is a block ${name}`);
  return found;
}

async function mined(url: string, transactionId: string, id = polkadot, claims: ChainClaim[] = []) {
  const verdict = await polkadotChain({ network: id, url }).check({ transactionId, claims });
  assert.equal(verdict.status, 'mined', reasonOf(verdict));
  return verdict as MinedVerdict;
}

/** What the extrinsic of this index moved in a recorded block. */
async function moved(t: TestContext, name: string, index = 2): Promise<unknown> {
  const { url } = await substrateServer(t, answersOf([blockOf(name)]));
  const { success, rows, unseen } = await mined(url, `${Number(blockOf(name).header.number)}-${index}`);
  assert.deepEqual(unseen, []);
  return [success, rows.map(({ from, to, amount, position }) => [from, to, amount, position])];
}

/** What an extrinsic of Asset Hub with these events moved, and of what the node cannot say all. */
async function movedOnHub(t: TestContext, events: readonly object[], claims: ChainClaim[] = []): Promise<unknown> {
  const block = hubBlock(12_000_000, [succeeded(0), ...events, succeeded(1)]);
  const { url } = await substrateServer(t, answersOf([block], { runtime: runtimes.assetHub }), assetHub);
  const { rows, unseen } = await mined(url, '12000000-1', assetHub, claims);
  return [rows.map(({ asset, from, to, amount }) => [asset, from, to, amount]), unseen];
}

test('a transfer is read from a finalized block, and asked for to the letter', async (t) => {
  const block = blockOf('transfer');
  const server = await substrateServer(t, answersOf(chains.b));
  const verdict = await mined(server.url, '2-2');
  assert.deepEqual(verdict, {
    ...{ status: 'mined', success: true, block: { number: 2n, hash: block.hash } },
    ...{ confirmations: 64, finalized: true, unseen: [], removed: [] },
    rows: [{ asset: dot, from: on(alice), to: on(bob), amount: 2_500_000_000_000n, position: 'event:5' }],
  });
  const head = chains.b.at(-1)?.hash ?? '';
  assert.deepEqual(server.asked, [
    ...[questions.genesis, questions.head, questions.header(head), questions.hash(2), questions.header(block.hash)],
    ...[questions.version(block.header.parentHash), questions.metadata(block.header.parentHash)],
    ...[questions.events(block.hash), questions.head, questions.header(head)],
  ]);
});

test('each transfer of a batch is one of its own, also if two are equal', async (t) => {
  assert.deepEqual(await moved(t, 'batch'), [
    true,
    [
      [on(alice), on(bob), 1_000_000_000_000n, 'event:3'],
      [on(alice), on(bob), 1_000_000_000_000n, 'event:5'],
      [on(alice), on(erin), 3_000_000_000_000n, 'event:9'],
    ],
  ]);
});

test('of a batch that is interrupted, only what came before has moved', async (t) => {
  assert.deepEqual(await moved(t, 'interrupted'), [true, [[on(alice), on(bob), 4_000_000_000_000n, 'event:3']]]);
});

test('a failed extrinsic moves nothing: too little left, below the existential deposit, all or nothing', async (t) => {
  assert.deepEqual(await moved(t, 'batchAll'), [false, []]);
  assert.deepEqual(await moved(t, 'failed', 2), [false, []]);
  assert.deepEqual(await moved(t, 'failed', 3), [false, []]);
  assert.deepEqual(await moved(t, 'failed', 4), [true, [[on(dave), on(bob), 100_000_000_000n, 'event:7']]]);
});

test('events of a failed extrinsic do not count, whatever they say', async (t) => {
  const failure = event(1, 'System', 'ExtrinsicFailed', {
    dispatch_error: { type: 'BadOrigin', value: undefined },
    dispatch_info: {
      ...{ weight: { ref_time: 1n, proof_size: 1n }, class: { type: 'Normal', value: undefined } },
      pays_fee: { type: 'Yes', value: undefined },
    },
  });
  const transfer = event(1, 'Balances', 'Transfer', { from: on(alice), to: on(bob), amount: 5n });
  const block = hubBlock(9, [succeeded(0), transfer, failure]);
  const { url } = await substrateServer(t, answersOf([block], { runtime: runtimes.assetHub }), assetHub);
  const { success, rows } = await mined(url, '9-1', assetHub);
  assert.deepEqual([success, rows], [false, []]);
});

test('a proxy and a multisig pay by a call inside, and only if that succeeds', async (t) => {
  assert.deepEqual(await moved(t, 'proxied', 2), [true, [[on(carol), on(bob), 7_000_000_000_000n, 'event:3']]]);
  assert.deepEqual(await moved(t, 'proxied', 3), [true, []]);
  assert.deepEqual(await moved(t, 'multisigOpened'), [true, []]);
  assert.deepEqual(await moved(t, 'multisigExecuted'), [true, [[on(multi), on(bob), 8_000_000_000_000n, 'event:4']]]);
});

test('what is sent to oneself, reserved or locked is no deposit', async (t) => {
  assert.deepEqual(await moved(t, 'self'), [true, []]);
  assert.deepEqual(await moved(t, 'reserved'), [true, []]);
  const own = { asset_id: 1984, from: on(bob), to: on(bob), amount: 5n };
  assert.deepEqual(await movedOnHub(t, [event(1, 'Assets', 'Transferred', own)]), [[], []]);
  const vested = [
    event(1, 'Balances', 'Transfer', { from: on(alice), to: on(bob), amount: 5n }),
    event(1, 'Vesting', 'VestingUpdated', { account: on(bob), unvested: 5n }),
    event(1, 'Balances', 'Transfer', { from: on(alice), to: on(erin), amount: 6n }),
  ];
  const claim = { asset: hubDot, to: on(bob), amount: 5n };
  const rest = [[hubDot, on(alice), on(erin), 6n]];
  assert.deepEqual(await movedOnHub(t, vested), [rest, []]);
  assert.deepEqual(await movedOnHub(t, vested, [claim]), [rest, [hubDot]]);
});

test('on an Asset Hub an asset is its number in the pallet Assets, and in no other', async (t) => {
  const sent = { asset_id: 1984, from: on(alice), to: on(bob), amount: 2n ** 127n };
  const foreign = { parents: 2, interior: { type: 'Here', value: undefined } };
  const events = [
    event(1, 'PoolAssets', 'Transferred', { ...sent, amount: 7n }),
    event(1, 'ForeignAssets', 'Transferred', { ...sent, asset_id: foreign, amount: 8n }),
    event(1, 'Assets', 'Transferred', sent),
    event(1, 'Assets', 'Transferred', { ...sent, asset_id: 1337, amount: 9n }),
  ];
  assert.deepEqual(await movedOnHub(t, events), [
    [
      [usdt, on(alice), on(bob), 2n ** 127n],
      [`${assetHub}/asset:1337`, on(alice), on(bob), 9n],
    ],
    [],
  ]);
});

test('what comes without a transfer is neither confirmed nor denied, and what the block itself pays is no transaction', async (t) => {
  const events = [
    event(1, 'Balances', 'Minted', { who: on(bob), amount: 5n }),
    event(1, 'Assets', 'Issued', { asset_id: 1984, owner: on(bob), amount: 6n }),
  ];
  const claims = [hubDot, usdt].flatMap((asset) => [on(bob), on(erin)].map((to) => ({ asset, to, amount: 5n })));
  assert.deepEqual(await movedOnHub(t, events, claims), [[], [hubDot, usdt]]);
  assert.deepEqual(
    await movedOnHub(
      t,
      events,
      claims.filter(({ to }) => to === on(erin)),
    ),
    [[], []],
  );
  const arrived = event(undefined, 'Balances', 'Transfer', { from: on(alice), to: on(bob), amount: 5n });
  assert.deepEqual(await movedOnHub(t, [arrived]), [[], []]);
});

test('a block that upgrades the runtime is read by the runtime before, and the next one by the new', async (t) => {
  const last = blockOf('forkB2');
  const upgraded = hubBlock(15, [
    succeeded(0),
    event(1, 'Balances', 'Transfer', { from: on(alice), to: on(bob), amount: 5n }),
    succeeded(1),
  ]);
  upgraded.header.parentHash = last.hash;
  const server = await substrateServer(t, {
    ...answersOf([last], { runtime: runtimes.rococo }),
    ...answersOf([upgraded], { runtime: runtimes.assetHub }),
  });
  const chain = polkadotChain({ network: polkadot, url: server.url });
  for (const [id, amount] of [
    ['14-2', 14_000_000_000_000n],
    ['15-1', 5n],
    ['14-2', 14_000_000_000_000n],
  ] as const) {
    const verdict = await chain.check({ transactionId: id });
    assert.equal(verdict.status, 'mined', reasonOf(verdict));
    assert.deepEqual(
      (verdict as MinedVerdict).rows.map((row) => row.amount),
      [amount],
    );
  }
  // Each runtime once.
  assert.equal(server.asked.filter((question) => question.startsWith('state_getMetadata')).length, 2);
});

test('a block that is not finalized proves nothing, and one that never was, nothing either', async (t) => {
  const server = await substrateServer(t, { ...answersOf(chains.b, { final: 13 }), [questions.hash(99)]: 'null' });
  const chain = polkadotChain({ network: polkadot, url: server.url });
  assert.equal((await chain.check({ transactionId: '14-2' })).status, 'pending');
  assert.equal((await chain.check({ transactionId: '99-2' })).status, 'absent');
  assert.equal((await chain.check({ transactionId: '18446744073709551615-2' })).status, 'absent');
  assert.equal((await chain.check({ transactionId: '13-9' })).status, 'absent');
  assert.equal((await chain.check({ transactionId: '13-3' })).status, 'mined');
  const head = await chain.head();
  assert.deepEqual([head.number, head.finalized], [13n, 13n]);
  server.script[questions.head] = JSON.stringify(blockOf('forkB2').hash);
  assert.equal((await chain.check({ transactionId: '14-2' })).status, 'mined');
});

test('a node of another chain, of old blocks or of half a block is not believed', async (t) => {
  const block = blockOf('transfer');
  const script = answersOf([block]);
  const says = async (changes: Record<string, string | { code: number; message: string }>): Promise<string> => {
    const { url } = await substrateServer(t, { ...script, ...changes });
    return reasonOf(await polkadotChain({ network: polkadot, url }).check({ transactionId: '2-2' }));
  };
  assert.match(
    await says({ [questions.genesis]: JSON.stringify(genesisOf[assetHub]) }),
    /serves the chain with the genesis 0x68d5/,
  );
  const discarded = { code: 4003, message: 'Client error: UnknownBlock: State already discarded' };
  assert.match(await says({ [questions.events(block.hash)]: discarded }), /State already discarded/);
  assert.match(await says({ [questions.events(block.hash)]: 'null' }), /response to state_getStorage/);
  for (const events of ['0x00', '0x04', block.events.slice(0, -40)]) {
    assert.match(
      await says({ [questions.events(block.hash)]: JSON.stringify(events) }),
      /response to state_getStorage/,
    );
  }
  assert.match(
    await says({ [questions.metadata(block.header.parentHash)]: '"0x6d6574610d00"' }),
    /response to state_getMetadata/,
  );
});

test('without the packages that decode events, the error names them', async () => {
  const missing = loadDriver(() => Promise.reject(new Error('Cannot find package')));
  await assert.rejects(missing, {
    code: 'CHAIN_DRIVER_MISSING',
    message: /npm install @polkadot-api\/metadata-builders/,
  });
});

test('only a Substrate network and URLs of nodes are taken', () => {
  const invalid = { code: 'OPTION_INVALID' };
  assert.throws(() => polkadotChain({ network: 'eip155:1', url: 'http://127.0.0.1:1' }), invalid);
  assert.throws(() => polkadotChain({ network: polkadot }), invalid);
  assert.throws(() => polkadotChain({ network: polkadot, urls: [] }), invalid);
  assert.throws(() => polkadotChain({ network: polkadot, url: 'wss://rpc.polkadot.io' }), invalid);
});
