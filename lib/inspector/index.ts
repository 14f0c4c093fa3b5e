import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalidOption } from '../errors.ts';
import { consoleLogger, type Logger } from '../observe/logger.ts';
import { refuseUnknownKeys } from '../util/known-keys.ts';
import { type Explorers, readExplorers } from './explorers.ts';
import { createRouter } from './router.ts';
import type { Inspected, InspectorRequest } from './view.ts';
import { isLanguage, type Language } from './words/languages.ts';

export type { Explorer, Explorers } from './explorers.ts';
export { type InspectedNotifier, type NotifierInspectorOptions, notifierInspector } from './notifier-inspector.ts';
export type { Inspected, InspectorRequest } from './view.ts';

/** Options of `inspector`. */
export interface InspectorOptions {
  /** The receiver to inspect: the return value of `depositCallbacks()`. */
  callbacks: Inspected;
  /**
   * Decides who may see it, for every request, live lists and assets included. Only `true` lets a request in; a throw
   * or a rejection does not.
   */
  authorize(req: InspectorRequest): boolean | Promise<boolean>;
  /** Whether there are buttons that redeliver, release, hold, reprocess and reverify. Default false. */
  actions?: boolean | undefined;
  /** Returns the name of the operator, for the log. An empty string refuses the action. Default `inspector`. */
  actor?(req: InspectorRequest): string;
  /** `WWW-Authenticate` of a refusal, which is then a 401: `Basic realm="inspector"` makes a browser ask. Default: 403. */
  challenge?: string | undefined;
  /** Default: what the browser asks for, of English and Chinese. A reader may switch. */
  locale?: Language | undefined;
  /**
   * Where the documentation of the package can be read, an http(s) URL above its pages: `https://example.com/docs/`. The rule
   * behind a code then has a link. Default: its place is named, without a link.
   */
  docs?: string | undefined;
  /**
   * Links to explorers by CAIP-2 network, beside the package's own: http(s) URLs that contain `{id}`. A network set to `{}` has
   * none, `false` is none at all. Default: the well-known ones of docs/inspector.md.
   */
  explorers?: Explorers | false | undefined;
  /** Default: warnings and errors go to the console. */
  logger?: Logger | undefined;
  /** The clock, epoch ms. Default `Date.now`. */
  now?: (() => number) | undefined;
}

/** The inspector as a middleware for Express 4 and 5 and plain `node:http`, at any path. */
export interface Inspector {
  (req: IncomingMessage, res: ServerResponse, next?: (error?: unknown) => void): void;
  /** Ends the live lists, which else keep a server from closing. */
  close(): void;
}

const known = [
  'callbacks',
  'authorize',
  'actions',
  'actor',
  'challenge',
  'locale',
  'docs',
  'explorers',
  'logger',
  'now',
];

/**
 * Creates the inspector, a web page over the store of a receiver. Throws `OPTION_INVALID`, also if `authorize` is
 * missing: the page shows money.
 *
 * @example
 * app.use('/inspector', inspector({ callbacks, authorize: (req) => req.session?.role === 'operator' }));
 */
export function inspector(options: InspectorOptions): Inspector {
  refuseUnknownKeys(options, known, 'inspector');
  const { callbacks, authorize, actions = false, locale, challenge, docs, actor = () => 'inspector' } = options;
  if (typeof authorize !== 'function') {
    throw invalidOption(
      'inspector.authorize',
      'is required: a function that is given the request and returns true for an operator',
    );
  }
  if (typeof callbacks?.store?.callbacks !== 'function') {
    throw invalidOption('inspector.callbacks', 'is required: the return value of depositCallbacks()');
  }
  if (typeof actions !== 'boolean') throw invalidOption('inspector.actions', 'must be true or false');
  if (typeof actor !== 'function')
    throw invalidOption('inspector.actor', 'must be a function that is given the request');
  if (locale !== undefined && !isLanguage(locale)) throw invalidOption('inspector.locale', "must be 'en' or 'zh'");
  if (challenge !== undefined && !/^[\x20-\x7e]+$/.test(challenge)) {
    throw invalidOption('inspector.challenge', 'must be a valid WWW-Authenticate header value');
  }
  if (docs !== undefined && !isWebUrl(docs)) throw invalidOption('inspector.docs', 'must be an http or https URL');

  const router = createRouter({
    callbacks,
    authorize,
    actions,
    actor,
    locale,
    challenge,
    docs: docs?.replace(/\/?$/, '/'),
    explorers: readExplorers(options.explorers),
    logger: options.logger ?? consoleLogger,
    now: options.now ?? Date.now,
  });
  return Object.assign(
    (req: IncomingMessage, res: ServerResponse): void => void router.answer(req, res).catch(() => res.destroy()),
    {
      close: router.close,
    },
  );
}

function isWebUrl(text: unknown): boolean {
  return typeof text === 'string' && URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
