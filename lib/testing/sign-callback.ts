import { randomUUID } from 'node:crypto';
import type { Provider } from '../providers/provider.ts';

export interface SignCallbackOptions {
  /** The signing side's key: the shared secret, or the private key where the provider signs with one. */
  secret: string;
  /** Exact bytes, text, or a value to write as JSON. */
  body: Uint8Array | string | object;
  /** Epoch ms. Default: now. */
  now?: number;
  /** The delivery's id, where the provider sends one. Default: a new one. */
  id?: string;
}

export interface SignedCallback {
  headers: Record<string, string>;
  body: Buffer;
  /** Where the URL carries the signature: what to append after `?`. */
  query?: string;
}

/** A callback as the provider would send it, for a receiver's own tests. */
export function signCallback(provider: Pick<Provider, 'sign'>, options: SignCallbackOptions): SignedCallback {
  const { secret, now = Date.now(), id = `msg_${randomUUID()}` } = options;
  const body = bytesOf(options.body);
  return { ...provider.sign({ secret, body, now, id }), body };
}

function bytesOf(body: SignCallbackOptions['body']): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(JSON.stringify(body));
}
