import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  type BodyForm,
  type CustomOptions,
  custom,
  type Scheme,
  type SigningAlgorithm,
} from '../../lib/providers/custom.ts';
import type { InboundCallback, Reading } from '../../lib/providers/kit/provider.ts';
import { signCallback } from '../../lib/testing/index.ts';

interface Vector {
  provider: string;
  key: string;
  headers: Record<string, string>;
  body: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../fixtures/providers/custom/vectors.json', import.meta.url), 'utf8'),
) as Vector[];

const read = (): Reading => ({ kind: 'unknown', transfers: [], removals: [] });
const now = 1_767_225_600_000;

function make(scheme: Scheme, key: string, others: Partial<CustomOptions> = {}) {
  return custom({ name: 'example', scheme, read, secrets: [key], ...others });
}

function inbound(over: Partial<InboundCallback> = {}): InboundCallback {
  return { method: 'POST', url: '/callbacks/example', headers: {}, body: Buffer.from('{}'), receivedAt: now, ...over };
}

const hmacOfBody = (header: string, over: Partial<Scheme> = {}): Scheme => ({
  algorithm: 'hmac-sha256',
  signature: { header },
  signed: ['body'],
  ...over,
});

const sortedWithout = (field: string, write: (key: string, value: unknown) => string): Scheme['signed'] => [
  'secret',
  {
    from: (request) => {
      const fields = Object.entries(request.fields() ?? {}).filter(([key]) => key !== field);
      return fields
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => write(key, value))
        .join('');
    },
  },
];

const svix: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'svix-signature', prefix: 'v1,', list: ' ' },
  encoding: 'base64',
  signed: ['id', 'timestamp', 'body'],
  separator: '.',
  keyForm: 'base64',
  keyPrefix: 'whsec_',
  id: { header: 'svix-id' },
  timestamp: { header: 'svix-timestamp', unit: 's' },
};

const schemes: Record<string, Scheme> = {
  circle: {
    algorithm: 'ecdsa-p256-sha256',
    signature: { header: 'x-circle-signature' },
    encoding: 'base64',
    signed: ['body'],
    keyId: { header: 'x-circle-key-id' },
  },
  'bvnk-layer1': {
    algorithm: 'ecdsa-secp256k1-sha256',
    signature: { header: 'x-signature' },
    encoding: 'base64',
    signed: ['body'],
  },
  'coinbase-commerce': hmacOfBody('x-cc-webhook-signature'),
  coinify: hmacOfBody('x-coinify-webhook-signature'),
  basswallet: hmacOfBody('signature'),
  btcpay: hmacOfBody('btcpay-sig', { signature: { header: 'btcpay-sig', prefix: 'sha256=' } }),
  tatum: hmacOfBody('x-payload-hash', { algorithm: 'hmac-sha512', encoding: 'base64' }),
  moralis: {
    algorithm: 'keccak256',
    signature: { header: 'x-signature' },
    encoding: '0xhex',
    signed: ['body', 'secret'],
  },
  plisio: {
    algorithm: 'hmac-sha1',
    signature: { bodyField: 'verify_hash' },
    signed: [
      {
        from: (request) => {
          const { verify_hash: _, ...rest } = request.fields() ?? {};
          return JSON.stringify(rest);
        },
      },
    ],
    content: (request) => request.content(),
  },
  cregis: {
    algorithm: 'md5',
    signature: { bodyField: 'sign' },
    signed: sortedWithout('sign', (key, value) => `${key}${String(value)}`) ?? [],
    content: (request) => request.content(),
  },
  svix,
  'svix-v1a': {
    ...svix,
    algorithm: 'ed25519',
    keyForm: 'raw',
    keyPrefix: 'whpk_',
    signature: { header: 'svix-signature', prefix: 'v1a,', list: ' ' },
  },
};

for (const [index, { provider: name, key, headers, body }] of vectors.entries()) {
  test(`A declaration verifies what ${name} published (${index})`, async () => {
    const scheme = schemes[name];
    assert.ok(scheme, `No scheme for ${name}`);
    const provider = make(scheme, key);
    const sent = inbound({ headers, body: Buffer.from(body) });
    assert.ok((await provider.verify(sent)).keyId);
    const changed = Buffer.from(body);
    changed[changed.length - 2] = (changed[changed.length - 2] ?? 0) ^ 1;
    assert.throws(() => provider.verify({ ...sent, body: changed }), { code: /^SIGNATURE_(INVALID|MISSING)$/ });
  });
}

