import assert from 'node:assert/strict';
import { createHash, createHmac, ECDH, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import { binancePay } from '../../lib/providers/binance-pay.ts';
import { bitgo } from '../../lib/providers/bitgo.ts';
import { cobo } from '../../lib/providers/cobo.ts';
import { coboWaas1 } from '../../lib/providers/cobo-waas1.ts';
import { coinpayments } from '../../lib/providers/coinpayments.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { opennode } from '../../lib/providers/opennode.ts';
import { oxapay } from '../../lib/providers/oxapay.ts';
import { shkeeper } from '../../lib/providers/shkeeper.ts';
import { udun } from '../../lib/providers/udun.ts';

// Signatures made here from what the documentation says, and not by the code that verifies them: for providers that
// publish no example.

const body = '{"type":"x"}';
const form = 'application/x-www-form-urlencoded';
const sha256 = (data: string | Buffer): Buffer => createHash('sha256').update(data).digest();
const hmac = (algorithm: string, data: string): string => createHmac(algorithm, 'secret').update(data).digest('hex');
const secrets = ['secret'];

async function assertVerifies(provider: Provider, headers: Record<string, string>, text = body): Promise<void> {
  const delivery = {
    method: 'POST',
    url: '/callbacks',
    headers,
    body: Buffer.from(text),
    receivedAt: 1_700_000_000_000,
  };
  assert.ok((await provider.verify(delivery)).keyId);
}

const spki = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

test('Cobo WaaS 2.0: ed25519 over SHA-256, twice, of body and time', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const signature = sign(null, sha256(sha256(`${body}|1700000000000`)), privateKey).toString('hex');
  const provider = cobo({ secrets: [spki(publicKey).subarray(-32).toString('hex')] });
  await assertVerifies(provider, { 'biz-timestamp': '1700000000000', 'biz-resp-signature': signature });
});

test('Cobo WaaS 1.0: ECDSA over SHA-256, twice, of body and time', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const point = spki(publicKey).subarray(-65);
  const key = ECDH.convertKey(point, 'secp256k1', undefined, 'hex', 'compressed').toString();
  const signature = sign('sha256', sha256(`${body}|1700000000000`), privateKey).toString('hex');
  const provider = coboWaas1({ secrets: [key] });
  await assertVerifies(provider, { 'biz-timestamp': '1700000000000', 'biz-resp-signature': signature });
});

test('Binance Pay: RSA-SHA256 over time, nonce and body, each with a line end', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const signature = sign('sha256', Buffer.from(`1700000000000\nabc\n${body}\n`), privateKey).toString('base64');
  const accounts = { ethereum: '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed' };
  const provider = binancePay({ secrets: [spki(publicKey).toString('base64')], accounts });
  await assertVerifies(provider, {
    'binancepay-timestamp': '1700000000000',
    'binancepay-nonce': 'abc',
    'binancepay-certificate-sn': 'unknown',
    'binancepay-signature': signature,
  });
});

test('Udun: MD5 over body, key, nonce and time, wherever they stand in the form', async () => {
  const signature = createHash('md5').update(`${body}secretabc1700000000`).digest('hex');
  const fields = { nonce: 'abc', body, sign: signature, timestamp: '1700000000' };
  await assertVerifies(udun({ secrets }), { 'content-type': form }, new URLSearchParams(fields).toString());
});

test('SHKeeper: HMAC-SHA256 over time, a dot and body', async () => {
  const signature = hmac('sha256', `1700000000.${body}`);
  await assertVerifies(shkeeper({ secrets }), {
    'x-shkeeper-timestamp': '1700000000',
    'x-shkeeper-signature': signature,
  });
});

test('BitGo, OxaPay, CoinPayments: HMAC over the body', async () => {
  await assertVerifies(bitgo({ secrets }), { 'x-signature-sha256': hmac('sha256', body) });
  await assertVerifies(oxapay({ secrets }), { hmac: hmac('sha512', body) });
  const text = 'ipn_type=deposit&label=a%20b+c';
  await assertVerifies(coinpayments({ secrets, merchant: 'm' }), { hmac: hmac('sha512', text) }, text);
});

test('OpenNode: HMAC-SHA256 over the id', async () => {
  const text = `id=charge-1&status=paid&hashed_order=${hmac('sha256', 'charge-1')}`;
  await assertVerifies(opennode({ secrets }), { 'content-type': form }, text);
});
