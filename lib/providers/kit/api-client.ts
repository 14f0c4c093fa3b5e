import { setTimeout as wait } from 'node:timers/promises';
import { DepositCallbackError, invalidOption, isDepositCallbackError } from '../../errors.ts';
import { type Json, parseJson } from '../../json/json.ts';
import type { OptionNames } from '../../util/given-options.ts';

/** Options that every client of a provider's API takes. */
export interface ApiOptions {
  /** Where the API is. Default the provider's own. */
  baseUrl?: string;
  /** From the call to the last byte of the answer, for each attempt. Default 10000 ms. */
  timeoutMs?: number;
  /** Attempts in all, if the API is busy or does not answer. Default 4. */
  attempts?: number;
  /** Before the second attempt; doubled for each one after it, unless the API says how long to wait. Default 500 ms. */
  firstWaitMs?: number;
}

/** The names of those options. */
export const apiOptionNames: OptionNames<ApiOptions> = {
  baseUrl: true,
  timeoutMs: true,
  attempts: true,
  firstWaitMs: true,
};

/** Tells a provider which addresses to send callbacks for. Each call rejects with `REQUEST_FAILED`. */
export interface AddressWatch {
  /** Watching an address that is watched already changes nothing. */
  watch(address: string): Promise<void>;
  /** Forgetting one that is not watched changes nothing. */
  unwatch(address: string): Promise<void>;
  /** Every watched address, as the provider writes it. */
  list(): Promise<readonly string[]>;
}

export interface ApiCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  query?: Readonly<Record<string, string>>;
  body?: object;
  /** Whether a second call does no more than the first. Default true; false is tried again only if nothing was done. */
  repeatable?: boolean;
  /** Statuses beside 2xx that are an answer, not a failure. */
  allowed?: readonly number[];
}

export interface ApiClient {
  /** The JSON of the answer; null if it is empty. */
  call(call: ApiCall): Promise<Json>;
}

interface ApiSettings {
  /** For errors. */
  provider: string;
  baseUrl: string;
  /** Made for each attempt. Credentials stand here and in `query`, and in no error. */
  headers(call: ApiCall): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  query?: Readonly<Record<string, string>>;
}

const longestWaitMs = 60_000;
const maxAnswerBytes = 32 * 1_048_576;

/** A client of a provider's JSON API, on `fetch`: bounded in time, retried if that is safe. */
export function createApiClient(settings: ApiSettings, options: ApiOptions): ApiClient {
  const { timeoutMs = 10_000, attempts = 4, firstWaitMs = 500, baseUrl = settings.baseUrl } = options;
  if (!URL.canParse(baseUrl)) throw invalidOption(`${settings.provider}.baseUrl`, 'must be a URL');
  for (const [name, value] of Object.entries({ timeoutMs, attempts, firstWaitMs })) {
    if (!Number.isSafeInteger(value) || value < 1)
      throw invalidOption(`${settings.provider}.${name}`, 'must be a positive integer');
  }

  async function attempt(call: ApiCall): Promise<Response> {
    const query = new URLSearchParams({ ...settings.query, ...call.query }).toString();
    return fetch(`${baseUrl.replace(/\/+$/, '')}${call.path}${query === '' ? '' : `?${query}`}`, {
      method: call.method,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(await settings.headers(call)),
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    });
  }

  return {
    async call(call) {
      const { repeatable = true, allowed = [] } = call;
      for (let tried = 1; ; tried++) {
        let answered: Response | undefined;
        let failure: unknown;
        try {
          answered = await attempt(call);
          if (answered.ok || allowed.includes(answered.status)) return await jsonOf(answered);
          await answered.body?.cancel();
        } catch (error) {
          failure = error;
        }
        const isBusy = answered?.status === 429 || answered?.status === 503;
        const mayRepeat = isBusy || (repeatable && (answered === undefined || answered.status >= 500));
        if (isDepositCallbackError(failure) || tried >= attempts || !mayRepeat) {
          throw failed(settings.provider, call, answered?.status, failure);
        }
        await wait(waitMs(answered, firstWaitMs, tried));
      }
    },
  };
}

async function jsonOf(answered: Response): Promise<Json> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answered.body ?? []) {
    size += chunk.byteLength;
    if (size > maxAnswerBytes) throw new DepositCallbackError('REQUEST_FAILED', 'The answer is too long');
    chunks.push(chunk);
  }
  // A list of watched addresses may be far longer than a callback.
  return size === 0 ? null : parseJson(Buffer.concat(chunks), { members: maxAnswerBytes });
}

function waitMs(answered: Response | undefined, firstWaitMs: number, tried: number): number {
  const asked = Number(answered?.headers.get('retry-after') ?? Number.NaN) * 1_000;
  const own = firstWaitMs * 2 ** (tried - 1) * (0.5 + Math.random() / 2);
  return Math.min(longestWaitMs, Number.isFinite(asked) && asked >= 0 ? Math.max(asked, 1) : own);
}

function failed(
  provider: string,
  { method, path }: ApiCall,
  status: number | undefined,
  cause: unknown,
): DepositCallbackError {
  const what = status === undefined ? 'did not answer' : `answered ${status}${hintFor(status)}`;
  return new DepositCallbackError('REQUEST_FAILED', `The API of ${provider} ${what} to ${method} ${path}`, {
    cause: nameOf(cause),
  });
}

function hintFor(status: number): string {
  if (status === 401 || status === 403) return ' (check its key)';
  return status === 404 ? ' (check the id of the webhook, stream or list)' : '';
}

// What fetch says of a failure may quote the URL, and with it a key.
function nameOf(cause: unknown): unknown {
  if (cause === undefined || isDepositCallbackError(cause)) return cause;
  return cause instanceof Error ? cause.name : undefined;
}

/** Throws `OPTION_INVALID` for a text that is empty or missing, as of an environment variable that is not set. */
export function requireText(option: string, value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '')
    throw invalidOption(option, 'must be a string; is its environment variable set?');
  return value;
}
