import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { decodeBase64, decodeBase64Url, decodeHex, decodePrefixedHex } from '../../../lib/signatures/decode.ts';
import { type JwsAlgorithm, readJwsHeader, verifyCompactJws, verifyDetachedJws } from '../../../lib/signatures/jws.ts';
import {
  fittingKey,
  standardWebhooksKey,
  standardWebhooksSignature,
} from '../../../lib/signatures/standard-webhooks.ts';
import { runAtOnce } from '../../../lib/signatures/steps.ts';
import type { FuzzTarget } from '../target.ts';

/** What is decoded is what the text says, in one spelling; nothing is cut short. */
export const encodings: FuzzTarget = {
  name: 'encodings',
  shape: 'text',
  longest: 400,
  seeds: ['00ff', '0xABcd', 'QUJD', 'QQ==', 'QQ', '-_8', '+/8=', 'QR=='].map((text) => Buffer.from(text)),
  words: ['=', '==', '-', '_', '+', '/', '0x', '\n', ' ', 'A', 'QQ'],
  run(input) {
    const text = input.toString('utf8');
    const bare = text.replace(/={1,2}$/, '');
    assert.ok([undefined, text.toLowerCase()].includes(decodeHex(text)?.toString('hex')));
    assert.ok([undefined, text.replace(/^0x/, '').toLowerCase()].includes(decodePrefixedHex(text)?.toString('hex')));
    assert.ok([undefined, bare].includes(decodeBase64(text)?.toString('base64').replace(/=+$/, '')));
    assert.ok([undefined, bare].includes(decodeBase64Url(text)?.toString('base64url')));
  },
};

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const keys = [{ id: 'one', value: standardWebhooksKey(secret) }];
const body = Buffer.from('{"amount":"1"}');
const genuine = { id: 'msg_1', timestamp: '1767225600' };
const right = standardWebhooksSignature(secret, genuine.id, genuine.timestamp, body);

/** A header of signatures fits only if the right one stands in it, whatever stands beside it. Input: `id|timestamp|signatures`. */
export const standardWebhooks: FuzzTarget = {
  name: 'standard-webhooks',
  shape: 'text',
  longest: 2_000,
  seeds: [
    right,
    `v1a,AAAA ${right}`,
    `v1,AAAA ${right} v2,x`,
    right.slice(0, -1),
    `${'v1,AA '.repeat(15)}${right}`,
  ].map((text) => Buffer.from(`msg_1|1767225600|${text}`)),
  words: [' ', ',', 'v1,', 'v1a,', '|', '=', right, 'msg_1', '1767225600', '.'],
  run(input) {
    const [id = '', timestamp = '', ...rest] = input.toString('utf8').split('|');
    const signature = rest.join('|');
    const isSame = `${id}.${timestamp}` === `${genuine.id}.${genuine.timestamp}`;
    const found = signature
      .split(' ')
      .slice(0, 16)
      .map((one) => one.replace(/=+$/, ''));
    const isThere = isSame && found.includes(right.replace(/=+$/, ''));
    const isTaken = runAtOnce(fittingKey({ id, timestamp, signature }, body, keys)) !== undefined;
    if (isTaken) assert.ok(isThere, 'a signature fits that nobody made');
    // Padding that is wrong is one way to spell the right one that is refused.
    if (isThere && found.length === 1 && signature === right) assert.ok(isTaken, 'the right signature is refused');
  },
};

const pairs: Readonly<Record<'EdDSA' | 'ES256' | 'ES256K' | 'RS256', { publicKey: KeyObject; privateKey: KeyObject }>> =
  {
    EdDSA: generateKeyPairSync('ed25519'),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ES256K: generateKeyPairSync('ec', { namedCurve: 'secp256k1' }),
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  };

function jws(alg: keyof typeof pairs, header: object, payload: string): string {
  const signed = `${Buffer.from(JSON.stringify({ alg, ...header })).toString('base64url')}.${payload}`;
  const hash = alg === 'EdDSA' ? null : 'sha256';
  const key = { key: pairs[alg].privateKey, ...(alg.startsWith('ES') ? { dsaEncoding: 'ieee-p1363' as const } : {}) };
  return `${signed}.${sign(hash, Buffer.from(signed), key).toString('base64url')}`;
}

const names = Object.keys(pairs) as (keyof typeof pairs)[];
const payload = body.toString('base64url');
const tokens = names.map((alg) => jws(alg, { kid: 'one' }, payload));
const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.AAAA`;

/** A token verifies only if it is one that was signed, to the character; under no other key and algorithm. */
export const jwsTokens: FuzzTarget = {
  name: 'jws',
  shape: 'text',
  longest: 2_000,
  seeds: [
    ...tokens,
    ...tokens.map(detached),
    unsigned,
    jws('EdDSA', { crit: ['x'] }, payload),
    jws('ES256', { b64: false }, payload),
  ].map((text) => Buffer.from(text)),
  words: [
    '.',
    '..',
    '=',
    'eyJhbGciOiJub25lIn0',
    Buffer.from('{"alg":"HS256"}').toString('base64url'),
    'AAAA',
    '-',
    '_',
  ],
  run(input) {
    const text = input.toString('utf8');
    const header = readJwsHeader(text);
    if (header !== undefined) assert.equal(typeof header.alg, 'string');
    // Signatures of all kinds are dear: one is enough for each input, and only for a text that is a token.
    for (const [index, name] of names.entries()) {
      if (header !== undefined && header.alg !== name && text.length % names.length !== index) continue;
      assertOnlyGenuine(text, name, tokens[index] ?? '');
    }
  },
};

function assertOnlyGenuine(text: string, name: JwsAlgorithm & keyof typeof pairs, token: string): void {
  const bare = text.replace(/={1,2}$/, '');
  const found = verifyCompactJws(text, pairs[name].publicKey, name);
  if (found !== undefined) assert.ok(bare === token && found.equals(body), `${name} verifies what nobody signed`);
  if (verifyDetachedJws(text, body, pairs[name].publicKey, name)) {
    assert.equal(bare, detached(token), `${name} verifies what nobody signed`);
  }
}

function detached(token: string): string {
  const [head = '', , tail = ''] = token.split('.');
  return `${head}..${tail}`;
}