test('Id and time come from their places, and only once the signature fits', async () => {
  const vector = vectors.find(({ provider }) => provider === 'svix');
  assert.ok(vector);
  const verified = await make(svix, vector.key).verify(
    inbound({ headers: vector.headers, body: Buffer.from(vector.body) }),
  );
  assert.equal(verified.deliveryId, 'msg_p5jXN8AQM9LWM0D4loKWxJek');
  assert.equal(verified.signedAt, 1_614_265_330_000);
});

const symmetric: SigningAlgorithm[] = [
  'hmac-sha1',
  'hmac-sha256',
  'hmac-sha384',
  'hmac-sha512',
  'md5',
  'sha1',
  'sha256',
  'sha384',
  'sha512',
  'keccak256',
];

test('What each shared-secret algorithm signs, it verifies, in each encoding and form of secret', async () => {
  const forms = { utf8: 'a secret', hex: '00ff10aa', base64: 'AP8Qqg==', base64url: '_-8Qqg' } as const;
  for (const algorithm of symmetric) {
    for (const encoding of ['hex', '0xhex', 'base64', 'base64url'] as const) {
      for (const [keyForm, secret] of Object.entries(forms)) {
        const scheme: Scheme = {
          algorithm,
          encoding,
          keyForm: keyForm as keyof typeof forms,
          signature: { header: 'x-sig' },
          signed: algorithm.startsWith('hmac-') ? ['method', 'url', 'body'] : ['secret', 'body', 'url'],
          separator: '\n',
        };
        const provider = make(scheme, secret);
        const url = '/callbacks/example?a=1';
        const { headers, body } = signCallback(provider, { secret, body: '{"a":1}', now, url });
        assert.ok(
          (await provider.verify(inbound({ headers, body, url }))).keyId,
          `${algorithm} ${encoding} ${keyForm}`,
        );
        assert.throws(() => provider.verify(inbound({ headers, body, url: '/callbacks/example?a=2' })), {
          code: 'SIGNATURE_INVALID',
        });
      }
    }
  }
});

const pairs: Record<string, () => { privateKey: string; publicKey: string }> = {
  ed25519: () => pem('ed25519'),
  'ecdsa-p256': () => pem('ec', { namedCurve: 'P-256' }),
  'ecdsa-secp256k1': () => pem('ec', { namedCurve: 'secp256k1' }),
  rsa: () => pem('rsa', { modulusLength: 2048 }),
};

function pem(kind: string, options: object = {}): { privateKey: string; publicKey: string } {
  const encodings = {
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  };
  return generateKeyPairSync(kind as 'rsa', { modulusLength: 2048, ...options, ...encodings } as never) as never;
}

test('What each private key signs, its public key verifies, and another does not', async () => {
  const algorithms: SigningAlgorithm[] = [
    'ed25519',
    'ecdsa-p256-sha256',
    'ecdsa-p256-sha256-raw',
    'ecdsa-secp256k1-sha256',
    'ecdsa-secp256k1-sha256-raw',
    'rsa-sha1',
    'rsa-sha256',
    'rsa-sha384',
    'rsa-sha512',
    'rsa-pss-sha256',
    'rsa-pss-sha384',
    'rsa-pss-sha512',
  ];
  for (const [kind, generate] of Object.entries(pairs)) {
    const [own, other] = [generate(), generate()];
    for (const algorithm of algorithms.filter((one) => one.startsWith(kind))) {
      const scheme: Scheme = {
        algorithm,
        signature: { header: 'x-sig' },
        encoding: 'base64',
        signed: ['timestamp', 'body'],
        prehash: ['sha256', 'sha256'],
        timestamp: { header: 'x-time', unit: 'ms' },
      };
      const provider = make(scheme, own.publicKey);
      const { headers, body } = signCallback(provider, { secret: own.privateKey, body: { a: 1 }, now });
      assert.equal((await provider.verify(inbound({ headers, body }))).signedAt, now, algorithm);
      assert.throws(() => make(scheme, other.publicKey).verify(inbound({ headers, body })), {
        code: 'SIGNATURE_INVALID',
      });
    }
  }
});

