import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who may see the inspector: whoever knows the password (RFC 7617). A real service has its own sign-in. */
export function operators(password: string): {
  authorize(req: IncomingMessage): boolean;
  actor(req: IncomingMessage): string;
} {
  const hashed = hash(password);
  return {
    authorize: (req) => timingSafeEqual(hash(credentials(req).password), hashed),
    // Whatever name was given with it: for the log, not for the decision.
    actor: (req) => credentials(req).name || 'operator',
  };
}

/** Whether a request comes from a browser on this machine, asking for this machine by name: for trying things out, without a password. */
export function isFromHere({ socket, headers }: IncomingMessage): boolean {
  const isDirect = headers.forwarded === undefined && headers['x-forwarded-for'] === undefined;
  // A name that somebody else's DNS leads here is another one.
  const isByName = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(headers.host ?? '');
  return isDirect && isByName && /^(::1|(::ffff:)?127\.0\.0\.1)$/.test(socket.remoteAddress ?? '');
}

function credentials({ headers }: IncomingMessage): { name: string; password: string } {
  const [, encoded = ''] = /^Basic ([\w+/=]+)$/i.exec(headers.authorization ?? '') ?? [];
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return { name: text.slice(0, Math.max(0, colon)), password: text.slice(colon + 1) };
}

// Hashes are of one length, which the compare needs.
function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
