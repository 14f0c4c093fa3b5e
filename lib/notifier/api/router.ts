import { json, type NextFunction, type Request, type Response, Router } from 'express';
import type { NotifierSettings } from '../options.ts';
import type { Open } from './access.ts';
import { routeBackfills } from './backfill-routes.ts';
import { routeCallbacks, routeNetworks } from './callback-routes.ts';
import { routeCallbackUrls, routeDefaultUrl } from './callback-url-routes.ts';
import { routeKeys, routeOwnKey } from './key-routes.ts';
import { notFound, Problem, sendProblem } from './problem.ts';
import { routeWatches } from './watch-routes.ts';

/** The API of `docs/openapi/notifier.yaml`. `open` resolves with the parts once the database is open. */
export function notifierRouter(settings: NotifierSettings, open: Open): Router {
  const router = Router();
  router.use(json({ limit: '256kb', strict: true }));
  if (settings.adminSecret !== undefined) routeKeys(router, settings.adminSecret, settings, open);
  routeOwnKey(router, open);
  routeNetworks(router, open);
  routeWatches(router, settings, open);
  routeBackfills(router, settings, open);
  routeDefaultUrl(router, open);
  routeCallbackUrls(router, open);
  routeCallbacks(router, open);
  router.use((_req: Request, res: Response) => sendProblem(res, notFound('path')));
  router.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) next(error);
    else sendProblem(res, asProblem(error, settings));
  });
  return router;
}

function asProblem(error: unknown, { logger }: NotifierSettings): Problem {
  if (error instanceof Problem) return error;
  const { status, type } = error as { status?: unknown; type?: unknown };
  if (typeof type === 'string' && typeof status === 'number' && status < 500) {
    return new Problem(status, 'REQUEST_INVALID', 'The body must be JSON and within the size limit');
  }
  logger.error({ error }, 'A request to the notifier failed');
  return new Problem(503, 'UNAVAILABLE', 'The notifier cannot respond right now; try again');
}
