import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RefusalCode } from '../errors.ts';
import { consoleLogger, type Logger } from '../observe/logger.ts';
import type { News } from '../observe/news.ts';
import type { Notices } from '../observe/notices.ts';
import type { InboundCallback, Provider, Reading, Verified } from '../providers/kit/provider.ts';
import type { CallbackRecord } from '../stores/store.ts';

/** The state of one callback, kept on the request and completed by each link. */
export interface RequestState {
  /** Epoch ms. */
  receivedAt: number;
  /** Canonical address of the sender, as far as the proxies are trusted; set by `sourceFilter`. */
  remoteAddress?: string;
  /** The exact bytes; set by `rawBody`. */
  rawBody?: Buffer;
  /** Set by `signature`. */
  provider?: Provider;
  inbound?: InboundCallback;
  /** Set while the signature is verified in turns: the body is held until then, even if its sender has gone. */
  verifying?: Promise<unknown>;
  verified?: Verified;
  /** Set by `replayGuard`. */
  reading?: Reading;
  record?: CallbackRecord;
  /** Events that are owed because of the callback. */
  eventIds?: readonly string[];
  /** Whether the answer waits for the listeners, since nothing is durable. */
  waitForListeners?: boolean;
  /** Set once the answer is written or the refusal is. */
  answered: boolean;
  now: () => number;
  logger: Logger;
  news?: News;
  /** Logs what many requests have in common once, with a count: `depositCallbacks` sets it. */
  notice?: Notices['notice'];
  /** Told once, when the request is refused: `depositCallbacks` logs it. */
  onRefused?: (code: RefusalCode, req: CallbackRequest, state: RequestState) => void;
}

/** A request as the links receive it: from Express 4 or 5, Connect or plain `node:http`. */
export interface CallbackRequest extends IncomingMessage {
  depositCallback?: RequestState;
  /** The body that an earlier parser left. */
  body?: unknown;
  rawBody?: unknown;
  originalUrl?: string;
  /** Express's, if there is one. */
  app?: unknown;
}

/** A middleware of the chain, with the usual signature. */
export interface Link {
  (req: CallbackRequest, res: ServerResponse, next: (error?: unknown) => void): void;
  /** Which of our five it is; absent for one of your own. */
  readonly place?: LinkPlace;
}

/** The five links, in the order in which a callback meets them. */
export const linkPlaces = ['sourceFilter', 'rawBody', 'signature', 'replayGuard', 'dispatch'] as const;

/** The name of a link of the chain. */
export type LinkPlace = (typeof linkPlaces)[number];

/** A link that knows its place, so that `joinLinks` can tell a wrong order. */
export function placed(place: LinkPlace, link: Link): Link {
  return Object.assign(link, { place });
}

/** What a link brings for the state when it works alone; within `depositCallbacks` the state is there already. */
export interface StateDefaults {
  now?: (() => number) | undefined;
  /** Default: the console. */
  logger?: Logger | undefined;
}

/** The state of the request, made by the first link that asks for it. */
export function stateOf(req: CallbackRequest, defaults: StateDefaults = {}): RequestState {
  const known = req.depositCallback;
  if (known !== undefined) return known;
  const now = defaults.now ?? Date.now;
  const state: RequestState = {
    receivedAt: now(),
    answered: false,
    now,
    logger: defaults.logger ?? consoleLogger,
  };
  req.depositCallback = state;
  return state;
}
