import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { signCallback } from '../testing/sign-callback.ts';
import { exportedName, generatePrivateKey, makeProvider, ownKeyOption, requiredOptions } from './provider-table.ts';
import { type ProviderSamples, sampleOf } from './sample-callbacks.ts';

/** A secret for trials, in the form that a provider takes. */
export interface MadeSecret {
  /** What the receiver verifies with. */
  key: string;
  /** What a sender signs with, if that is another key. */
  signing?: string;
  /** The key of the receiver's own, if bodies are encrypted to it. */
  ownKey?: string;
}

/** A new secret that a callback of the provider verifies with. */
export async function makeSecret(name: string, samples: ProviderSamples): Promise<MadeSecret> {
  const option = ownKeyOption(name);
  const ownKey = option === undefined ? undefined : generatePrivateKey();
  const own = option === undefined ? {} : { [option]: ownKey };
  for (const make of forms) {
    const made = make(samples.prefix ?? '');
    if (await verifies(name, samples, made, own)) return ownKey === undefined ? made : { ...made, ownKey };
  }
  throw new Error(`There is no form of secret that ${exportedName(name)} takes`);
}

async function verifies(name: string, samples: ProviderSamples, made: MadeSecret, own: object): Promise<boolean> {
  const now = Date.now();
  try {
    const options = { ...requiredOptions(name), ...samples.options, ...own };
    const provider = await makeProvider(name, { ...options, secrets: [made.key] });
    const {
      query: asked,
      body,
      method = provider.methods[0] ?? 'POST',
    } = samples.events.length === 0 ? { body: '{}' } : sampleOf(name, samples, undefined, now);
    const url = asked === undefined ? '/' : `/?${asked}`;
    const signed = signCallback(provider, { secret: made.signing ?? made.key, body, method, url, now });
    const query = [asked, signed.query].filter((one) => one !== undefined).join('&');
    const { headers } = signed;
    const inbound = { method, url: `/?${query}`, headers, body: signed.body, receivedAt: now };
    return (await provider.verify(inbound)).keyId !== undefined;
  } catch {
    // Not its form: the next one.
    return false;
  }
}

// From the commonest on; a text that is no key of a pair is refused by who signs or verifies with one.
const forms: readonly ((prefix: string) => MadeSecret)[] = [
  (prefix) => ({ key: `${prefix}${randomBytes(32).toString(prefix === 'whsec_' ? 'base64' : 'hex')}` }),
  () => ({ key: `whsec_${randomBytes(32).toString('base64')}` }),
  () => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
    return { key: raw.toString('hex'), signing: pem(privateKey) };
  },
  () => asPem(generateKeyPairSync('rsa', { modulusLength: 2_048 })),
  () => asPem(generateKeyPairSync('ec', { namedCurve: 'prime256v1' })),
  () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
    const point = publicKey.export({ type: 'spki', format: 'der' }).subarray(-65);
    return { key: compressed(point), signing: pem(privateKey) };
  },
];

function asPem({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): MadeSecret {
  return { key: publicKey.export({ type: 'spki', format: 'pem' }).toString(), signing: pem(privateKey) };
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function compressed(point: Buffer): string {
  // The last byte of Y says which of the two points with this X it is (SEC 1, 2.3.3).
  const odd = (point.at(-1) ?? 0) % 2;
  return Buffer.concat([Buffer.from([2 + odd]), point.subarray(1, 33)]).toString('hex');
}
