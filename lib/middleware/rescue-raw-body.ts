import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalidOption } from '../errors.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { compileSources } from './address-rules.ts';
import { capture } from './captured-body.ts';
import { compileTrust, findSender, type TrustProxy } from './forwarded.ts';
import { declaresBody } from './hang-up.ts';
import { whenOver } from './on-finished.ts';

/** Options of `rescueRawBody`. Sizes are in bytes. */
export interface RescueOptions {
  /** The callback paths as the server sees them, for example `['/callbacks']`; what lies below them is included. */
  paths: readonly string[];
  /** Keeps only what comes from these senders; the same rules as `sourceFilter`. Default: everybody. */
  sources?: readonly string[] | undefined;
  /** As for `sourceFilter`; the app's own setting is not known this early. Default: the peer of the socket is the sender. */
  trustProxy?: TrustProxy | undefined;
  /** Largest body kept, bytes. Default 1 MiB. */
  limit?: number | undefined;
  /** Bytes kept at the same time over all requests. Default 64 MiB. */
  budgetBytes?: number | undefined;
}

const channel = 'http.server.request.start';

const optionNames: OptionNames<RescueOptions> = {
  paths: true,
  sources: true,
  trustProxy: true,
  limit: true,
  budgetBytes: true,
};

/**
 * Keeps the exact bytes of callbacks in an app whose global `express.json()` reads every request first. Call it once,
 * before the server listens; `rawBody` then finds them. It uses Node's diagnostics channel, for every HTTP/1 server of
 * the process. A body that exceeds the parser's own limit never reaches `rawBody`.
 *
 * @example
 * rescueRawBody({ paths: ['/callbacks'] });
 */
export function rescueRawBody(options: RescueOptions): { close(): void } {
  checkOptions('rescueRawBody', options, optionNames, "{ paths: ['/callbacks'] }");
  const matches = compilePaths(options.paths);
  const sources = compileSources(options.sources ?? [], [], 'sources');
  const trust = compileTrust(options.trustProxy) ?? (() => false);
  const budget = {
    limit: readBytes('limit', options.limit ?? 1024 * 1024),
    free: readBytes('budgetBytes', options.budgetBytes ?? 64 * 1024 * 1024),
  };

  const isWanted = (req: IncomingMessage): boolean => {
    if (!matches(req.url ?? '') || !declaresBody(req)) return false;
    // Whoever might be allowed by a domain is kept; the filter itself asks the resolver.
    if (sources.any || sources.domains.length > 0) return true;
    const address = findSender(req, trust)?.address;
    return address !== undefined && sources.includes(address);
  };

  const onStart = (started: unknown): void => {
    const { request, response } = started as { request: IncomingMessage; response: ServerResponse };
    if (isWanted(request)) whenOver(request, response, capture(request, budget));
  };

  subscribe(channel, onStart);
  return { close: () => void unsubscribe(channel, onStart) };
}

/** Paths compare without regard to case, as Express's routes do; a longer word is another path. */
function compilePaths(paths: readonly string[]): (url: string) => boolean {
  if (!Array.isArray(paths) || paths.length === 0) {
    throw invalidOption('paths', "must list the callback paths, for example ['/callbacks']");
  }
  const prefixes = paths.map((path) => {
    if (typeof path === 'string' && /^\/[^?#]*$/.test(path)) return path.toLowerCase().replace(/\/+$/, '');
    throw invalidOption('paths', `"${path}" is not a path; write for example /callbacks`);
  });
  return (url) => {
    // A proxy may send the absolute form (RFC 9112, section 3.2.2).
    const path = (url.startsWith('/') ? url : url.replace(/^[a-z]+:\/\/[^/]*/i, '')).toLowerCase();
    return prefixes.some((prefix) => {
      const after = path.charAt(prefix.length);
      return path.startsWith(prefix) && (after === '' || after === '/' || after === '?');
    });
  };
}

function readBytes(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw invalidOption(option, `must be a positive integer, in bytes; got ${value}`);
}
