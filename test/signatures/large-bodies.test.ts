import assert from 'node:assert/strict';
import {
  createHash,
  createHmac,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3';
import { type AsymmetricAlgorithm, fitsOne, signatureOf, verifyingKey } from '../../lib/signatures/algorithms.ts';
import { type DigestAlgorithm, digestSteps, hmacSteps } from '../../lib/signatures/hash-steps.ts';
import { hashInThread, pieceBytes } from '../../lib/signatures/hash-thread.ts';
import { detachedJwsSteps } from '../../lib/signatures/jws.ts';
import { inThread, runAtOnce, runSteps, type Steps } from '../../lib/signatures/steps.ts';
import { mostHere } from '../../lib/signatures/threads.ts';

// Large bodies are hashed and verified by other threads: what these say is what this one would say.

const bytesOf = (length: number): Buffer => Buffer.alloc(length, 'A large body, of bytes that differ. ');
const hashOf = (algorithm: DigestAlgorithm, bytes: Uint8Array): Uint8Array =>
  algorithm === 'keccak256' ? keccak_256(bytes) : createHash(algorithm).update(bytes).digest();

/** The result, which must come later. */
function later<T>(steps: Steps<T>): Promise<T> {
  const result = runSteps(steps);
  assert.ok(result instanceof Promise, 'it was done at once');
  return result;
}

test('digests and HMACs of large bodies are those of small ones, however the parts are cut', async () => {
  const key = createSecretKey(Buffer.from('a secret'));
  for (const length of [mostHere + 1, 2 * pieceBytes - 2, 2 * pieceBytes, 3 * pieceBytes + 1]) {
    const body = bytesOf(length);
    const parts = [body.subarray(0, 7), body.subarray(7, 7), body.subarray(7, 300_000), body.subarray(300_000)];
    for (const algorithm of ['md5', 'sha1', 'sha256', 'sha384', 'sha512', 'keccak256'] as const) {
      const right = Buffer.from(hashOf(algorithm, body));
      assert.deepEqual(Buffer.from(await later(digestSteps(algorithm, parts))), right, `${algorithm} of ${length}`);
      assert.deepEqual(
        Buffer.from(runAtOnce(digestSteps(algorithm, parts))),
        right,
        `${algorithm} of ${length} at once`,
      );
    }
    for (const algorithm of ['sha1', 'sha256', 'sha384', 'sha512'] as const) {
      const right = createHmac(algorithm, key).update(body).digest();
      assert.deepEqual(Buffer.from(await later(hmacSteps(algorithm, key, parts))), right, `${algorithm} of ${length}`);
    }
  }
});

test('many at the same time do not mix', async () => {
  const bodies = Array.from({ length: 12 }, (_, each) => Buffer.alloc(mostHere + 1_000 * each + 1, each));
  const hashes = await Promise.all(bodies.map((body) => runSteps(digestSteps('keccak256', [body]))));
  for (const [index, body] of bodies.entries()) {
    assert.deepEqual(Buffer.from(hashes[index] ?? []), Buffer.from(keccak_256(body)), `body ${index}`);
  }
});

test('what is small is done at once', () => {
  const body = bytesOf(mostHere);
  assert.deepEqual(runSteps(digestSteps('sha1', [body])), createHash('sha1').update(body).digest());
});

test('a thread that ends leaves its work to this one, and the next work gets a new thread', async () => {
  const body = bytesOf(mostHere + 1);
  const broken = hashInThread({ algorithm: 'no-such-hash' });
  const hash = digestSteps('sha256', [body]);
  const started = runSteps(hash);
  await assert.rejects(broken.digest(new Uint8Array(1)), /Digest method not supported|Invalid digest/);
  assert.deepEqual(Buffer.from(await started), Buffer.from(hashOf('sha256', body)));
  await assert.rejects(broken.digest(new Uint8Array(1)), Error, 'of a thread that has ended nothing comes');
  const byte = new Uint8Array(1);
  const right = Buffer.from(hashOf('sha256', byte));
  assert.deepEqual(Buffer.from(await hashInThread({ algorithm: 'sha256' }).digest(byte)), right);
  assert.deepEqual(Buffer.from(await later(digestSteps('sha256', [body]))), Buffer.from(hashOf('sha256', body)));
});

test('steps get no answer where the other thread fails, and where nobody may wait', async () => {
  const asking = (work: () => Promise<string>): Steps<string> =>
    (function* () {
      return (yield* inThread(work)) ?? 'here';
    })();
  assert.equal(await runSteps(asking(async () => 'there')), 'there');
  assert.equal(await runSteps(asking(() => Promise.reject(new Error('no thread')))), 'here');
  assert.equal(runAtOnce(asking(async () => 'there')), 'here');
});

const pemOf = ({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }) => ({
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
});
const pairs = {
  ed25519: () => pemOf(generateKeyPairSync('ed25519')),
  'ecdsa-p256': () => pemOf(generateKeyPairSync('ec', { namedCurve: 'P-256' })),
  'ecdsa-secp256k1': () => pemOf(generateKeyPairSync('ec', { namedCurve: 'secp256k1' })),
  rsa: () => pemOf(generateKeyPairSync('rsa', { modulusLength: 2_048 })),
};
const algorithms: readonly [keyof typeof pairs, AsymmetricAlgorithm][] = [
  ['ed25519', 'ed25519'],
  ['ecdsa-p256', 'ecdsa-p256-sha256'],
  ['ecdsa-p256', 'ecdsa-p256-sha256-raw'],
  ['ecdsa-secp256k1', 'ecdsa-secp256k1-sha256'],
  ['ecdsa-secp256k1', 'ecdsa-secp256k1-sha256-raw'],
  ['rsa', 'rsa-sha1'],
  ['rsa', 'rsa-sha256'],
  ['rsa', 'rsa-sha384'],
  ['rsa', 'rsa-sha512'],
  ['rsa', 'rsa-pss-sha256'],
  ['rsa', 'rsa-pss-sha384'],
  ['rsa', 'rsa-pss-sha512'],
];

for (const [kind, algorithm] of algorithms) {
  test(`${algorithm}: over a large body the right signature is taken, and no other`, async () => {
    const [ours, theirs] = [pairs[kind](), pairs[kind]()];
    const key = verifyingKey(algorithm, ours.publicKey, 'spki');
    const parts = [Buffer.from('before.'), bytesOf(mostHere + 1)];
    const signature = signatureOf(algorithm, ours.privateKey, 'spki', parts);
    assert.equal(await later(fitsOne(algorithm, key, parts, [signature])), true);

    const changed = Buffer.from(parts[1] ?? []);
    changed[1_000] = (changed[1_000] ?? 0) ^ 1;
    assert.equal(await runSteps(fitsOne(algorithm, key, [Buffer.from('before.'), changed], [signature])), false);
    assert.equal(await runSteps(fitsOne(algorithm, key, [changed], [signature])), false);
    const forged = [
      signatureOf(algorithm, theirs.privateKey, 'spki', parts),
      Buffer.alloc(0),
      Buffer.alloc(signature.length),
      signature.subarray(1),
      Buffer.concat([signature, Buffer.alloc(1)]),
    ];
    for (const [index, one] of forged.entries()) {
      assert.equal(await runSteps(fitsOne(algorithm, key, parts, [one])), false, `forgery ${index}`);
    }
  });
}

test('a detached JWS over a large body is taken if it is the right one', async () => {
  const [ours, theirs] = [pairs.rsa(), pairs.rsa()];
  const body = bytesOf(3 * mostHere + 1);
  const header = Buffer.from(JSON.stringify({ alg: 'RS512' })).toString('base64url');
  const signed = Buffer.from(`${header}.${body.toString('base64url')}`);
  const tokenOf = (privateKey: string): string =>
    `${header}..${signatureOf('rsa-sha512', privateKey, 'spki', [signed]).toString('base64url')}`;
  const key = createPublicKey(ours.publicKey);
  assert.equal(await later(detachedJwsSteps(tokenOf(ours.privateKey), body, key, 'RS512')), true);
  assert.equal(await runSteps(detachedJwsSteps(tokenOf(theirs.privateKey), body, key, 'RS512')), false);
  assert.equal(await runSteps(detachedJwsSteps(tokenOf(ours.privateKey), body.subarray(1), key, 'RS512')), false);
});

test('one verification after another gets its answer, however many wait', async () => {
  const { publicKey, privateKey } = pairs.ed25519();
  const key = verifyingKey('ed25519', publicKey, 'spki');
  const bodies = Array.from({ length: 8 }, (_, each) => bytesOf(mostHere + 1 + each));
  const signatures = bodies.map((body) => signatureOf('ed25519', privateKey, 'spki', [body]));
  const answers = bodies.map((body, index) =>
    runSteps(fitsOne('ed25519', key, [body], [signatures[index % 2 === 0 ? index : 0] ?? Buffer.alloc(0)])),
  );
  assert.deepEqual(await Promise.all(answers), [true, false, true, false, true, false, true, false]);
});
