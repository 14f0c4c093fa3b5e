import { constants, createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { makeProvider, providerNames } from '../../lib/cli/provider-table.ts';
import { type CustomOptions, custom, type Scheme } from '../../lib/providers/custom.ts';
import type { Provider, Reading } from '../../lib/providers/kit/provider.ts';
import { type SentCallback, sentCallback } from '../../lib/testing/provider-cases/sending.ts';
import type { ProviderFixtures, TestKey } from '../../lib/testing/provider-fixtures.ts';
import { fixturesOf } from '../helpers/published.ts';

// What is measured: every provider of the package, and the schemes that anybody can declare.

/** Two keys, of which the provider has the first. */
interface Keys {
  first: TestKey;
  second: TestKey;
}

/** A callback that was signed, and the same with another key, so that it is seen where the signature stands. */
export interface Captured {
  sent: SentCallback;
  resigned: SentCallback;
}

const read = (): Reading => ({ kind: 'unknown', transfers: [], removals: [] });
const shared: Keys = {
  first: { key: 'a first secret of thirty-two bytes' },
  second: { key: 'a second one, just as long' },
};

const declared: Readonly<Record<string, { scheme: Scheme; keys?: () => Keys } & Partial<CustomOptions>>> = {
  'HMAC, many signatures': {
    scheme: { algorithm: 'hmac-sha512', signature: { header: 'x-sig', list: ' ' }, signed: ['body'] },
  },
  'HMAC in fields of a header': {
    scheme: {
      algorithm: 'hmac-sha256',
      signature: { header: 'x-sig', field: 'v1' },
      timestamp: { header: 'x-sig', field: 't', unit: 's' },
      signed: ['timestamp', 'body'],
      separator: '.',
    },
  },
  'a sorted body': {
    scheme: { algorithm: 'hmac-sha512', signature: { header: 'x-sig' }, signed: ['sortedBody'] },
  },
  'a digest': {
    scheme: { algorithm: 'md5', signature: { header: 'x-sig' }, signed: ['body', 'secret'] },
  },
  'a time in the body': {
    scheme: {
      algorithm: 'hmac-sha256',
      signature: { header: 'x-sig' },
      signed: ['body'],
      timestamp: { bodyField: 'at', unit: 's' },
      keyId: { bodyField: 'key' },
    },
  },
  'a signature in a form': {
    form: 'form',
    scheme: {
      algorithm: 'hmac-sha256',
      signature: { bodyField: 'sig' },
      signed: [{ bodyField: 'at' }, { bodyField: 'amount' }],
      separator: '|',
    },
  },
  'ed25519, many signatures': {
    keys: () => publicKeys('ed25519'),
    scheme: {
      algorithm: 'ed25519',
      signature: { header: 'x-sig', list: ' ' },
      encoding: 'base64',
      signed: ['method', 'body'],
    },
  },
  'secp256k1, many signatures': {
    keys: () => publicKeys('ec'),
    scheme: {
      algorithm: 'ecdsa-secp256k1-sha256-raw',
      signature: { header: 'x-sig', list: ' ' },
      encoding: 'base64',
      signed: ['body'],
    },
  },
  'RSA, many signatures': {
    keys: () => publicKeys('rsa'),
    scheme: {
      algorithm: 'rsa-sha512',
      signature: { header: 'x-sig', list: ' ' },
      encoding: 'base64',
      signed: ['body', { header: 'content-type' }],
    },
  },
  'a shared secret': { scheme: { algorithm: 'shared', signature: { header: 'x-sig' } } },
  'basic authentication': { scheme: { algorithm: 'basic', signature: { header: 'authorization' } } },
};

function publicKeys(kind: 'ed25519' | 'ec' | 'rsa'): Keys {
  const made = (): TestKey => {
    const { publicKey, privateKey } =
      kind === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
        : kind === 'rsa'
          ? generateKeyPairSync('rsa', { modulusLength: 2_048 })
          : generateKeyPairSync('ed25519');
    return {
      key: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      signing: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    };
  };
  return { first: made(), second: made() };
}

function webhookKeys(version: 'v1' | 'v1a'): Keys {
  const made = (byte: number): TestKey => {
    if (version === 'v1') return { key: `whsec_${Buffer.alloc(32, byte).toString('base64')}` };
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const raw = (text: string | undefined): string => Buffer.from(text ?? '', 'base64url').toString('base64');
    return {
      key: `whpk_${raw(publicKey.export({ format: 'jwk' }).x)}`,
      signing: `whsk_${raw(privateKey.export({ format: 'jwk' }).d)}`,
    };
  };
  return { first: made(1), second: made(2) };
}

const webhooks: Readonly<Record<string, 'v1' | 'v1a'>> = {
  'standard-webhooks': 'v1',
  'standard-webhooks, ed25519': 'v1a',
};

/** All that is measured. A provider that is added to the package is among them by itself. */
export const targetNames: readonly string[] = [
  ...providerNames.filter((name) => !Object.hasOwn(webhooks, name)),
  ...Object.keys(webhooks),
  ...Object.keys(declared).map((name) => `custom: ${name}`),
];

/** The provider with its secret. It is made in the process that is measured. */
export function providerOf(name: string, secret: string): Promise<Provider> {
  if (Object.hasOwn(webhooks, name)) return makeProvider('standard-webhooks', { secrets: [secret], read });
  if (!name.startsWith('custom: ')) {
    return makeProvider(name, { ...fixturesOf(name).options, secrets: [secret] });
  }
  const { keys: _, ...options } = declared[name.slice('custom: '.length)] ?? {};
  return Promise.resolve(custom({ name: 'custom', read, secrets: [secret], ...options } as CustomOptions));
}

/** The key of the provider, and callbacks that it has sent. */
export async function capturedOf(name: string): Promise<{ secret: string; captured: readonly Captured[] }> {
  const fixtures = fixturesFor(name);
  const { first, second } = fixtures.keys;
  const provider = await providerOf(name, first.key);
  const signed = fixtures.cases.filter(({ unsigned }) => unsigned !== true);
  const kinds = [...new Set(signed.map(({ method }) => method))];
  const captured = kinds.flatMap((method) => {
    const ofMethod = signed.filter((one) => one.method === method);
    const one = ofMethod.find(({ kind }) => kind === 'deposit') ?? ofMethod[0];
    if (one === undefined) return [];
    const sent = sentCallback(provider, one, fixtures);
    return [
      {
        sent: { ...sent, headers: { ...sent.headers, ...alsoSigned(name, sent.body, first) } },
        resigned: sentCallback(provider, one, fixtures, { key: second }),
      },
    ];
  });
  return { secret: first.key, captured };
}

/** Fireblocks sends two signatures while the older one is phased out. */
function alsoSigned(name: string, body: Buffer, { signing }: TestKey): Record<string, string> {
  if (name !== 'fireblocks' || signing === undefined) return {};
  const key = { key: createPrivateKey(signing), padding: constants.RSA_PKCS1_PADDING };
  return { 'fireblocks-signature': sign('sha512', body, key).toString('base64') };
}

function fixturesFor(name: string): Pick<ProviderFixtures, 'keys' | 'cases'> & ProviderFixtures {
  const version = webhooks[name];
  const scheme = declared[name.slice('custom: '.length)];
  if (version === undefined && scheme === undefined) return fixturesOf(name);
  const keys = version === undefined ? (scheme?.keys?.() ?? shared) : webhookKeys(version);
  const body = scheme?.form === 'form' ? 'at=1767225600&amount=1' : '{"at":1767225600,"amount":"1"}';
  const one = { name: 'A deposit', kind: 'deposit', outcome: 'ignored', events: [], body: Buffer.from(body) } as const;
  return { keys, assets: [], answer: { status: 200 }, cases: [one] };
}
