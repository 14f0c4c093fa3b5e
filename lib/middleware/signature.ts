import type { ServerResponse } from 'node:http';
import { DepositCallbackError, invalidOption, isDepositCallbackError, isRefusalCode } from '../errors.ts';
import type { InboundCallback, Provider, Verified } from '../providers/kit/provider.ts';
import { equalBytes } from '../signatures/constant-time.ts';
import { assertFresh } from '../signatures/freshness.ts';
import type { Key } from '../signatures/key-ring.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import type { CallbackRequest, Link, RequestState } from './request-state.ts';
import { placed, stateOf } from './request-state.ts';
import { refuse } from './respond.ts';

/** Options of `signature`. Times are in ms. */
export interface SignatureOptions {
  provider: Provider;
  /** Maximum difference between the signed time and now, in either direction. Default 300000 ms; 0 is refused. */
  toleranceMs?: number;
  /**
   * Called for a signature that did not match, before the refusal: a promise of true means that the callback was kept,
   * and the sender gets a 503 (`quarantineUnverified`).
   */
  keepUnverified?: (
    req: CallbackRequest,
    state: RequestState,
    provider: Provider,
    inbound: InboundCallback,
  ) => Promise<boolean>;
}

const optionNames: OptionNames<SignatureOptions> = { provider: true, toleranceMs: true, keepUnverified: true };

/**
 * Creates the link that checks the API key, then the provider's signature over the exact bytes, then the signed time
 * in both directions.
 */
export function signature(options: SignatureOptions): Link {
  checkOptions('signature', options, optionNames, '{ provider }');
  const { provider, toleranceMs = 300_000, keepUnverified } = options;
  if (!Number.isSafeInteger(toleranceMs) || toleranceMs < 1) {
    throw invalidOption('toleranceMs', 'must be a positive integer, in milliseconds');
  }

  return placed('signature', function signatureLink(req, res, next) {
    const state = stateOf(req);
    if (!state.rawBody) {
      refuse(
        req,
        res,
        new DepositCallbackError('LINK_ORDER', 'signature() found no raw body; put rawBody() before it'),
      );
      return;
    }
    const inbound = inboundOf(req, state, state.rawBody);
    state.provider = provider;
    state.inbound = inbound;

    const reject = (error: unknown): void =>
      void refuseOrKeep(req, res, state, provider, inbound, error, keepUnverified).catch(next);
    const accept = (verified: Verified): void => {
      try {
        if (typeof verified !== 'object' || verified === null)
          throw new TypeError(`verify() of ${provider.name} must return an object, or throw`);
        assertFresh(verified.signedAt, state.receivedAt, toleranceMs);
      } catch (error) {
        reject(error);
        return;
      }
      state.verified = verified;
      next();
    };

    let verified: Verified | Promise<Verified>;
    try {
      const apiKey = checkApiKey(provider, inbound, state);
      verified = apiKey !== undefined ? apiKey.then(() => provider.verify(inbound)) : provider.verify(inbound);
    } catch (error) {
      reject(error);
      return;
    }
    // Any promise, also one of an old library or another realm: taken for proof itself, it would let everything in.
    if (isPromise(verified)) {
      const verifying = Promise.resolve(verified);
      state.verifying = verifying;
      verifying.then(accept, reject).catch(next);
    } else accept(verified);
  });
}

function isPromise<T>(verified: T | PromiseLike<T>): verified is PromiseLike<T> {
  return typeof verified === 'object' && verified !== null && 'then' in verified;
}

function inboundOf(req: CallbackRequest, state: RequestState, body: Buffer): InboundCallback {
  return {
    method: req.method ?? 'POST',
    url: req.originalUrl ?? req.url ?? '/',
    headers: req.headers,
    body,
    receivedAt: state.receivedAt,
  };
}

function checkApiKey(
  provider: Provider,
  inbound: InboundCallback,
  { logger }: RequestState,
): Promise<void> | undefined {
  if (!provider.apiKeys) return undefined;
  const sent = inbound.headers['x-api-key'];
  const check = (keys: readonly Key<Buffer>[]): void => {
    const bytes = Buffer.from(typeof sent === 'string' ? sent : '');
    // Every key is compared, whichever matches.
    const fitting = keys.filter((key) => equalBytes(bytes, key.value));
    if (fitting.length === 0) {
      throw new DepositCallbackError(
        'API_KEY_INVALID',
        `The x-api-key header is not one of ${provider.name}'s apiKeys`,
      );
    }
    logger.debug({ provider: provider.name, apiKeyId: fitting[0]?.id }, 'An API key matched');
  };
  const active = provider.apiKeys.active(inbound.receivedAt);
  if (active instanceof Promise) return active.then(check);
  check(active);
  return undefined;
}

async function refuseOrKeep(
  req: CallbackRequest,
  res: ServerResponse,
  state: RequestState,
  provider: Provider,
  inbound: InboundCallback,
  thrown: unknown,
  keepUnverified: SignatureOptions['keepUnverified'],
): Promise<void> {
  // A provider's verify that throws anything but a refusal is our own trouble.
  const error =
    isDepositCallbackError(thrown) && isRefusalCode(thrown.code)
      ? thrown
      : new DepositCallbackError('UNAVAILABLE', 'Verification failed because of an internal error', { cause: thrown });
  if (keepUnverified && (error.code === 'SIGNATURE_INVALID' || error.code === 'API_KEY_INVALID')) {
    const kept = await keepUnverified(req, state, provider, inbound).catch((cause: unknown) => {
      state.logger.error({ error: cause }, 'An unverified callback could not be kept');
      return false;
    });
    if (kept) {
      refuse(
        req,
        res,
        new DepositCallbackError('KEPT_UNVERIFIED', `${error.message}; kept until reverify`, { cause: error }),
      );
      return;
    }
  }
  refuse(req, res, error);
}
