import assert from 'node:assert/strict';
import { createPublicKey, createSign } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Policy } from '../../lib/policy/policy.ts';
import { fireblocks, fireblocksKeys } from '../../lib/providers/fireblocks.ts';
import type { InboundCallback } from '../../lib/providers/kit/provider.ts';
import { describeProvider, readProviderFixtures, signCallback } from '../../lib/testing/index.ts';
import { serveKeys } from '../helpers/key-server.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/fireblocks', import.meta.url));
const fixtures = readProviderFixtures(folder);
const { first, second } = fixtures.keys;
const secret = first.signing ?? '';
const body = fixtures.cases[0]?.body ?? Buffer.alloc(0);

describeProvider({ name: 'Fireblocks', create: fireblocks, fixtures });

const inbound = (headers: InboundCallback['headers'], bytes = body): InboundCallback => ({
  method: 'POST',
  url: '/callbacks/fireblocks',
  headers,
  body: bytes,
  receivedAt: 1_767_225_600_000,
});

const legacy = (): string => createSign('RSA-SHA512').update(body).sign(secret, 'base64');

test('The legacy signature verifies too, and no byte of the body can change under it', async () => {
  const provider = fireblocks({ secrets: [first.key, second.key] });
  const headers = { 'fireblocks-signature': legacy() };
  assert.ok((await provider.verify(inbound(headers))).keyId);
  for (const index of [0, 100, body.length - 1]) {
    const changed = Buffer.from(body);
    changed[index] = (changed[index] ?? 0) ^ 1;
    assert.throws(() => provider.verify(inbound(headers, changed)), { code: 'SIGNATURE_INVALID' });
  }
  assert.throws(() => fireblocks({ secrets: [second.key] }).verify(inbound(headers)), { code: 'SIGNATURE_INVALID' });
});

test('While both signatures are sent, one that fits a configured key is enough', async () => {
  const both = {
    ...signCallback(fireblocks({ secrets: [second.key] }), { secret: second.signing ?? '', body }).headers,
  };
  const headers = { ...both, 'fireblocks-signature': legacy() };
  for (const key of [first.key, second.key]) {
    assert.ok((await fireblocks({ secrets: [key] }).verify(inbound(headers))).keyId);
  }
});

test('A header that names another algorithm, or none, is refused whatever it signs', () => {
  const provider = fireblocks({ secrets: [first.key] });
  for (const alg of ['RS256', 'none', 'HS512']) {
    const header = Buffer.from(JSON.stringify({ alg })).toString('base64url');
    const signed = `${header}.${body.toString('base64url')}`;
    const signature = createSign('RSA-SHA256').update(signed).sign(secret, 'base64url');
    assert.throws(() => provider.verify(inbound({ 'fireblocks-webhook-signature': `${header}..${signature}` })), {
      code: 'SIGNATURE_INVALID',
    });
  }
});

test('Keys come from the JWKS, by their ids; what is no RSA key for RS512 is passed over', async (t) => {
  const jwk = {
    ...createPublicKey(first.key).export({ format: 'jwk' }),
    kid: 'webhook-key-1',
    use: 'sig',
    alg: 'RS512',
  };
  const keys = [jwk, { kty: 'EC', kid: 'other' }, { ...jwk, kid: 'old', alg: 'RS256' }];
  const at = await serveKeys(t, ({ url }) => ({
    status: url === '/.well-known/jwks.json' ? 200 : 500,
    body: { keys },
  }));
  const fetch = { allowPrivate: true };
  const provider = fireblocks({ secrets: fireblocksKeys({ url: `${at}/.well-known/jwks.json`, fetch }) });
  const { headers } = signCallback(provider, { secret, body });
  assert.deepEqual(await provider.verify(inbound(headers)), { keyId: 'webhook-key-1' });
  const broken = fireblocks({ secrets: fireblocksKeys({ url: `${at}/elsewhere`, fetch }) });
  await assert.rejects(async () => broken.verify(inbound(headers)), { code: 'KEYS_UNAVAILABLE' });
});

