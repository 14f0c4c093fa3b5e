import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  compressedPublicKey,
  ed25519PublicKey,
  publicKey,
  verifyEcdsa,
  verifyEd25519,
  verifyRsa,
} from '../../lib/signatures/asymmetric.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const base64 = (text: string) => Buffer.from(text, 'base64');
const ed25519 = generateKeyPairSync('ed25519');
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });

function compressedHex(key: KeyObject): string {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const odd = (Buffer.from(y, 'base64url').at(-1) ?? 0) % 2 === 1;
  return `${odd ? '03' : '02'}${Buffer.from(x, 'base64url').toString('hex')}`;
}

const rfc8032 = [
  {
    name: '1',
    key: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
    data: '',
    signature:
      'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
  },
  {
    name: '2',
    key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
    data: '72',
    signature:
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
  },
];

for (const { name, key, data, signature } of rfc8032) {
  test(`RFC 8032, ed25519 test ${name}, with the raw key as hex, prefixed hex, base64 and bytes`, () => {
    for (const raw of [key, `0x${key}`, hex(key).toString('base64'), hex(key)]) {
      assert.equal(verifyEd25519(ed25519PublicKey(raw), hex(data), hex(signature)), true);
    }
    assert.equal(verifyEd25519(ed25519PublicKey(key), hex(`${data}00`), hex(signature)), false);
    assert.equal(verifyEd25519(ed25519PublicKey(key), hex(data), hex(signature).subarray(0, 63)), false);
  });
}

test('the Standard Webhooks v1a example of Svix verifies', () => {
  const key = ed25519PublicKey('1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=');
  const signed = Buffer.from('msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}');
  const signature = base64('hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==');
  assert.equal(verifyEd25519(key, signed, signature), true);
});

test('the P-256 example of Circle and the secp256k1 example of Layer1 verify, each on its own curve only', () => {
  const circle = {
    key: publicKey(
      'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESl76SZPBJemW0mJNN4KTvYkLT8bOT4UGhFhzNk3fJqf6iuPlLQLq533FelXwczJbjg2U1PHTvQTK7qOQnDL2Tg==',
    ),
    body: Buffer.from(
      '{"subscriptionId":"00000000-0000-0000-0000-000000000000","notificationId":"00000000-0000-0000-0000-000000000000","notificationType":"webhooks.test","notification":{"hello":"world"},"timestamp":"2024-01-26T18:22:19.779834211Z","version":2}',
    ),
    signature: base64(
      'MEQCIBlJPX7t0FDOcozsRK6qIQwik5Fq6mhAtCSSgIB/yQO7AiB9U5lVpdufKvPhk3cz4TH2f5MP7ArnmPRBmhPztpsIFQ==',
    ),
  };
  const layer1 = {
    key: publicKey(
      'MFYwEAYHKoZIzj0CAQYFK4EEAAoDQgAExn8LhKa3YnVvGHeyT+siyu9+B5knDRtigP4R08nw7Fp0lbXtwoiAO1N0LOj7k39JY5iM385BJrRV2u5Y4N0Qxg==',
    ),
    body: Buffer.from('hello world'),
    signature: base64(
      'MEYCIQCtvKgMTivqsT3S2G3qD46lK0+FD7ECW4dK2MtaivfWvwIhALJly6ZqemabK+gYGNWpZACzj1ApJ6immVuIQ0MxONXV',
    ),
  };
  const p = { curve: 'P-256', hash: 'sha256', encoding: 'der' } as const;
  const k = { curve: 'secp256k1', hash: 'sha256', encoding: 'der' } as const;
  assert.equal(verifyEcdsa(circle.key, circle.body, circle.signature, p), true);
  assert.equal(verifyEcdsa(circle.key, circle.body, circle.signature, k), false);
  assert.equal(verifyEcdsa(layer1.key, layer1.body, layer1.signature, k), true);
  assert.equal(verifyEcdsa(layer1.key, layer1.body, layer1.signature, p), false);
  assert.equal(verifyEcdsa(circle.key, layer1.body, circle.signature, p), false);
});

