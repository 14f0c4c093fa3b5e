import { randomUUID } from 'node:crypto';
import { invalidOption } from '../errors.ts';
import type { Provider } from '../providers/kit/provider.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';

/** Options of `signCallback`. */
export interface SignCallbackOptions {
  /** The signing side's key: the shared secret, or the private key if the provider signs with one. */
  secret: string;
  /** Exact bytes, text, or a value to write as JSON. */
  body: Uint8Array | string | object;
  /** Epoch ms. Default: now. */
  now?: number;
  /** The delivery's id, if the provider sends one. Default: a new one. */
  id?: string;
  /** Default POST. For providers that sign it. */
  method?: string;
  /** Path and query; default `/`. For providers that sign it. */
  url?: string;
}

/** A signed request, ready to send. */
export interface SignedCallback {
  headers: Record<string, string>;
  body: Buffer;
  /** The query to append after `?`, if the URL carries the signature. */
  query?: string;
}

const optionNames: OptionNames<SignCallbackOptions> = {
  secret: true,
  body: true,
  now: true,
  id: true,
  method: true,
  url: true,
};

/** Signs a callback as the provider would, for a receiver's own tests. */
export function signCallback(provider: Pick<Provider, 'sign'>, options: SignCallbackOptions): SignedCallback {
  if (typeof provider?.sign !== 'function')
    throw invalidOption('provider', 'must be a provider, for example imtoken({ secrets })');
  checkOptions('signCallback', options, optionNames, '{ secret, body }');
  if (typeof options.secret !== 'string')
    throw invalidOption('signCallback.secret', 'must be the key that the provider signs with');
  if (options.body === undefined)
    throw invalidOption('signCallback.body', 'must be the bytes, a string, or a value to write as JSON');
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
