import { randomUUID } from 'node:crypto';
import type { Provider } from '../providers/kit/provider.ts';
import { type SignCallbackOptions, signCallback } from '../testing/sign-callback.ts';
import { exchange, type Route, type Seen, type Sent } from './exchange.ts';

/** A callback with its signature, ready to be sent or spoiled. */
export interface Signed {
  headers: Record<string, string>;
  body: Buffer;
  /** With the query, if the URL carries the signature. */
  url: URL;
}

export interface SignOver {
  secret?: string;
  /** Epoch ms. */
  now?: number;
  id?: string;
}

/** Signs and sends as one provider to one URL. */
export interface Signer {
  readonly route: Route;
  readonly secret: string;
  now(): number;
  sign(body: SignCallbackOptions['body'], over?: SignOver): Signed;
  send(signed: Signed, over?: Omit<Sent, 'headers' | 'body'>): Promise<Seen>;
}

export interface SignerOptions {
  provider: Pick<Provider, 'sign'>;
  route: Route;
  secret: string;
  /** Sent as `x-api-key`. */
  apiKey?: string | undefined;
  method?: string;
  now?: () => number;
}

export function createSigner(options: SignerOptions): Signer {
  const { provider, route, secret, apiKey, method = 'POST', now = Date.now } = options;
  return {
    route,
    secret,
    now,
    sign(body, over = {}) {
      const path = `${route.url.pathname}${route.url.search}`;
      const signed = signCallback(provider, { secret, body, now: now(), id: newId(), url: path, method, ...over });
      const url = new URL(route.url);
      if (signed.query !== undefined) url.search = url.search === '' ? signed.query : `${url.search}&${signed.query}`;
      const key: Record<string, string> = apiKey === undefined ? {} : { 'x-api-key': apiKey };
      return { headers: { ...signed.headers, ...key }, body: signed.body, url };
    },
    send: (signed, over = {}) =>
      exchange({ ...route, url: signed.url }, { method, ...over, headers: signed.headers, body: signed.body }),
  };
}

export function newId(): string {
  return `msg_${randomUUID().replaceAll('-', '')}`;
}
