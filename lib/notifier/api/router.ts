import { json, type NextFunction, type Request, type RequestHandler, type Response, Router } from 'express';
import { isDepositCallbackError } from '../../errors.ts';
import { checkedUrl } from '../../outbound/safe-fetch.ts';
import { equalBytes } from '../../signatures/constant-time.ts';
import type { NotifierSettings } from '../options.ts';
import type { Health } from '../reading/health.ts';
import { callbackBody } from '../sending/callback-body.ts';
import { type ApiKeys, mostOldSecrets } from '../store/api-keys.ts';
import type { NotifierDatabase } from '../store/database.ts';
import type { Endpoint, Endpoints } from '../store/endpoints.ts';
import { mostTests, type Outbox } from '../store/outbox.ts';
import type { WatchList } from '../store/watch-list.ts';
import {
  invalid,
  optionalText,
  placeText,
  readAccount,
  readFields,
  readLimit,
  readNetwork,
  readPlace,
  readState,
  readText,
} from './inputs.ts';
import { answering, Problem, sendProblem } from './problem.ts';

export interface RouterParts {
  settings: NotifierSettings;
  database: NotifierDatabase;
  keys: ApiKeys;
  watches: WatchList;
  endpoints: Endpoints;
  outbox: Outbox;
  health: Health;
  /** Told when something of this key became due: its URL is tried at once, whatever it did before. */
  wake(keyId: string): void;
}

/** Most addresses in one request. */
const mostAddresses = 1_000;

const watchFields = ['network', 'address', 'addresses', 'memo'];

/** Opens the database, and gives what stands on it. */
type Open = () => Promise<RouterParts>;

/** The API of `docs/openapi/notifier.yaml`. `open` resolves with the parts once the database is open. */
export function notifierRouter(settings: NotifierSettings, open: Open): Router {
  const router = Router();
  router.use(json({ limit: '256kb', strict: true }));
  if (settings.adminSecret !== undefined) routeKeys(router, settings.adminSecret, open);
  routeNetworks(router, open);
  routeWatches(router, settings, open);
  routeCallbackUrl(router, settings, open);
  routeCallbacks(router, open);
  router.use((_req: Request, res: Response) => sendProblem(res, notFound('path')));
  router.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) next(error);
    else sendProblem(res, asProblem(error, settings));
  });
  return router;
}

function routeKeys(router: Router, secret: string, open: Open): void {
  router.use('/v1/keys', adminOnly(secret));
  router.post(
    '/v1/keys',
    answering(201, async (req) => {
      const { name } = readFields(req.body, ['name']);
      return (await open()).keys.create(readText(name, 'name', 200));
    }),
  );
  router.delete(
    '/v1/keys/:id',
    answering(204, async (req) => {
      const { keys, watches } = await open();
      const id = readText(req.params.id, 'id', 64);
      if (!(await keys.revoke(id))) throw notFound('key');
      watches.removeAll(id);
      return undefined;
    }),
  );
}

function routeNetworks(router: Router, open: Open): void {
  router.get(
    '/v1/networks',
    answering(200, async (req) => ({ networks: (await authorized(req, open)).health.look() })),
  );
}

function routeWatches(router: Router, settings: NotifierSettings, open: Open): void {
  const networks = settings.networks.map((one) => one.network.id);
  router.post(
    '/v1/watches',
    answering(201, async (req) => {
      const { watches, keyId } = await authorized(req, open);
      const { network: given, address, addresses, memo } = readFields(req.body, watchFields);
      if ((address === undefined) === (addresses === undefined)) throw invalid('Set either address or addresses');
      if (memo !== undefined && addresses !== undefined) throw invalid('Set memo with address, not with addresses');
      const list = addresses ?? [address];
      if (!Array.isArray(list) || list.length === 0 || list.length > mostAddresses) {
        throw invalid(`addresses must be a list of 1 to ${mostAddresses}`);
      }
      const network = readNetwork(given, networks);
      const accounts = list.map((one) => readAccount(network, one, memo));
      if ((await watches.count(keyId)) + accounts.length > settings.maxWatches) {
        throw new Problem(409, 'TOO_MANY_WATCHES', `A key may watch ${settings.maxWatches} addresses`);
      }
      const added = await watches.add(keyId, network, accounts);
      return address === undefined ? { network, added, watched: accounts.length } : { network, ...accounts[0] };
    }),
  );
  router.get(
    '/v1/watches',
    answering(200, async (req) => {
      const { watches, keyId } = await authorized(req, open);
      const network = optionalText(req.query.network, 'network');
      const after = readPlace(req.query.after);
      const limit = readLimit(req.query.limit);
      const found = await watches.list(keyId, { limit, ...(network ? { network } : {}), ...(after ? { after } : {}) });
      const last = found.length === limit ? found.at(-1) : undefined;
      return { watches: found, ...(last ? { next: placeText(last) } : {}) };
    }),
  );
  router.delete(
    '/v1/watches/:network/:address',
    answering(204, async (req) => {
      const { watches, keyId } = await authorized(req, open);
      const network = readNetwork(req.params.network, networks);
      const account = readAccount(network, req.params.address, req.query.memo);
      if (!(await watches.remove(keyId, network, account))) throw notFound('watch');
      return undefined;
    }),
  );
}

