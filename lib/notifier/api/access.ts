import type { Request, RequestHandler } from 'express';
import { equalBytes } from '../../signatures/constant-time.ts';
import type { NotifierSettings } from '../options.ts';
import type { Health } from '../reading/health.ts';
import type { ApiKeys } from '../store/api-keys.ts';
import type { Backfills } from '../store/backfills.ts';
import type { CallbackSearch } from '../store/callback-search.ts';
import type { NotifierDatabase } from '../store/database.ts';
import type { Endpoints } from '../store/endpoints.ts';
import type { Idempotency } from '../store/idempotency.ts';
import type { Scope } from '../store/key-rights.ts';
import type { Outbox } from '../store/outbox.ts';
import type { WatchList } from '../store/watch-list.ts';
import type { Withheld } from '../store/withheld.ts';
import { beginOnce } from './once.ts';
import { Problem, sendProblem } from './problem.ts';
import type { RequestPace } from './request-pace.ts';
import type { SourceCheck } from './sources.ts';

export interface RouterParts {
  settings: NotifierSettings;
  database: NotifierDatabase;
  keys: ApiKeys;
  watches: WatchList;
  endpoints: Endpoints;
  outbox: Outbox;
  callbacks: CallbackSearch;
  health: Health;
  backfills: Backfills;
  withheld: Withheld;
  idempotency: Idempotency;
  pace: RequestPace;
  checkSource: SourceCheck;
  /** The highest block of a network that was asked for in this process. */
  reach(network: string): bigint | undefined;
  /** Told when something became due for this URL: it is tried at once, whatever it did before. */
  wake(endpointId: string): void;
  /** Told when a URL is removed. */
  forget(endpointId: string): void;
}

/** Opens the database, and gives what stands on it. */
export type Open = () => Promise<RouterParts>;

/** What a request with a key has. */
export type Keyed = RouterParts & { keyId: string };

/**
 * Rejects with 401 for a request without a key in force, with 403 for one that may not do this, or not from there, and with 429 for one
 * too many. Without a scope every key may do it. What was done already, by its `idempotency-key`, ends here.
 */
export async function authorized(req: Request, open: Open, scope: Scope | undefined): Promise<Keyed> {
  const parts = await open();
  const given = givenKey(req);
  const key = given === undefined ? undefined : await parts.keys.find(given);
  if (given === undefined || key === undefined)
    throw new Problem(401, 'API_KEY_INVALID', 'Send the API key as authorization: Bearer, or as x-api-key');
  const { id: keyId, allowedSources, requestsPerMinute, scopes } = key;
  if (allowedSources !== null) parts.checkSource(req, allowedSources);
  const waitMs = requestsPerMinute === null ? 0 : parts.pace(keyId, requestsPerMinute);
  if (waitMs > 0) {
    throw new Problem(429, 'TOO_MANY_REQUESTS', `The key may ask ${requestsPerMinute} times a minute`, waitMs);
  }
  if (scope !== undefined && !allows(scopes, scope)) {
    throw new Problem(403, 'SCOPE_MISSING', `The key lacks the scope ${scope}`);
  }
  await beginOnce(req, parts.idempotency, keyId, given);
  return { ...parts, keyId };
}

/** The same for the operator, whose secret `adminOnly` has seen. */
export async function asAdmin(req: Request, open: Open): Promise<RouterParts> {
  const parts = await open();
  await beginOnce(req, parts.idempotency, 'admin', givenKey(req) ?? '');
  return parts;
}

/** Who may change something may see it. */
function allows(scopes: readonly Scope[] | null, scope: Scope): boolean {
  if (scopes === null || scopes.includes(scope)) return true;
  return (
    (scope === 'watches:read' && scopes.includes('watches:write')) ||
    (scope === 'callbacks:read' && scopes.includes('callbacks:write'))
  );
}

function givenKey(req: Request): string | undefined {
  const bearer = /^Bearer (\S{1,256})$/i.exec(req.get('authorization') ?? '')?.[1];
  return bearer ?? req.get('x-api-key');
}

export function adminOnly(secret: string): RequestHandler {
  return (req, res, next) => {
    const given = givenKey(req);
    if (given !== undefined && equalBytes(Buffer.from(given), Buffer.from(secret))) next();
    else
      sendProblem(
        res,
        new Problem(401, 'API_KEY_INVALID', 'Send the admin secret as authorization: Bearer, or as x-api-key'),
      );
  };
}
