import { lookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { DepositCallbackError, isDepositCallbackError } from '../errors.ts';
import { isPublicAddress } from './private-ranges.ts';

export interface SafeFetchOptions {
  /** Default `GET`. */
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  /** From the call to the last byte of the answer. Default 10000 ms. */
  timeoutMs?: number;
  /** Allows plain HTTP and private addresses: for a service's own network, and for tests. Default false. */
  allowPrivate?: boolean;
  /** Most bytes of the answer; a longer one is refused. Default 1 MiB. */
  maxBytes?: number;
  /** Certificate authorities to trust in place of the system's (PEM). */
  ca?: string;
}

export interface SafeAnswer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** A fetch with connections of its own. */
export interface SafeFetcher {
  fetch(url: string, options?: SafeFetchOptions): Promise<SafeAnswer>;
  /** Closes idle connections. */
  close(): void;
}

/**
 * Asks a URL that somebody else gave us, without becoming their way into our network (server-side request forgery):
 * HTTPS only, the address is checked when the connection is made, so a name cannot change between check and use,
 * redirects are not followed, and time and size are bounded. Rejects with `REQUEST_FAILED`; any status is an answer.
 */
export function createSafeFetcher(): SafeFetcher {
  const agents = {
    open: { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) },
    // Apart, so that a connection to a private address that was allowed once is never used when it is not.
    guarded: { http: new HttpAgent({ keepAlive: true }), https: new HttpsAgent({ keepAlive: true }) },
  };
  return {
    fetch(url, options = {}) {
      const target = checkedUrl(url, options.allowPrivate ?? false);
      const { http, https } = options.allowPrivate ? agents.open : agents.guarded;
      return send(target, options, target.protocol === 'https:' ? https : http);
    },
    close() {
      for (const { http, https } of Object.values(agents)) {
        http.destroy();
        https.destroy();
      }
    },
  };
}

const shared = createSafeFetcher();

/** `createSafeFetcher().fetch` over connections that the process shares. */
export function safeFetch(url: string, options: SafeFetchOptions = {}): Promise<SafeAnswer> {
  return new Promise((resolve) => resolve(shared.fetch(url, options)));
}

/** The URL, if it may be asked at all. Throws `REQUEST_FAILED`. A name is checked again when the connection is made. */
export function checkedUrl(text: string, allowPrivate: boolean): URL {
  if (!URL.canParse(text)) throw failed('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:')) throw failed('must be https');
  if (url.username !== '' || url.password !== '') throw failed('must not hold a user name or password');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) throw failed('names an address that is not public');
  return url;
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '');
    const [first] = addresses;
    // All of them: a name with one private address among public ones is an attack or a mistake.
    if (!first || !addresses.every((one) => isPublicAddress(one.address))) {
      return callback(failed('resolves to an address that is not public'), '');
    }
    if (options.all) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};

function send(url: URL, options: SafeFetchOptions, agent: HttpAgent): Promise<SafeAnswer> {
  const {
    method = 'GET',
    headers = {},
    body,
    timeoutMs = 10_000,
    allowPrivate = false,
    maxBytes = 2 ** 20,
    ca,
  } = options;
  return new Promise((resolve, reject) => {
    const settings = {
      method,
      agent,
      headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      ...(allowPrivate ? {} : { lookup: publicLookup }),
      ...(ca === undefined ? {} : { ca }),
    };
    const request = url.protocol === 'https:' ? httpsRequest(url, settings) : httpRequest(url, settings);
    // Without an error of its own: a socket that the agent has taken back has nobody to report it to.
    const giveUp = (failure: DepositCallbackError): void => {
      finish(() => reject(failure));
      request.destroy();
    };
    const timer = setTimeout(() => giveUp(failed(`did not answer within ${timeoutMs} ms`)), timeoutMs);
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      settle();
    };
    request.on('error', (cause) => finish(() => reject(wrapped(cause))));
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) giveUp(failed(`answered with more than ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on('error', (cause) => finish(() => reject(wrapped(cause))));
      response.on('end', () => {
        finish(() =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
    });
    request.end(body);
  });
}

function wrapped(cause: Error): DepositCallbackError {
  if (isDepositCallbackError(cause)) return cause;
  const code = (cause as NodeJS.ErrnoException).code ?? cause.name;
  return new DepositCallbackError('REQUEST_FAILED', `The URL could not be reached: ${code}`, { cause });
}

// The URL itself stays out: its path or query may be a secret.
function failed(what: string): DepositCallbackError {
  return new DepositCallbackError('REQUEST_FAILED', `The URL ${what}`);
}