test('one changed bit in body or signature is refused, for every kind of key', () => {
  const kinds = [
    {
      make: (data: Buffer) => sign(null, data, ed25519.privateKey),
      check: (data: Buffer, signature: Buffer) => verifyEd25519(ed25519.publicKey, data, signature),
    },
    {
      make: (data: Buffer) => sign('sha256', data, { key: p256.privateKey, dsaEncoding: 'ieee-p1363' }),
      check: (data: Buffer, signature: Buffer) =>
        verifyEcdsa(p256.publicKey, data, signature, { curve: 'P-256', hash: 'sha256', encoding: 'raw' }),
    },
    {
      make: (data: Buffer) => sign('sha256', data, secp256k1.privateKey),
      check: (data: Buffer, signature: Buffer) =>
        verifyEcdsa(secp256k1.publicKey, data, signature, { curve: 'secp256k1', hash: 'sha256', encoding: 'der' }),
    },
    {
      make: (data: Buffer) => sign('sha512', data, rsa.privateKey),
      check: (data: Buffer, signature: Buffer) =>
        verifyRsa(rsa.publicKey, data, signature, { hash: 'sha512', padding: 'pkcs1' }),
    },
  ];
  for (const { make, check } of kinds) {
    const data = Buffer.from('{"amount":"1"}');
    const signature = make(data);
    assert.equal(check(data, signature), true);
    fc.assert(
      fc.property(fc.nat(data.length * 8 - 1), fc.nat(signature.length * 8 - 1), (inData, inSignature) => {
        assert.equal(check(flip(data, inData), signature), false);
        assert.equal(check(data, flip(signature, inSignature)), false);
      }),
      { numRuns: 50 },
    );
  }
});

test('RSA with PSS padding is not RSA with PKCS #1 padding, nor the other way round', () => {
  const data = Buffer.from('body');
  const pkcs1 = sign('sha256', data, rsa.privateKey);
  const pss = sign('sha256', data, { key: rsa.privateKey, padding: 6, saltLength: 32 });
  assert.equal(verifyRsa(rsa.publicKey, data, pss, { hash: 'sha256', padding: 'pss' }), true);
  assert.equal(verifyRsa(rsa.publicKey, data, pss, { hash: 'sha256', padding: 'pkcs1' }), false);
  assert.equal(verifyRsa(rsa.publicKey, data, pkcs1, { hash: 'sha256', padding: 'pss' }), false);
});

test('a key of another kind never verifies, and nothing throws', () => {
  const data = Buffer.from('body');
  const signature = sign(null, data, ed25519.privateKey);
  const ec = { curve: 'P-256', hash: 'sha256', encoding: 'der' } as const;
  assert.equal(verifyEd25519(rsa.publicKey, data, signature), false);
  assert.equal(verifyEcdsa(ed25519.publicKey, data, signature, ec), false);
  assert.equal(verifyRsa(ed25519.publicKey, data, signature, { hash: 'sha256', padding: 'pkcs1' }), false);
  assert.equal(verifyEcdsa(p256.publicKey, data, Buffer.of(), ec), false);
  assert.equal(verifyEcdsa(p256.publicKey, data, signature, { ...ec, encoding: 'raw' }), false);
});

test('keys are read from PEM, base64 of SPKI DER, and a compressed point', () => {
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const der = rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  assert.equal(publicKey(pem).equals(rsa.publicKey), true);
  assert.equal(publicKey(`  ${der}\n`).equals(rsa.publicKey), true);
  const data = createHash('sha256').update('body').digest();
  for (const [curve, pair] of [
    ['P-256', p256],
    ['secp256k1', secp256k1],
  ] as const) {
    const key = compressedPublicKey(curve, compressedHex(pair.publicKey));
    assert.equal(
      verifyEcdsa(key, data, sign('sha256', data, pair.privateKey), { curve, hash: 'sha256', encoding: 'der' }),
      true,
    );
  }
});

test('what is no public key is refused, a private key above all', () => {
  const privatePem = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  assert.throws(() => publicKey(privatePem), /private key/);
  for (const text of ['', 'abc$', 'QUJD', '-----BEGIN PUBLIC KEY-----\nQUJD\n-----END PUBLIC KEY-----']) {
    assert.throws(() => publicKey(text), Error, text);
  }
  assert.throws(() => ed25519PublicKey('00'.repeat(31)), /32 bytes/);
  assert.throws(() => ed25519PublicKey(new Uint8Array(33)), /32 bytes/);
  assert.throws(() => compressedPublicKey('secp256k1', `02${'00'.repeat(31)}`), /33 bytes/);
});

function flip(bytes: Buffer, bit: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
  return copy;
}

test('an ed25519 key of small order and an RSA key that can be factored are refused, in each form', () => {
  const points = ['00'.repeat(32), `01${'00'.repeat(31)}`, `ec${'ff'.repeat(30)}7f`, `ee${'ff'.repeat(31)}`];
  for (const point of points) {
    assert.throws(() => ed25519PublicKey(point), /small order/, point);
    const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), Buffer.from(point, 'hex')]);
    assert.throws(() => publicKey(der.toString('base64')), /small order/, point);
  }
  const { publicKey: weak } = generateKeyPairSync('rsa', {
    modulusLength: 512,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  assert.throws(() => publicKey(weak), /1024 bits/);
});