test('A secret that is only sent is compared whole: in a header, in the URL, as basic authentication', async () => {
  const places: [Scheme, Partial<InboundCallback>, Partial<InboundCallback>][] = [
    [
      { algorithm: 'shared', signature: { header: 'authorization' } },
      { headers: { authorization: 's3cret' } },
      { headers: { authorization: 's3cre' } },
    ],
    [
      { algorithm: 'shared', signature: { query: 'secret' } },
      { url: '/x?secret=s3cret' },
      { url: '/x?secret=s3cret&secret=s3cret' },
    ],
    [
      { algorithm: 'basic', signature: { header: 'authorization' } },
      { headers: { authorization: 'Basic czNjcmV0' } },
      { headers: { authorization: 's3cret' } },
    ],
  ];
  for (const [scheme, right, wrong] of places) {
    const provider = make(scheme, 's3cret');
    assert.ok((await provider.verify(inbound(right))).keyId);
    assert.throws(() => provider.verify(inbound(wrong)), { code: /^SIGNATURE_/ });
    const { headers, query } = signCallback(provider, { secret: 's3cret', body: '{}', now });
    assert.ok((await provider.verify(inbound({ headers, url: `/x?${query ?? ''}` }))).keyId);
  }
});

test('A signature inside the body is put there by sign and found again, in JSON and in a form', async () => {
  const json: Scheme = {
    algorithm: 'md5',
    signature: { bodyField: 'sign' },
    signed: [{ bodyField: 'amount' }, { literal: '|' }, { bodyField: 'deep.txid' }, 'secret'],
  };
  const form: Scheme = {
    ...json,
    signed: [{ bodyField: 'body' }, 'secret', { bodyField: 'nonce' }],
  };
  const samples: [Scheme, BodyForm, string][] = [
    [json, 'json', '{"amount":1.10,"deep":{"txid":"ab"}}'],
    [form, 'form', 'body=%7B%22a%22%3A%22%E5%88%B0+%22%7D&nonce=n%2B1'],
  ];
  for (const [scheme, bodyForm, written] of samples) {
    const provider = make(scheme, 'key', { form: bodyForm });
    const { headers, body } = signCallback(provider, { secret: 'key', body: written, now });
    assert.notEqual(body.toString(), written);
    assert.ok((await provider.verify(inbound({ headers, body }))).keyId);
    assert.throws(() => provider.verify(inbound({ headers, body: Buffer.from(body.toString().replace('1', '2')) })), {
      code: 'SIGNATURE_INVALID',
    });
  }
});

test('Of several signatures in a structured header one that fits is enough', async () => {
  const scheme = hmacOfBody('x-sig', {
    signature: { header: 'x-sig', field: 'v1' },
    timestamp: { header: 'x-sig', field: 't', unit: 's' },
    signed: ['timestamp', 'body'],
    separator: '.',
  });
  const mac = createHmac('sha256', 'key').update('1767225600.{}').digest('hex');
  const provider = make(scheme, 'key');
  const sent = inbound({ headers: { 'x-sig': `t=1767225600,v0=00,v1=${'0'.repeat(64)}, v1=${mac}` } });
  assert.equal((await provider.verify(sent)).signedAt, now);
  assert.throws(() => provider.verify(inbound({ headers: { 'x-sig': `v1=${mac}` } })), { code: 'SIGNATURE_MISSING' });
});

test('Each unit of time is read, and what is none does not verify', async () => {
  const written = {
    s: '1767225600',
    ms: '1767225600000',
    iso: '2026-01-01T00:00:00',
    http: 'Thu, 01 Jan 2026 00:00:00 GMT',
  };
  for (const [unit, time] of [...Object.entries(written), ['auto', written.s], ['auto', written.ms]] as const) {
    const scheme = hmacOfBody('x-sig', {
      signed: ['timestamp', 'body'],
      timestamp: { header: 'x-time', unit: unit as 's' },
    });
    const sent = (text: string): InboundCallback =>
      inbound({ headers: { 'x-time': text, 'x-sig': createHmac('sha256', 'key').update(`${text}{}`).digest('hex') } });
    assert.equal((await make(scheme, 'key').verify(sent(time))).signedAt, now, unit);
    assert.throws(() => make(scheme, 'key').verify(sent('yesterday')), { code: 'SIGNATURE_INVALID' });
  }
});

