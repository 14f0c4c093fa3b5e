import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { describe, test } from 'node:test';
import { fitsOne, type SigningAlgorithm, type VerifyingKey, verifyingKey } from '../../lib/signatures/algorithms.ts';
import { type JwsAlgorithm, readJwsHeader, verifyCompactJws, verifyDetachedJws } from '../../lib/signatures/jws.ts';
import { runAtOnce } from '../../lib/signatures/steps.ts';
import { readWycheproof, type Vector, type VectorGroup } from '../helpers/wycheproof.ts';

const { suites, jws } = readWycheproof();
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

/** Suites of an algorithm as it is used here; `takes`: vectors that are invalid there and taken here, by their comment, with the reason. */
const verified: Readonly<Record<string, { algorithm: SigningAlgorithm; takes?: Readonly<Record<string, string>> }>> = {
  hmac_sha1: { algorithm: 'hmac-sha1' },
  hmac_sha256: { algorithm: 'hmac-sha256' },
  hmac_sha384: { algorithm: 'hmac-sha384' },
  hmac_sha512: { algorithm: 'hmac-sha512' },
  ed25519: { algorithm: 'ed25519' },
  ecdsa_secp256r1_sha256: { algorithm: 'ecdsa-p256-sha256' },
  ecdsa_secp256r1_sha256_p1363: { algorithm: 'ecdsa-p256-sha256-raw' },
  ecdsa_secp256k1_sha256: { algorithm: 'ecdsa-secp256k1-sha256' },
  ecdsa_secp256k1_sha256_p1363: { algorithm: 'ecdsa-secp256k1-sha256-raw' },
  ecdsa_secp256k1_sha256_bitcoin: {
    algorithm: 'ecdsa-secp256k1-sha256',
    takes: {
      malleability: 'that s is small is a rule of Bitcoin transactions; senders of callbacks do not keep it',
    },
  },
  rsa_pkcs1_1024_sig_gen: { algorithm: 'rsa-sha1' },
  rsa_pkcs1_2048_sig_gen: { algorithm: 'rsa-sha1' },
  rsa_signature_2048_sha256: { algorithm: 'rsa-sha256' },
  rsa_signature_3072_sha384: { algorithm: 'rsa-sha384' },
  rsa_signature_4096_sha512: { algorithm: 'rsa-sha512' },
  rsa_pss_2048_sha256_mgf1_32: { algorithm: 'rsa-pss-sha256' },
  rsa_pss_2048_sha384_mgf1_48: { algorithm: 'rsa-pss-sha384' },
  rsa_pss_4096_sha512_mgf1_64: { algorithm: 'rsa-pss-sha512' },
};

/** Valid under parameters that nothing here signs with: not one of them may verify. */
const foreign: Readonly<Record<string, SigningAlgorithm>> = {
  rsa_pss_2048_sha256_mgf1_0: 'rsa-pss-sha256',
  rsa_pss_2048_sha256_mgf1sha1_20: 'rsa-pss-sha256',
};

/** Vectors that are neither right nor wrong, by their flag: whether they are taken, and why. */
const acceptable: Readonly<Record<string, { isTaken: boolean; why: string }>> = {
  MissingNull: { isTaken: false, why: 'the hash must be named as RFC 8017 has it' },
  SmallModulus: { isTaken: true, why: 'keys of 1024 bits are in use: CryptAPI has one' },
  WeakHash: { isTaken: true, why: 'rsa-sha1 is what some providers sign with' },
};