const vault = { id: '1', type: 'VAULT_ACCOUNT', name: 'vault', subType: '' };
const usdc = 'eip155:1/erc20:0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48';
const dot = 'polkadot:91b171bb158e2d3848fa23a9f1c25182/slip44:354';
const options = { secrets: [first.key], assets: { USDC: usdc, DOT: dot, TON: 'tvm:-239/slip44:607' } };
const policy: Policy = {
  assets: [
    { asset: usdc, decimals: 6 },
    { asset: 'eip155:1/slip44:60', decimals: 18 },
    { asset: dot, decimals: 10 },
    { asset: 'tvm:-239/slip44:607', decimals: 9 },
  ],
  isOurs: () => true,
};
const ours = '0x6e5eaf34c73d1cd0be4e24f923b97cf38e10d1f3';
const txHash = '0x535ff2400f2c2c5b2f1e5c1b6f4a1c1bf8a1f0c9c8a2c9b2b8b1d4e5f6a7b8c9';

function completed(more: object): object {
  const data = {
    id: '569feac0-c2c3-42bb-bb91-378e0fe5cb48',
    assetId: 'USDC',
    source: { id: '', type: 'UNKNOWN', name: 'External', subType: '' },
    destination: vault,
    sourceAddress: '0x7b777eb80e82f73f118378b15509cb48cd2c2ac3',
    destinationAddress: ours,
    destinationTag: '',
    status: 'COMPLETED',
    txHash,
    amountInfo: { amount: '5', requestedAmount: '5', netAmount: '5' },
    assetType: 'ERC20',
    numOfConfirmations: 30,
    blockInfo: { blockHeight: '18500000', blockHash: `0x${'a4'.repeat(32)}` },
    index: 0,
    lastUpdated: 1_743_941_299_000,
    ...more,
  };
  return {
    id: 'n-1',
    resourceId: data.id,
    eventType: 'transaction.status.updated',
    createdAt: 1_743_941_299_100,
    data,
  };
}

const sent = (t: TestContext, ...bodies: object[]): Promise<Received> =>
  receive(t, fireblocks(options), bodies, { policy, signing: secret });

for (const type of [
  'UNKNOWN',
  'EXTERNAL_WALLET',
  'INTERNAL_WALLET',
  'NETWORK_CONNECTION',
  'EXCHANGE_ACCOUNT',
  'CONTRACT',
]) {
  for (const destination of ['VAULT_ACCOUNT', 'END_USER_WALLET']) {
    test(`What comes from ${type} to ${destination} is a deposit, though it was ignored as OUTGOING for good`, async (t) => {
      const { events } = await sent(t, completed({ source: { type }, destination: { type: destination } }));
      assert.deepEqual(events, ['deposit 5000000']);
    });
  }
}

test('What leaves a vault, or moves between two, is no deposit', async (t) => {
  for (const destination of ['VAULT_ACCOUNT', 'END_USER_WALLET', 'ONE_TIME_ADDRESS', 'EXTERNAL_WALLET', 'UNKNOWN']) {
    const { outcome, codes, standing } = await sent(
      t,
      completed({ source: vault, destination: { type: destination } }),
    );
    assert.deepEqual([outcome, codes, standing], ['ignored', ['OUTGOING'], []], destination);
  }
  const fuel = await sent(t, completed({ source: { type: 'GAS_STATION' } }));
  assert.deepEqual([fuel.outcome, fuel.standing], ['ignored', []]);
});

test('What Fireblocks says of its source or destination and does not decide is kept for an operator', async (t) => {
  const undecided = [
    { source: { type: 'END_USER_WALLET' } },
    { source: { type: 'A_WORD_OF_TOMORROW' } },
    { source: {} },
    { source: { type: 'UNKNOWN' }, destination: { type: 'UNKNOWN' } },
    { source: { type: 'UNKNOWN' }, destination: null },
  ];
  for (const peers of undecided) {
    const { outcome, codes, standing } = await sent(t, completed(peers));
    assert.deepEqual([outcome, codes], ['quarantined', ['DIRECTION_UNKNOWN']], JSON.stringify(peers));
    assert.deepEqual(standing, ['quarantined 5000000 DIRECTION_UNKNOWN']);
  }
});

test('Of a withdrawal from an exchange what arrived is credited, not what was asked for', async (t) => {
  const amountInfo = { amount: '5', requestedAmount: '5', netAmount: '4.5' };
  const { events } = await sent(t, completed({ source: { type: 'EXCHANGE_ACCOUNT' }, amountInfo }));
  assert.deepEqual(events, ['deposit 4500000']);
});

test('A hash that names no transaction (DOT, TON) is told by a code of its own', async (t) => {
  const account = { DOT: '15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5', TON: `0:${'b2'.repeat(32)}` };
  for (const [assetId, destinationAddress] of Object.entries(account)) {
    const body = completed({ assetId, destinationAddress, txHash: `0x${'c'.repeat(64)}`, assetType: 'BASE_ASSET' });
    const { outcome, codes } = await sent(t, body);
    assert.deepEqual([outcome, codes], ['quarantined', ['TRANSACTION_HASH_ONLY']], assetId);
  }
});

