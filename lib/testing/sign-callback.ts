import { randomUUID } from 'node:crypto';
import type { Provider } from '../providers/kit/provider.ts';

export interface SignCallbackOptions {
  /** The signing side's key: the shared secret, or the private key where the provider signs with one. */
  secret: string;
  /** Exact bytes, text, or a value to write as JSON. */
  body: Uint8Array | string | object;
  /** Epoch ms. Default: now. */
  now?: number;
  /** The delivery's id, where the provider sends one. Default: a new one. */
  id?: string;
  /** Default POST. For providers that sign it. */
  method?: string;
  /** Path and query; default `/`. For providers that sign it. */
  url?: string;
}

export interface SignedCallback {
  headers: Record<string, string>;
  body: Buffer;
  /** Where the URL carries the signature: what to append after `?`. */
  query?: string;
}

/** A callback as the provider would send it, for a receiver's own tests. */
export function signCallback(provider: Pick<Provider, 'sign'>, options: SignCallbackOptions): SignedCallback {
  const { secret, now = Date.now(), id = `msg_${randomUUID()}`, method = 'POST', url = '/' } = options;
  const body = bytesOf(options.body);
  // Where the body carries the signature, the signed one takes its place.
  return { body, ...provider.sign({ secret, body, now, id, method, url }) };
}

function bytesOf(body: SignCallbackOptions['body']): Buffer {
  if (typeof body === 'string') return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(JSON.stringify(body));
}
