import { isDepositCallbackError } from '../../errors.ts';
import { type SafeAnswer, type SafeFetchOptions, safeFetch } from '../../outbound/safe-fetch.ts';
import { limiter } from '../../util/limiter.ts';

export interface NodeConnectionOptions {
  /** A user name and password in it are sent as HTTP basic authentication. */
  url: string;
  /** Of one request. */
  timeoutMs: number;
  /** For HTTP basic authentication, if the URL has none: `user:password`, asked for anew when the node refuses it. */
  credentials?: () => string | Promise<string>;
  /** Sent with each request, beside `content-type`. */
  headers?: Readonly<Record<string, string>>;
  /** Requests that are under way at once; more wait their turn. */
  concurrency: number;
}

/** The way to one of the service's own nodes over HTTP. */
export interface NodeConnection {
  /**
   * Posts JSON, to the URL or to a path below it. Rejects with `REQUEST_FAILED`, without the URL and the credentials; any status is
   * an answer.
   */
  post(body: string, path?: string): Promise<SafeAnswer>;
  /** Gets a path below the URL, with parameters beside those of the URL. Otherwise as `post`. */
  get(path: string, query?: Query): Promise<SafeAnswer>;
}

/** Parameters of a query; one with several values is repeated. */
export type Query = Readonly<Record<string, string | readonly string[]>>;

// A whole block in JSON: 4 MB of witness is 16 MB of hex, and blocks of Bitcoin Cash have up to 32 MB.
const maxBytes = 256 * 2 ** 20;

export function nodeConnection(options: NodeConnectionOptions): NodeConnection {
  const { url, timeoutMs, credentials, concurrency } = options;
  const { target: base, inUrl } = splitUrl(url);
  const inTurn = limiter(concurrency);
  let known: string | undefined = inUrl;

  const send = async (target: string, body: string | undefined): Promise<SafeAnswer> => {
    known ??= await credentials?.();
    const headers = {
      'content-type': 'application/json',
      ...options.headers,
      ...(known === undefined ? {} : { authorization: `Basic ${Buffer.from(known).toString('base64')}` }),
    };
    const sent = body === undefined ? { method: 'GET' } : { method: 'POST', body };
    return fetchTwice(target, { ...sent, headers, timeoutMs, allowPrivate: true, maxBytes });
  };

  const ask = async (target: string, body?: string): Promise<SafeAnswer> => {
    const answer = await send(target, body);
    if (answer.status !== 401 || credentials === undefined || inUrl !== undefined) return answer;
    // Bitcoin Core writes a new cookie at each start.
    known = undefined;
    return send(target, body);
  };
  return {
    post: (body, path = '') => inTurn(() => ask(below(base, path), body)),
    get: (path, query = {}) => inTurn(() => ask(below(base, path, query))),
  };
}

function splitUrl(text: string): { target: URL; inUrl: string | undefined } {
  const target = new URL(text);
  const { username, password } = target;
  target.username = '';
  target.password = '';
  const inUrl = username === '' && password === '' ? undefined : `${decoded(username)}:${decoded(password)}`;
  return { target, inUrl };
}

/** As it stands, if a `%` in it begins no escape. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A path below the one of the URL, whose query, which may hold a key, stays. */
function below(base: URL, path: string, query: Query = {}): string {
  if (path === '') return base.href;
  const whole = new URL(base);
  whole.pathname = `${base.pathname.replace(/\/$/, '')}${path}`;
  for (const [name, values] of Object.entries(query)) {
    whole.searchParams.delete(name);
    for (const value of [values].flat()) whole.searchParams.append(name, value);
  }
  return whole.href;
}

/** Twice if a connection that was kept open turns out to be closed: the node has answered nothing, and only reads. */
async function fetchTwice(url: string, options: SafeFetchOptions): Promise<SafeAnswer> {
  try {
    return await safeFetch(url, options);
  } catch (error) {
    const cause: unknown = isDepositCallbackError(error) ? error.cause : error;
    // A time limit has no cause.
    const { code } = (cause ?? {}) as { code?: unknown };
    if (code !== 'ECONNRESET' && code !== 'EPIPE') throw error;
    return safeFetch(url, options);
  }
}