const record = (source: string, destination: string, more: object = {}): object => ({
  type: 'CONTRACT_CALL',
  source: { type: source },
  destination: { type: destination },
  txHash,
  assetId: 'USDC',
  netAmount: '150',
  isDropped: false,
  destinationAddress: ours,
  ...more,
});
const call = { source: vault, destination: { type: 'ONE_TIME_ADDRESS' }, assetId: 'ETH', amountInfo: { amount: '0' } };

test('A sweep between vaults, which networkRecords show as an arrival from outside too, is not credited', async (t) => {
  const networkRecords = [
    record('UNKNOWN', 'VAULT_ACCOUNT'),
    record('VAULT_ACCOUNT', 'ONE_TIME_ADDRESS', { netAmount: '150.000' }),
    record('UNKNOWN', 'VAULT_ACCOUNT', { netAmount: '200' }),
    record('VAULT_ACCOUNT', 'ONE_TIME_ADDRESS', { netAmount: '200' }),
  ];
  const { codes, standing, events } = await sent(t, completed({ ...call, networkRecords }));
  assert.deepEqual([standing, events], [[], []]);
  assert.ok(codes.every((code) => code === 'OUTGOING' || code === 'ZERO_AMOUNT'));
});

test('What a call of our own brought in beside a sweep is kept for an operator', async (t) => {
  const networkRecords = [
    record('UNKNOWN', 'VAULT_ACCOUNT'),
    record('VAULT_ACCOUNT', 'ONE_TIME_ADDRESS'),
    record('UNKNOWN', 'VAULT_ACCOUNT'),
  ];
  const { standing, events } = await sent(t, completed({ ...call, networkRecords }));
  assert.deepEqual([standing, events], [['quarantined 150000000 DIRECTION_UNKNOWN'], []]);
});

test('networkRecords of a stranger are credited one by one, and what stands in `data` too counts once', async (t) => {
  const other = '0x7b777eb80e82f73f118378b15509cb48cd2c2ac3';
  const networkRecords = [
    record('UNKNOWN', 'VAULT_ACCOUNT', { netAmount: '5' }),
    record('UNKNOWN', 'VAULT_ACCOUNT', { netAmount: '7', destinationAddress: other }),
    record('UNKNOWN', 'VAULT_ACCOUNT', { netAmount: '7', destinationAddress: other }),
    record('UNKNOWN', 'VAULT_ACCOUNT', { netAmount: '9', isDropped: true }),
  ];
  const body = completed({ networkRecords });
  const { standing } = await sent(t, body, { ...body, id: 'n-2' });
  assert.deepEqual(standing, ['confirmed 5000000', 'confirmed 7000000', 'confirmed 7000000']);
});

test('A dropped record of another transaction credits nothing, and says nothing of that of `data`', async (t) => {
  const dropped = record('UNKNOWN', 'VAULT_ACCOUNT', {
    netAmount: '5',
    txHash: `0x${'d'.repeat(64)}`,
    isDropped: true,
  });
  const { standing } = await sent(t, completed({ networkRecords: [dropped] }));
  assert.deepEqual(
    standing.filter((line) => line.startsWith('confirmed')),
    ['confirmed 5000000'],
  );
});

test('A record that cannot be read does not cost its neighbours', async (t) => {
  const bad = [null, 7, [], {}, { assetId: 5 }, record('UNKNOWN', 'VAULT_ACCOUNT', { destinationAddress: {} })];
  const networkRecords = [...bad, record('UNKNOWN', 'VAULT_ACCOUNT', { netAmount: '7' })];
  const { outcome, events } = await sent(t, completed({ networkRecords }));
  assert.equal(outcome, 'quarantined');
  assert.deepEqual(events.toSorted(), ['deposit 5000000', 'deposit 7000000']);
});

test('What a deposit can do without does not cost it: times, counts of Fireblocks, an index', async (t) => {
  for (const more of [
    { lastUpdated: 'soon' },
    { index: {} },
    { sourceAddress: 5 },
    { blockInfo: null },
    { networkRecords: 'none' },
  ]) {
    assert.deepEqual((await sent(t, completed(more))).events, ['deposit 5000000'], JSON.stringify(more));
  }
});
