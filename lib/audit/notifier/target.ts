import { exchange, type Route, type Seen } from '../exchange.ts';

/** The API of a notifier under audit, with the key of a customer that was made for it. */
export interface NotifierTarget {
  /** `url` ends without a slash; the paths of the API stand behind it. */
  readonly route: Route;
  /** Never reported. */
  readonly key: string;
  /** The same API over plain HTTP; default: port 80 of the host. */
  readonly plainUrl: URL | undefined;
  now(): number;
  /** Asks the API; with the key, unless `key` says otherwise: null is none. */
  ask(method: string, path: string, over?: { key?: string | null; body?: object | Buffer }): Promise<Seen>;
}

export function createNotifierTarget(given: Omit<NotifierTarget, 'ask'>): NotifierTarget {
  const { route, key } = given;
  const url = new URL(route.url);
  url.pathname = url.pathname.replace(/\/+$/, '');
  const base = url.pathname === '/' ? '' : url.pathname;
  return {
    ...given,
    route: { ...route, url },
    ask(method, path, { key: other = key, body } = {}) {
      const target = new URL(`${base}${path}`, url.origin);
      return exchange(
        { ...route, url: target },
        {
          method,
          headers: {
            ...(other === null ? {} : { authorization: `Bearer ${other}` }),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body)) }),
        },
      );
    },
  };
}

/** The JSON of an answer; undefined if it is none. */
export function jsonOf(seen: Seen): Record<string, unknown> | undefined {
  if (seen.status === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(seen.text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
