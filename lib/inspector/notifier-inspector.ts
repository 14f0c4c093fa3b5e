import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalidOption } from '../errors.ts';
import { consoleLogger, type Logger } from '../observe/logger.ts';
import { checkOptions, type OptionNames } from '../util/given-options.ts';
import { answersAnyPage, type Place, placeOf, send } from './answers.ts';
import { protect } from './headers.ts';
import { brand, choices, shell } from './layout.ts';
import { type InspectedNotifier, keyPage, type NotifierView, notifierPage } from './pages/notifier.ts';
import { type Refusal, refusalPage } from './pages/refusal.ts';
import { html, render } from './parts/html.ts';
import { isTheme, languageOf, themeOf } from './session.ts';
import type { InspectorRequest, Page } from './view.ts';
import { isLanguage, languages, preferredLanguage } from './words/languages.ts';
import { notifierWords } from './words/notifier-words.ts';

export type { InspectedNotifier } from './pages/notifier.ts';

/** Options of `notifierInspector`. */
export interface NotifierInspectorOptions {
  /** The notifier to show: the return value of `createNotifier()`. */
  notifier: InspectedNotifier;
  /** Decides who may see it, for every request. Only `true` lets a request in; a throw or a rejection does not. */
  authorize(req: InspectorRequest): boolean | Promise<boolean>;
  /** `WWW-Authenticate` of a refusal, which is then a 401. Default: 403. */
  challenge?: string | undefined;
  /** Default: warnings and errors go to the console. */
  logger?: Logger | undefined;
  /** The clock, epoch ms. Default `Date.now`. */
  now?: (() => number) | undefined;
}

const optionNames: OptionNames<NotifierInspectorOptions> = {
  notifier: true,
  authorize: true,
  challenge: true,
  logger: true,
  now: true,
};

/**
 * Creates a read-only page over a notifier: its networks, its keys, and what was sent to them. A middleware for Express and plain
 * `node:http`, at any path. Throws `OPTION_INVALID`, also if `authorize` is missing.
 *
 * @example
 * app.use('/operator', notifierInspector({ notifier, authorize: (req) => req.session?.role === 'operator' }));
 */
export function notifierInspector(
  options: NotifierInspectorOptions,
): (req: IncomingMessage, res: ServerResponse) => void {
  checkOptions('notifierInspector', options, optionNames, '{ notifier, authorize }');
  if (typeof options.authorize !== 'function') throw invalidOption('notifierInspector.authorize', 'is required');
  if (typeof options.notifier?.inspect !== 'function')
    throw invalidOption('notifierInspector.notifier', 'is required: the return value of createNotifier()');
  return (req, res) => void answer(options, req, res).catch(() => res.destroy());
}

async function answer(options: NotifierInspectorOptions, req: InspectorRequest, res: ServerResponse): Promise<void> {
  const { challenge, logger = consoleLogger } = options;
  protect(req, res);
  const place = placeOf(req);
  const view = viewOf(options, req, place);
  const refuse = (refusal: Refusal, isOperator = true): void =>
    sendPage(req, res, view, refusalPage(view, refusal), isOperator);
  try {
    if (!(await isAllowed(options, req))) {
      if (challenge !== undefined) res.setHeader('www-authenticate', challenge);
      refuse({ status: challenge === undefined ? 403 : 401, reason: 'notAllowed' }, false);
    } else if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('allow', 'GET, HEAD');
      refuse({ status: 405, reason: 'method' });
    } else await get(req, res, view, place, refuse);
  } catch (error) {
    logger.error({ error, path: place.path }, 'A page of the notifier failed');
    if (res.headersSent) res.destroy();
    else refuse({ status: 500, reason: 'broken' });
  }
}

async function isAllowed({ authorize, logger = consoleLogger }: NotifierInspectorOptions, req: InspectorRequest) {
  try {
    return (await authorize(req)) === true;
  } catch (error) {
    logger.error({ error }, 'authorize of the page of the notifier failed: the request is refused');
    return false;
  }
}

async function get(
  req: InspectorRequest,
  res: ServerResponse,
  view: NotifierView,
  place: Place,
  refuse: (refusal: Refusal) => void,
): Promise<void> {
  if (answersAnyPage(req, res, place)) return;
  const { path } = place;
  const [, keyId] = /^\/keys\/([\w-]{1,64})$/.exec(path) ?? [];
  const page = path === '/' ? await notifierPage(view) : keyId && (await keyPage(view, keyId));
  if (page) sendPage(req, res, view, page, true);
  else refuse({ status: 404, reason: 'notFound' });
}

function viewOf(
  { notifier, now = Date.now }: NotifierInspectorOptions,
  req: InspectorRequest,
  { path, query }: Place,
): NotifierView {
  const chosen = languageOf(req);
  const language = isLanguage(chosen) ? chosen : preferredLanguage(req.headers['accept-language']);
  const theme = themeOf(req);
  return {
    notifier,
    words: languages[language],
    own: notifierWords[language],
    root: '../'.repeat(Math.max(0, path.split('/').length - 2)) || './',
    theme: isTheme(theme) ? theme : undefined,
    query,
    now: now(),
  };
}

/** To whoever is no operator it shows nothing, and loads nothing. */
function sendPage(
  req: InspectorRequest,
  res: ServerResponse,
  view: NotifierView,
  page: Page,
  isOperator: boolean,
): void {
  const { root, own, words, query } = view;
  const top = html`<header class="top"><div class="top-in">
${brand(root, own.title)}
<p class="extras"><span class="tag">${words.readOnly}</span>${choices(words, query)}</p>
</div></header>`;
  const text = render(shell(view, page, { site: own.title, loads: isOperator, top: isOperator ? top : undefined }));
  send(req, res, page.status ?? 200, 'text/html; charset=utf-8', text);
}
