import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { test } from 'node:test';
import { readJwsHeader, verifyCompactJws, verifyDetachedJws } from '../../lib/signatures/jws.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const body = Buffer.from('{"id":"1","type":"transaction.created"}');

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function detached(header: object, hash = 'sha512'): string {
  const protectedHeader = part(header);
  const data = Buffer.from(`${protectedHeader}.${body.toString('base64url')}`);
  return `${protectedHeader}..${sign(hash, data, rsa.privateKey).toString('base64url')}`;
}

test('RFC 7515 appendix A.3, ES256, and what a changed payload makes of it', () => {
  const key = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
      y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
    },
  });
  const jws =
    'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q';
  assert.match(verifyCompactJws(jws, key, 'ES256')?.toString() ?? '', /"iss":"joe"/);
  assert.equal(verifyCompactJws(jws.replace('.eyJpc3M', '.eyJpc3N'), key, 'ES256'), undefined);
  assert.equal(verifyCompactJws(jws, key, 'ES256K'), undefined);
});

test('RFC 8037 appendix A.4, EdDSA', () => {
  const key = createPublicKey({
    format: 'jwk',
    key: { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' },
  });
  const jws =
    'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg';
  assert.equal(verifyCompactJws(jws, key, 'EdDSA')?.toString(), 'Example of Ed25519 signing');
});

test('a detached JWS signs exactly these bytes', () => {
  const jws = detached({ alg: 'RS512', kid: 'webhook-key-1' });
  assert.equal(verifyDetachedJws(jws, body, rsa.publicKey, 'RS512'), true);
  assert.equal(verifyDetachedJws(jws, Buffer.concat([body, Buffer.from(' ')]), rsa.publicKey, 'RS512'), false);
  assert.deepEqual(readJwsHeader(jws), { alg: 'RS512', kid: 'webhook-key-1' });
});

test('the algorithm is the pinned one, never the header chooses: none, HMAC with the public key, and another hash fail', () => {
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' });
  const forged = part({ alg: 'HS512' });
  const mac = createHmac('sha512', pem)
    .update(`${forged}.${body.toString('base64url')}`)
    .digest('base64url');
  for (const jws of [
    `${part({ alg: 'none' })}..AA`,
    `${forged}..${mac}`,
    detached({ alg: 'RS256' }, 'sha256'),
    detached({ alg: 'RS512' }, 'sha256'),
    detached({ alg: 'rs512' }),
  ]) {
    assert.equal(verifyDetachedJws(jws, body, rsa.publicKey, 'RS512'), false, jws.slice(0, 40));
  }
  assert.equal(verifyDetachedJws(detached({ alg: 'RS256' }, 'sha256'), body, rsa.publicKey, 'RS256'), true);
});

test('a header with crit or an unencoded payload is refused, as nothing of it is understood', () => {
  assert.equal(verifyDetachedJws(detached({ alg: 'RS512', crit: ['exp'] }), body, rsa.publicKey, 'RS512'), false);
  assert.equal(verifyDetachedJws(detached({ alg: 'RS512', b64: false }), body, rsa.publicKey, 'RS512'), false);
  assert.equal(verifyDetachedJws(detached({ alg: 'RS512', b64: true }), body, rsa.publicKey, 'RS512'), true);
});

test('what is no JWS is refused and nothing throws', () => {
  const good = detached({ alg: 'RS512' });
  for (const jws of [
    '',
    '.',
    '..',
    'a.b',
    'a..b',
    `${good}.x`,
    `${good}=`,
    good.replace('..', '.QUJD.'),
    `${part([])}..AA`,
  ]) {
    assert.equal(verifyDetachedJws(jws, body, rsa.publicKey, 'RS512'), false, jws.slice(0, 40));
    assert.equal(verifyCompactJws(jws, rsa.publicKey, 'RS512'), undefined);
  }
});
