import assert from 'node:assert/strict';
import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes, sign } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { safeheron } from '../../lib/providers/safeheron.ts';
import { describeProvider, readProviderFixtures, signCallback } from '../../lib/testing/index.ts';
import { inbound } from '../helpers/inbound.ts';
import { type Received, receive } from '../helpers/received.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/safeheron', import.meta.url));
const fixtures = readProviderFixtures(folder);

describeProvider({
  name: 'Safeheron',
  create: (options) => safeheron({ privateKey: '', ...options }),
  fixtures,
});

const { first } = fixtures.keys;
const privateKey = String(fixtures.options?.privateKey);
const provider = safeheron({ secrets: [first.key], privateKey });
const event = fixtures.cases[0]?.body ?? Buffer.alloc(0);

test('The older envelope, PKCS #1 and CBC, opens too', async () => {
  const secrets = randomBytes(48);
  const cipher = createCipheriv('aes-256-cbc', secrets.subarray(0, 32), secrets.subarray(32));
  const bizContent = Buffer.concat([cipher.update(event), cipher.final()]).toString('base64');
  const padding = constants.RSA_PKCS1_PADDING;
  const key = publicEncrypt({ key: createPublicKey(privateKey), padding }, secrets).toString('base64');
  const timestamp = '1700000120000';
  const signed = Buffer.from(`bizContent=${bizContent}&key=${key}&timestamp=${timestamp}`);
  const sig = sign('sha256', signed, first.signing ?? '').toString('base64');
  const sent = inbound({ body: Buffer.from(JSON.stringify({ timestamp, sig, key, bizContent })) });
  const verified = await provider.verify(sent);
  assert.equal(provider.read(sent, verified).transfers[0]?.kind, 'confirmed');
});

test('A body that says another kind of encryption, which is not signed, is refused', async () => {
  const { body } = signCallback(provider, { secret: first.signing ?? '', body: event });
  const envelope = JSON.parse(body.toString()) as Record<string, string>;
  for (const changed of [{ rsaType: 'ECB' }, { aesType: 'CBC' }, { rsaType: undefined, aesType: undefined }]) {
    const sent = inbound({ body: Buffer.from(JSON.stringify({ ...envelope, ...changed })) });
    await assert.rejects(async () => provider.verify(sent), { code: 'SIGNATURE_INVALID' });
  }
});

test('What is no private key is refused at construction, and not quoted', () => {
  for (const wrong of ['', 'secret-text', first.key]) {
    const make = () => safeheron({ secrets: [first.key], privateKey: wrong });
    assert.throws(make, (error: Error) => /privateKey/.test(error.message) && !error.message.includes('secret-text'));
  }
});

const detail = (more: object): object => ({
  eventType: 'TRANSACTION_STATUS_CHANGED',
  eventDetail: {
    txKey: 'tx0001',
    txHash: 'e1e6e522386948daeabfb5b017aa87a695a823c9f561e88f03b6f467f55ba735',
    coinKey: 'BITCOIN_BTC',
    txAmount: '0.0003',
    sourceAccountType: 'UNKNOWN',
    destinationAccountType: 'VAULT_ACCOUNT',
    destinationAddress: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4',
    transactionStatus: 'COMPLETED',
    transactionDirection: 'INFLOW',
    amlLock: 'NO',
    blockHeight: 850_000,
    ...more,
  },
});
const sent = (t: TestContext, body: object): Promise<Received> =>
  receive(t, safeheron({ secrets: [first.key], privateKey, trustMined: true }), [body], {
    policy: {
      assets: [
        { asset: 'bip122:000000000019d6689c085ae165831e93/slip44:0', decimals: 8 },
        { asset: 'eip155:1/slip44:60', decimals: 18 },
        { asset: 'eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7', decimals: 6 },
      ],
      isOurs: () => true,
    },
    signing: first.signing ?? '',
  });

test('Coins under the keys that Safeheron publishes were not known', async (t) => {
  assert.deepEqual((await sent(t, detail({}))).events, ['deposit 30000']);
  const evm = { txHash: `0x${'c'.repeat(64)}`, destinationAddress: '0x6e5eaf34c73d1cd0be4e24f923b97cf38e10d1f3' };
  const ether = await sent(t, detail({ ...evm, coinKey: 'ETHEREUM_ETH' }));
  assert.deepEqual(ether.events, ['deposit 300000000000000']);
  const usdt = await sent(t, detail({ ...evm, coinKey: 'USDT(ERC20)_ETHEREUM_USDT' }));
  assert.deepEqual(usdt.events, ['deposit 300']);
});

test('The total of a transaction that pays several of our addresses is not credited to one of them', async (t) => {
  const destinationAddressList = [
    { address: 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', amount: '0.0001' },
    { address: 'bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq', amount: '0.0002' },
  ];
  assert.deepEqual((await sent(t, detail({ destinationAddressList }))).standing, [
    'confirmed 10000',
    'confirmed 20000',
  ]);
  const oneBad = [...destinationAddressList, { address: 5 }, null];
  const { outcome, standing } = await sent(t, detail({ destinationAddressList: oneBad }));
  assert.deepEqual([outcome, standing], ['quarantined', ['confirmed 10000', 'confirmed 20000']]);
});

test('An event that tells no direction is read by the kinds of its accounts, and kept where they do not decide', async (t) => {
  const transactionDirection = undefined;
  assert.deepEqual((await sent(t, detail({ transactionDirection }))).events, ['deposit 30000']);
  const own = await sent(t, detail({ transactionDirection, sourceAccountType: 'VAULT_ACCOUNT' }));
  assert.deepEqual(own.codes, ['OUTGOING']);
  const other = await sent(t, detail({ transactionDirection, sourceAccountType: undefined }));
  assert.deepEqual(other.codes, ['DIRECTION_UNKNOWN']);
});

test('What a deposit can do without does not cost it', async (t) => {
  for (const more of [
    { blockHeight: 'soon' },
    { blockHeight: {} },
    { sourceAddress: 7 },
    { destinationAddressList: {} },
  ])
    assert.deepEqual((await sent(t, detail(more))).events, ['deposit 30000'], JSON.stringify(more));
});
