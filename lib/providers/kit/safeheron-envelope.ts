import {
  constants,
  createCipheriv,
  createDecipheriv,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto';
import { type JsonObject, optionalText, text } from '../../json/json.ts';
import { decodeBase64 } from '../../signatures/decode.ts';

// `key` holds an AES key of 32 bytes and an IV of 16, encrypted with RSA; `bizContent` the event, encrypted with AES.
// https://github.com/Safeheron/safeheron-api-sdk-js

const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' } as const;
const keyBytes = 32;
const secretsBytes = 48;
const tagBytes = 16;

/** The event within; undefined if it cannot be decrypted, whatever the reason. */
export function openEnvelope(envelope: JsonObject, privateKey: KeyObject): Buffer | undefined {
  try {
    const isOaep = optionalText(envelope, 'rsaType') === 'ECB_OAEP';
    const sealed = bytesOf(envelope, 'key');
    const secrets = isOaep ? privateDecrypt({ key: privateKey, ...oaep }, sealed) : openPkcs1(sealed, privateKey);
    if (secrets?.length !== secretsBytes) return undefined;
    const isGcm = optionalText(envelope, 'aesType') === 'GCM_NOPADDING';
    return (isGcm ? openGcm : openCbc)(
      bytesOf(envelope, 'bizContent'),
      secrets.subarray(0, keyBytes),
      secrets.subarray(keyBytes),
    );
  } catch {
    return undefined;
  }
}

// Node 20 refuses this padding (RFC 8017, section 7.2.2), since an answer that differs lets strangers decrypt. Here strangers get no
// answer: the signature was checked before.
function openPkcs1(sealed: Buffer, key: KeyObject): Buffer | undefined {
  const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, sealed);
  const end = block.length - secretsBytes - 1;
  const isPadded = block[0] === 0 && block[1] === 2 && end >= 10 && block.indexOf(0, 2) === end;
  return isPadded ? block.subarray(end + 1) : undefined;
}

function bytesOf(envelope: JsonObject, name: string): Buffer {
  return decodeBase64(text(envelope, name)) ?? Buffer.alloc(0);
}

function openGcm(content: Buffer, key: Buffer, iv: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes });
  decipher.setAuthTag(content.subarray(-tagBytes));
  return Buffer.concat([decipher.update(content.subarray(0, -tagBytes)), decipher.final()]);
}

function openCbc(content: Buffer, key: Buffer, iv: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-cbc', key, iv);
  return Buffer.concat([decipher.update(content), decipher.final()]);
}

/** An envelope as Safeheron makes it with OAEP and GCM, for tests. `secrets` are 48 random bytes: key and IV. */
export function sealEnvelope(event: Buffer, publicKey: KeyObject, secrets: Buffer): JsonObject {
  const cipher = createCipheriv('aes-256-gcm', secrets.subarray(0, 32), secrets.subarray(32), {
    authTagLength: tagBytes,
  });
  const content = Buffer.concat([cipher.update(event), cipher.final(), cipher.getAuthTag()]);
  return {
    key: publicEncrypt({ key: publicKey, ...oaep }, secrets).toString('base64'),
    bizContent: content.toString('base64'),
    rsaType: 'ECB_OAEP',
    aesType: 'GCM_NOPADDING',
  };
}
