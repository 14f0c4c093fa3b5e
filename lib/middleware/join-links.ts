import type { ServerResponse } from 'node:http';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import { type CallbackRequest, type Link, type LinkPlace, linkPlaces } from './request-state.ts';
import { refuse } from './respond.ts';

/** What each link has to find done. */
const needs: Readonly<Partial<Record<LinkPlace, LinkPlace>>> = {
  signature: 'rawBody',
  replayGuard: 'signature',
  dispatch: 'replayGuard',
};

/**
 * One middleware out of links, some of which may be your own. Throws `LINK_ORDER` if one of ours stands before what it
 * needs, or out of the order `sourceFilter`, `rawBody`, `signature`, `replayGuard`, `dispatch`; `OPTION_INVALID` for what is no function.
 *
 * @example
 * app.post('/callbacks/imtoken', joinLinks(rawBody(), signature({ provider }), replayGuard(guard), dispatch({ deliverer })));
 */
export function joinLinks(...links: readonly Link[]): Link {
  for (const [index, link] of links.entries()) {
    if (typeof link !== 'function')
      throw invalidOption(`joinLinks[${index}]`, 'must be a link or another middleware, for example rawBody()');
  }
  assertOrder(links);
  return (req, res, next) => runLinks(links, req, res, next);
}

function assertOrder(links: readonly Link[]): void {
  const places = links.flatMap(({ place }) => place ?? []);
  for (const [index, place] of places.entries()) {
    const before = places.slice(0, index);
    const needed = needs[place];
    const late = before.find((one) => linkPlaces.indexOf(one) >= linkPlaces.indexOf(place));
    if (needed !== undefined && !before.includes(needed)) throw wrongOrder(`${place}() needs ${needed}() before it`);
    if (late !== undefined) throw wrongOrder(`${late}() stands before ${place}()`);
  }
}

function wrongOrder(what: string): DepositCallbackError {
  return new DepositCallbackError('LINK_ORDER', `${what}; the order of the links is ${linkPlaces.join(', ')}`);
}

/** A link that fails is our own trouble: neither the app's error page nor what comes behind us answers for it. */
function runLinks(links: readonly Link[], req: CallbackRequest, res: ServerResponse, next: () => void): void {
  const fail = (cause: unknown): void =>
    refuse(req, res, new DepositCallbackError('UNAVAILABLE', 'The callback could not be handled', { cause }));
  const run = (index: number): void => {
    const link = links[index];
    if (!link) {
      next();
      return;
    }
    try {
      link(req, res, (error) => (error === undefined ? run(index + 1) : fail(error)));
    } catch (error) {
      fail(error);
    }
  };
  run(0);
}
