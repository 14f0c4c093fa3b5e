import type { Request, RequestHandler } from 'express';
import { equalBytes } from '../../signatures/constant-time.ts';
import type { NotifierSettings } from '../options.ts';
import type { Health } from '../reading/health.ts';
import type { ApiKeys } from '../store/api-keys.ts';
import type { Backfills } from '../store/backfills.ts';
import type { CallbackSearch } from '../store/callback-search.ts';
import type { NotifierDatabase } from '../store/database.ts';
import type { Endpoints } from '../store/endpoints.ts';
import type { Outbox } from '../store/outbox.ts';
import type { WatchList } from '../store/watch-list.ts';
import type { Withheld } from '../store/withheld.ts';
import { Problem, sendProblem } from './problem.ts';

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
  /** The highest block of a network that was asked for in this process. */
  reach(network: string): bigint | undefined;
  /** Told when something became due for this URL: it is tried at once, whatever it did before. */
  wake(endpointId: string): void;
}

/** Opens the database, and gives what stands on it. */
export type Open = () => Promise<RouterParts>;

/** What a request with a key has. */
export type Keyed = RouterParts & { keyId: string };

/** Rejects with 401 for a request without a key in force. */
export async function authorized(req: Request, open: Open): Promise<Keyed> {
  const parts = await open();
  const key = givenKey(req);
  const keyId = key === undefined ? undefined : await parts.keys.find(key);
  if (keyId === undefined)
    throw new Problem(401, 'API_KEY_INVALID', 'Send the API key as authorization: Bearer, or as x-api-key');
  return { ...parts, keyId };
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
