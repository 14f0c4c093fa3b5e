import type { Logger } from '../observe/logger.ts';
import type { Provider } from '../providers/kit/provider.ts';
import { nearest } from '../util/nearest.ts';
import type { CallbackRequest } from './request-state.ts';

/** Of a request that Express has routed: `app.post(path, callbacks)` leaves the whole path in `req.url`. */
interface Routed {
  route?: unknown;
  baseUrl?: string;
}

/** Which provider a request is for. */
export interface Mount {
  /** The path of its provider; undefined for a request that is none's. */
  pathOf(req: CallbackRequest): string | undefined;
  /** Warns, once for each of the first wrong paths, if the request looks like a callback that misses its provider. */
  missed(req: CallbackRequest, isLast: boolean): void;
}

/** Strangers choose paths: a few warnings say all. */
const mostWarnings = 3;

export function createMount(providers: readonly Provider[], logger: Logger): Mount {
  const paths = providers.map(({ path }) => path);
  const known = new Set(paths);
  const methods = new Set(
    providers.flatMap((provider) => provider.methods).filter((one) => one !== 'GET' && one !== 'HEAD'),
  );
  const warned = new Set<string>();

  return {
    pathOf(req) {
      const path = urlPath(req);
      if (known.has(path)) return path;
      // A route names the whole path itself, so its end is the provider's.
      return isRouted(req) ? longest(paths.filter((one) => one !== '/' && path.endsWith(one))) : undefined;
    },
    missed(req, isLast) {
      if (!methods.has(req.method ?? '') || warned.size >= mostWarnings) return;
      const path = urlPath(req);
      const near = nearest(path, paths) ?? paths.find((one) => one !== '/' && path.endsWith(one));
      // At the root of an app each of its requests comes by.
      if (!isLast && !isRouted(req) && !isBelowMount(req) && near === undefined) return;
      if (warned.has(path)) return;
      warned.add(path);
      const whole = JSON.stringify((req.originalUrl ?? req.url ?? '').split('?', 1)[0]?.slice(0, 128));
      const hint = near === undefined ? '' : ` Did you mean ${near}?`;
      logger.warn(
        { known: paths },
        `${req.method} ${whole} matches no provider path: below the mount they are ${paths.join(', ')}.${hint} Mount with app.use('/callbacks', callbacks), and register the combined URL with the provider`,
      );
    },
  };
}

function isRouted(req: CallbackRequest): boolean {
  return (req as Routed).route !== undefined;
}

function isBelowMount(req: CallbackRequest): boolean {
  return ((req as Routed).baseUrl ?? '') !== '';
}

function longest(paths: readonly string[]): string | undefined {
  return paths.toSorted((a, b) => b.length - a.length)[0];
}

function urlPath(req: CallbackRequest): string {
  const url = req.url ?? '/';
  const query = url.indexOf('?');
  const path = query < 0 ? url : url.slice(0, query);
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