function routeCallbackUrl(router: Router, settings: NotifierSettings, open: Open): void {
  router.get(
    '/v1/callback-url',
    answering(200, async (req) => {
      const parts = await authorized(req, open);
      return describe(parts, parts.keyId);
    }),
  );
  router.put(
    '/v1/callback-url',
    answering(200, async (req) => {
      const parts = await authorized(req, open);
      const url = readText(readFields(req.body, ['url']).url, 'url', 2_048);
      try {
        checkedUrl(url, settings.allowPrivate);
      } catch (error) {
        throw new Problem(422, 'URL_REFUSED', error instanceof Error ? error.message : 'The URL is not allowed');
      }
      await parts.endpoints.setUrl(parts.keyId, url);
      parts.wake(parts.keyId);
      return describe(parts, parts.keyId);
    }),
  );
  router.post(
    '/v1/callback-url/enable',
    answering(200, async (req) => {
      const parts = await authorized(req, open);
      if (!(await parts.endpoints.enable(parts.keyId))) throw notFound('callback URL');
      parts.wake(parts.keyId);
      return describe(parts, parts.keyId);
    }),
  );
  router.post(
    '/v1/callback-url/test',
    answering(202, async (req) => {
      const { outbox, keyId, wake } = await authorized(req, open);
      if (!(await outbox.putTest(keyId, callbackBody('test', settings.now(), {})))) {
        throw new Problem(
          429,
          'TOO_MANY_TESTS',
          `A key may have ${mostTests} tests that are owed or less than a minute old`,
        );
      }
      wake(keyId);
      return { queued: true };
    }),
  );
  router.post(
    '/v1/signing-secret',
    answering(201, async (req) => {
      const { keys, keyId } = await authorized(req, open);
      const signingSecret = await keys.rotate(keyId);
      if (signingSecret !== undefined) return { signingSecret };
      const text = `A secret may be rotated ${mostOldSecrets} times a day: each old one keeps signing for a day`;
      throw new Problem(409, 'TOO_MANY_SECRETS', text);
    }),
  );
}

function routeCallbacks(router: Router, open: Open): void {
  router.get(
    '/v1/callbacks',
    answering(200, async (req) => {
      const { outbox, keyId } = await authorized(req, open);
      const state = readState(req.query.state);
      const before = optionalText(req.query.before, 'before');
      const limit = readLimit(req.query.limit);
      const found = await outbox.list(keyId, { limit, ...(state ? { state } : {}), ...(before ? { before } : {}) });
      const last = found.length === limit ? found.at(-1) : undefined;
      return { callbacks: found, ...(last ? { next: last.id } : {}) };
    }),
  );
  router.post(
    '/v1/callbacks/:id/resend',
    answering(202, async (req) => {
      const { outbox, keyId, wake } = await authorized(req, open);
      if (!(await outbox.resend(keyId, readText(req.params.id, 'id', 64)))) throw notFound('callback');
      wake(keyId);
      return { queued: true };
    }),
  );
}

async function authorized(req: Request, open: Open): Promise<RouterParts & { keyId: string }> {
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

function adminOnly(secret: string): RequestHandler {
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

async function describe({ endpoints, outbox }: RouterParts, keyId: string): Promise<object> {
  const endpoint = await endpoints.get(keyId);
  if (endpoint?.url === undefined) throw notFound('callback URL');
  const { url, enabled, disabledAt, disabledReason, acceptedAt }: Endpoint = endpoint;
  return { url, enabled, disabledAt, disabledReason, acceptedAt, ...(await outbox.counts(keyId)) };
}

function notFound(what: string): Problem {
  return new Problem(404, 'NOT_FOUND', `No such ${what}`);
}

function asProblem(error: unknown, { logger }: NotifierSettings): Problem {
  if (error instanceof Problem) return error;
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (typeof type === 'string' && typeof status === 'number' && status < 500) {
    return new Problem(status, 'REQUEST_INVALID', 'The body must be JSON and within the size limit');
  }
  logger.error({ error }, 'A request to the notifier failed');
  return new Problem(
    503,
    isDepositCallbackError(error) ? error.code : 'UNAVAILABLE',
    'The notifier cannot respond right now; try again',
  );
}