describe('Wycheproof', () => {
  for (const [name, { algorithm, takes = {} }] of Object.entries(verified)) {
    test(`${name}: ${algorithm} takes every valid signature and no other`, () => {
      const counts = { valid: 0, invalid: 0, acceptable: 0 };
      for (const group of suites[name] ?? []) {
        const keyOf = keysOf(algorithm, group);
        for (const vector of group.tests) {
          counts[vector.result] += 1;
          const isTaken = verifies(algorithm, keyOf(vector), vector);
          assert.equal(
            isTaken,
            expected(algorithm, group, vector, takes),
            `${vector.id} ${vector.comment ?? ''} ${vector.flags}`,
          );
        }
      }
      assert.ok(counts.valid + counts.acceptable > 0, 'no vector that is right');
    });
  }

  for (const [name, algorithm] of Object.entries(foreign)) {
    test(`${name}: signatures with another salt or another hash of the mask are no ${algorithm}`, () => {
      for (const group of suites[name] ?? []) {
        const keyOf = keysOf(algorithm, group);
        for (const vector of group.tests) {
          // Wrong there, and just what is asked for here.
          const isOurs = name.endsWith('_mgf1_0') && vector.comment === 's_len changed to 32';
          assert.equal(verifies(algorithm, keyOf(vector), vector), isOurs, `${vector.id} ${vector.comment}`);
        }
      }
    });
  }

  test('every suite of the fixture is run', () => {
    assert.deepEqual(Object.keys(suites).sort(), [...Object.keys(verified), ...Object.keys(foreign)].sort());
  });
});

function expected(
  algorithm: SigningAlgorithm,
  { tagBits }: VectorGroup,
  { result, flags = [], comment }: Vector,
  takes: Readonly<Record<string, string>>,
): boolean {
  // A tag that is cut off is a shorter secret to guess: no provider sends one, and none is taken.
  const isCut = tagBits !== undefined && tagBits !== macBits[algorithm];
  if (isCut) return false;
  if (result === 'invalid') return Object.keys(takes).some((word) => comment?.includes(word));
  if (result === 'valid') return true;
  const known = flags.flatMap((flag) => acceptable[flag] ?? []);
  assert.ok(known.length > 0, `nobody has said what becomes of ${flags} ${comment}`);
  return known.every(({ isTaken }) => isTaken);
}

const macBits: Readonly<Partial<Record<SigningAlgorithm, number>>> = {
  'hmac-sha1': 160,
  'hmac-sha256': 256,
  'hmac-sha384': 384,
  'hmac-sha512': 512,
};

/** As a scheme does: the key from text, once for each key. */
function keysOf(algorithm: SigningAlgorithm, { key }: VectorGroup): (vector: Vector) => VerifyingKey {
  if (key === undefined) return (vector) => verifyingKey(algorithm, vector.key ?? '', 'hex');
  const one = verifyingKey(algorithm, hex(key).toString('base64'), 'spki');
  return () => one;
}

function verifies(algorithm: SigningAlgorithm, key: VerifyingKey, { msg, sig }: Vector): boolean {
  return runAtOnce(fitsOne(algorithm, key, [hex(msg)], [hex(sig)]));
}

/** Tokens that are valid there and refused here, by their comment. */
const refused: Readonly<Record<string, string>> = {
  emptyPayload: 'a token without a payload is a detached one; its bytes come apart from it',
  Figure20: 'it says PS384, which no provider signs with, and the key is pinned to PS256',
};

describe('Wycheproof, JSON Web Signatures', () => {
  const algorithms: readonly JwsAlgorithm[] = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES256K', 'EdDSA'];

  for (const { name, key, tests } of jws) {
    const pinned = algorithms.find((one) => one === key.alg);
    test(`${name} ${key.alg}: ${pinned === undefined ? 'is refused, whatever is pinned' : 'takes every valid token and no other'}`, () => {
      const publicKey = createPublicKey({ key, format: 'jwk' });
      for (const { id, jws: token, result, comment } of tests) {
        for (const algorithm of pinned === undefined ? algorithms : [pinned]) {
          const found = verifyCompactJws(token, publicKey, algorithm);
          // What a JWK says of its own use plays no part: a provider's scheme pins the algorithm.
          if (pinned === undefined && readJwsHeader(token)?.alg === algorithm) continue;
          if (pinned !== undefined && comment === 'emptyPayload')
            assert.ok(verifyDetachedJws(token, Buffer.alloc(0), publicKey, algorithm));
          const isRight = pinned !== undefined && result === 'valid' && !Object.hasOwn(refused, comment ?? '');
          assert.equal(found !== undefined, isRight, `${id} ${comment ?? ''} ${token.slice(0, 200)}`);
          if (found === undefined) continue;
          const [header, payload, signature] = token.split('.');
          assert.deepEqual(found, Buffer.from(payload ?? '', 'base64url'));
          assert.equal(verifyDetachedJws(`${header}..${signature}`, found, publicKey, algorithm), true);
        }
      }
    });
  }
});