test('The unit iso takes what RFC 3339 allows, and refuses days and hours that do not exist', async () => {
  const scheme = hmacOfBody('x-sig', {
    signed: ['timestamp', 'body'],
    timestamp: { header: 'x-time', unit: 'iso' },
  });
  const verify = async (text: string): Promise<number | undefined> => {
    const mac = createHmac('sha256', 'key').update(`${text}{}`).digest('hex');
    return (await make(scheme, 'key').verify(inbound({ headers: { 'x-time': text, 'x-sig': mac } }))).signedAt;
  };
  for (const text of ['2026-01-01t00:00:00z', '2026-01-01T00:00:00.0000000001Z', '2025-12-31T23:59:60Z'])
    assert.equal(await verify(text), now, text);
  for (const text of ['1990-02-31T00:00:00Z', '2026-11-28T24:00:00Z', '2026-01-01T00:00Z', '2026-01-01'])
    await assert.rejects(verify(text), { code: 'SIGNATURE_INVALID' }, text);
});

test('Sorted JSON is what a sender gets that sorts at every depth', async () => {
  const scheme = hmacOfBody('x-sig', { signed: ['sortedBody'] });
  const mac = createHmac('sha256', 'key').update('{"a":1,"b":{"c":[{"y":1,"z":"/\u00e9"}],"d":null}}').digest('hex');
  const body = Buffer.from('{ "b": {"d":null,"c":[{"z":"/\u00e9","y":1.0}]}, "a":1 }');
  assert.ok((await make(scheme, 'key').verify(inbound({ headers: { 'x-sig': mac }, body }))).keyId);
});

test('The key that is named is the only one tried where it is known, and naming adds none', async () => {
  const scheme = hmacOfBody('x-sig', { keyId: { header: 'x-key' } });
  const secrets = [
    { key: 'one', id: '1' },
    { key: 'two', id: '2' },
  ];
  const provider = make(scheme, 'unused', { secrets });
  const signed = (name: string): InboundCallback =>
    inbound({ headers: { 'x-key': name, 'x-sig': createHmac('sha256', 'two').update('{}').digest('hex') } });
  assert.equal((await provider.verify(signed('2'))).keyId, '2');
  assert.equal((await provider.verify(signed('unknown'))).keyId, '2');
  assert.throws(() => provider.verify(signed('1')), { code: 'SIGNATURE_INVALID' });
});

test('An unsigned ping is answered and never read, however its body looks', async () => {
  let reads = 0;
  const scheme = hmacOfBody('x-sig', {
    signed: [{ header: 'x-nonce' }, 'body'],
    unsignedPing: { methods: ['HEAD'], withoutHeaders: ['x-nonce'] },
    sentHeaders: () => ({ 'x-nonce': 'n' }),
  });
  const provider = make(scheme, 'key', {
    methods: ['POST', 'HEAD'],
    read: () => {
      reads += 1;
      return read();
    },
  });
  for (const ping of [inbound(), inbound({ method: 'HEAD', body: Buffer.alloc(0), headers: { 'x-nonce': 'n' } })]) {
    assert.deepEqual(await provider.verify(ping), {});
    assert.equal(provider.read(ping, {}).kind, 'ping');
  }
  assert.equal(reads, 0);
  assert.throws(() => provider.verify(inbound({ headers: { 'x-nonce': 'n' } })), { code: 'SIGNATURE_MISSING' });
  assert.throws(() => provider.verify(inbound({ body: Buffer.alloc(4_097) })), { code: 'SIGNATURE_MISSING' });
  assert.deepEqual(provider.keptHeaders, ['x-nonce']);
});

test('A scheme that proves nothing is refused at construction', () => {
  const broken: [string, Scheme][] = [
    ['nothing signed', { algorithm: 'hmac-sha256', signature: { header: 'x' } }],
    ['a plain hash without the secret', { algorithm: 'sha256', signature: { header: 'x' }, signed: ['body'] }],
    ['an unsigned time', hmacOfBody('x', { timestamp: { header: 't', unit: 's' } })],
    ['an unsigned id', hmacOfBody('x', { id: { header: 'i' } })],
    ['parts of a secret that is only sent', { algorithm: 'shared', signature: { header: 'x' }, signed: ['body'] }],
    ['a ping told by the absence of an unsigned header', hmacOfBody('x', { unsignedPing: { withoutHeaders: ['y'] } })],
  ];
  for (const [what, scheme] of broken) assert.throws(() => make(scheme, 'key'), { code: 'OPTION_INVALID' }, what);
});

