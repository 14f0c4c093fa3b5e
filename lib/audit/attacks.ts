import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Seen } from './exchange.ts';
import { newId, type Signer } from './signer.ts';

/** One way to send a callback wrongly. `run` gives what was seen last. */
export interface Attack {
  /** What it does, for help. */
  does: string;
  /** What a sound receiver makes of it: refuses it, or takes it and credits nothing twice. */
  expects: 'refused' | 'taken';
  run(signer: Signer, body: Buffer): Promise<Seen>;
}

const hour = 3_600_000;

/** Ways to spoil a good callback, for `send --attack` and for the audit. */
export const attacks: Readonly<Record<string, Attack>> = {
  unsigned: {
    does: 'leaves out everything that signs',
    expects: 'refused',
    run: (signer, body) =>
      signer.send({ ...signer.sign(body), headers: { 'content-type': 'application/json' }, url: signer.route.url }),
  },
  'wrong-key': {
    does: 'signs with a key that the receiver never had',
    expects: 'refused',
    run: (signer, body) => signer.send(signer.sign(body, { secret: strangeKey(signer.secret) })),
  },
  tampered: {
    does: 'changes one digit, or byte, after signing',
    expects: 'refused',
    run(signer, body) {
      const signed = signer.sign(body);
      return signer.send({ ...signed, body: tampered(signed.body) });
    },
  },
  stale: {
    does: 'signs as of an hour ago',
    expects: 'refused',
    run: (signer, body) => signer.send(signer.sign(body, { now: signer.now() - hour })),
  },
  future: {
    does: 'signs as of an hour ahead',
    expects: 'refused',
    run: (signer, body) => signer.send(signer.sign(body, { now: signer.now() + hour })),
  },
  replay: {
    does: 'sends the same request twice',
    expects: 'taken',
    async run(signer, body) {
      const signed = signer.sign(body);
      await signer.send(signed);
      return signer.send(signed);
    },
  },
  duplicate: {
    does: 'sends the same deposit twice, each time with a new id',
    expects: 'taken',
    async run(signer, body) {
      await signer.send(signer.sign(body, { id: newId() }));
      return signer.send(signer.sign(body, { id: newId() }));
    },
  },
  oversize: {
    does: 'sends 32 MiB',
    expects: 'refused',
    run: (signer) => signer.send(signer.sign(Buffer.alloc(32 * 2 ** 20, ' '))),
  },
  slow: {
    does: 'sends a byte a second',
    expects: 'refused',
    run: (signer, body) => signer.send(signer.sign(body), { pace: { bytes: 1, everyMs: 1_000 } }),
  },
  aborted: {
    does: 'drops the connection in the middle of the body, then sends it completely',
    expects: 'taken',
    async run(signer, body) {
      const signed = signer.sign(body);
      await signer.send(signed, { abortAfter: Math.ceil(signed.body.length / 2) });
      return signer.send(signed);
    },
  },
  'gzip-bomb': {
    does: 'sends 64 MiB of zeros, compressed',
    expects: 'refused',
    run(signer) {
      const signed = signer.sign(gzipSync(Buffer.alloc(64 * 2 ** 20)));
      return signer.send({ ...signed, headers: { ...signed.headers, 'content-encoding': 'gzip' } });
    },
  },
};

/** Whether the receiver did what a sound one does. A 503 refuses too; any other 5xx is a fault. */
export function held({ expects }: Attack, { status }: Seen): boolean {
  if (expects === 'taken') return status !== undefined && status >= 200 && status < 300;
  return status === undefined || status === 503 || (status >= 400 && status < 500);
}

/** A key of the same form and length as the one given. */
export function strangeKey(secret: string): string {
  const prefix = /^whsec_/.exec(secret)?.[0];
  if (secret.startsWith('whsk_')) return `whsk_${randomBytes(64).toString('base64')}`;
  if (prefix !== undefined) return `${prefix}${randomBytes(32).toString('base64')}`;
  if (secret.includes('PRIVATE KEY')) return strangePrivateKey(secret);
  if (/^(?:[0-9a-f]{2}){16,}$/i.test(secret)) return randomBytes(secret.length / 2).toString('hex');
  return randomBytes(32).toString('base64');
}

function strangePrivateKey(pem: string): string {
  const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem);
  const { namedCurve = 'P-256', modulusLength = 2_048 } = asymmetricKeyDetails ?? {};
  const { privateKey } =
    asymmetricKeyType === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength })
      : asymmetricKeyType === 'ec'
        ? generateKeyPairSync('ec', { namedCurve })
        : generateKeyPairSync('ed25519');
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The body with its last digit changed, else its last byte: JSON stays JSON. */
export function tampered(body: Buffer): Buffer {
  const changed = Buffer.from(body);
  for (let at = changed.length - 1; at >= 0; at -= 1) {
    const byte = changed[at] ?? 0;
    if (byte < 0x30 || byte > 0x39) continue;
    changed[at] = byte === 0x39 ? 0x30 : byte + 1;
    return changed;
  }
  if (changed.length > 0) changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  return changed;
}