test('Options that are missing or unknown are refused by name', () => {
  const scheme = hmacOfBody('x');
  const base = { name: 'example', scheme, read, secrets: ['key'] };
  assert.throws(() => custom({ ...base, secret: 'key' } as never), /example\.secret.*is not known/);
  assert.throws(() => custom({ ...base, name: undefined } as never), { code: 'OPTION_INVALID' });
  assert.throws(() => custom({ ...base, read: undefined } as never), { code: 'OPTION_INVALID' });
  assert.throws(() => custom({ ...base, scheme: undefined } as never), { code: 'OPTION_INVALID' });
});

test('The answer is a value or chosen by outcome', () => {
  const scheme = hmacOfBody('x');
  assert.deepEqual(make(scheme, 'key', { answer: { status: 202, body: 'ok' } }).answer('recorded'), {
    status: 202,
    body: 'ok',
  });
  const chosen = make(scheme, 'key', { answer: (outcome) => ({ status: 200, body: outcome }) });
  assert.equal(chosen.answer('duplicate').body, 'duplicate');
  assert.equal(make(scheme, 'key').answer('recorded').status, 200);
});

test('Of the signatures in one header 16 are looked at, so that a stranger cannot ask for thousands', async () => {
  const provider = make(hmacOfBody('x-sig', { signature: { header: 'x-sig', list: ',' } }), 'key');
  const right = createHmac('sha256', 'key').update('{}').digest('hex');
  const sent = (before: number): InboundCallback =>
    inbound({ headers: { 'x-sig': [...Array.from({ length: before }, () => '00'.repeat(32)), right].join(',') } });
  assert.ok((await provider.verify(sent(15))).keyId);
  assert.throws(() => provider.verify(sent(16)), { code: 'SIGNATURE_INVALID' });
});

test('A header that holds the separator is refused: what is signed could begin and end elsewhere', () => {
  const scheme = hmacOfBody('x-sig', { signed: [{ header: 'x-time' }, { header: 'x-nonce' }, 'body'], separator: '.' });
  const provider = make(scheme, 'key');
  const mac = createHmac('sha256', 'key').update('1.2.3.{}').digest('hex');
  for (const [time, nonce] of [
    ['1.2', '3'],
    ['1', '2.3'],
  ]) {
    const headers = { 'x-sig': mac, 'x-time': time, 'x-nonce': nonce };
    assert.throws(() => provider.verify(inbound({ headers })), { code: 'SIGNATURE_INVALID' });
  }
});

test('A body that is taken apart before its signature is known has a bound of length and of members', async () => {
  const scheme = (over: Partial<Scheme> = {}): Scheme => ({
    algorithm: 'hmac-sha256',
    signature: { header: 'x-sig' },
    signed: ['sortedBody'],
    ...over,
  });
  const verifying = async (given: Scheme, body: object) => {
    const provider = make(given, 'key');
    const signed = signCallback(provider, { secret: 'key', body, now });
    return provider.verify(inbound({ headers: signed.headers, body: signed.body }));
  };
  const many = { list: Array.from({ length: 1_200 }, (_, index) => index) };
  await assert.rejects(verifying(scheme(), many), { code: 'BODY_TOO_LARGE' });
  assert.ok((await verifying(scheme({ rewrittenMembers: 2_000 }), many)).keyId);
  const long = { text: 'x'.repeat(70_000) };
  await assert.rejects(verifying(scheme(), long), { code: 'BODY_TOO_LARGE' });
  assert.ok((await verifying(scheme({ rewrittenBytes: 100_000 }), long)).keyId);
});

test('Of signed bytes the time and the id are read, however many members they have', async () => {
  const scheme: Scheme = {
    ...hmacOfBody('x-sig'),
    timestamp: { bodyField: 'at', unit: 'ms' },
    id: { bodyField: 'id' },
  };
  const provider = make(scheme, 'key', {
    read: (content) => ({ ...read(), event: JSON.stringify(content).slice(0, 9) }),
  });
  const body = { at: now, id: 'x', list: Array.from({ length: 30_000 }, (_, index) => index) };
  const signed = signCallback(provider, { secret: 'key', body, now });
  const callback = inbound({ headers: signed.headers, body: signed.body });
  const verified = await provider.verify(callback);
  assert.deepEqual([verified.signedAt, verified.deliveryId], [now, 'x']);
  assert.equal(provider.read(callback, verified).event, '{"at":176');
});
