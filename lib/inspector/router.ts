import type { ServerResponse } from 'node:http';
import type { Logger } from '../observe/logger.ts';
import { createLastCallbacks } from '../operator/last-callbacks.ts';
import { act } from './actions.ts';
import { answersAnyPage, type Place, placeOf, redirect, send } from './answers.ts';
import type { Explorers } from './explorers.ts';
import { protect } from './headers.ts';
import { document, type Frame } from './layout.ts';
import { findPage } from './pages/index.ts';
import { type Refusal, refusalPage } from './pages/refusal.ts';
import { readFilter } from './parts/callback-list.ts';
import { render } from './parts/html.ts';
import { isTheme, languageOf, sessionToken, themeOf } from './session.ts';
import { createStreams, type Streams } from './stream.ts';
import type { Failure, Inspected, InspectorRequest, Page, TimedAlarm, View } from './view.ts';
import { isLanguage, type Language, languages, preferredLanguage } from './words/languages.ts';

export interface RouterOptions {
  callbacks: Inspected;
  authorize: (req: InspectorRequest) => boolean | Promise<boolean>;
  actions: boolean;
  actor: (req: InspectorRequest) => string;
  locale: Language | undefined;
  challenge: string | undefined;
  docs: string | undefined;
  explorers: Explorers;
  logger: Logger;
  now: () => number;
}

export interface Router {
  answer(req: InspectorRequest, res: ServerResponse): Promise<void>;
  close(): void;
}

const keptAlarms = 500;
const keptFailures = 2_000;

/** One inspector: its options, and what it has found. */
interface Inspector {
  readonly options: RouterOptions;
  readonly streams: Streams;
  readonly lastCallbacks: View['lastCallbacks'];
  readonly alarms: TimedAlarm[];
  readonly failures: Failure[];
}

/** From a request to its page, asset, stream or action. Nothing is looked up before `authorize` has said yes. */
export function createRouter(options: RouterOptions): Router {
  const { callbacks, now } = options;
  const inspector: Inspector = {
    options,
    streams: createStreams(callbacks),
    lastCallbacks: createLastCallbacks(callbacks.store),
    alarms: [],
    failures: [],
  };
  const { alarms, failures } = inspector;
  callbacks.on('alarm', (alarm) => {
    alarms.unshift({ ...alarm, at: now() });
    alarms.length = Math.min(alarms.length, keptAlarms);
  });
  callbacks.on('event', ({ eventId, kind, attempt, result, error, deposit }) => {
    if (result === 'handled') return;
    failures.unshift({
      eventId,
      kind,
      attempt,
      depositId: deposit.id,
      at: now(),
      ...(error === undefined ? {} : { error }),
    });
    failures.length = Math.min(failures.length, keptFailures);
  });
  return { answer: (req, res) => answer(inspector, req, res), close: inspector.streams.close };
}

async function isAllowed({ options }: Inspector, req: InspectorRequest): Promise<boolean> {
  try {
    return (await options.authorize(req)) === true;
  } catch (error) {
    options.logger.error({ error }, 'authorize of the inspector failed: the request is refused');
    return false;
  }
}

async function answer(inspector: Inspector, req: InspectorRequest, res: ServerResponse): Promise<void> {
  const { challenge, logger } = inspector.options;
  protect(req, res);
  const place = placeOf(req);
  const view = viewOf(inspector, req, place);
  try {
    if (!(await isAllowed(inspector, req))) {
      if (challenge !== undefined) res.setHeader('www-authenticate', challenge);
      const page = refusalPage(view, { status: challenge === undefined ? 403 : 401, reason: 'notAllowed' });
      sendPage(req, res, view, page);
    } else if (req.method === 'POST') {
      await post(inspector, req, res, view, place.path);
    } else if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.setHeader('allow', 'GET, HEAD');
      await refuse(inspector, req, res, view, { status: 405, reason: 'method' });
    } else {
      await get(inspector, req, res, view, place);
    }
  } catch (error) {
    logger.error({ error, path: place.path }, 'A page of the inspector failed');
    if (res.headersSent) res.destroy();
    else await refuse(inspector, req, res, view, { status: 500, reason: 'broken' });
  }
}

async function get(
  inspector: Inspector,
  req: InspectorRequest,
  res: ServerResponse,
  view: View,
  place: Place,
): Promise<void> {
  const { callbacks, actions } = inspector.options;
  const { path } = place;
  if (answersAnyPage(req, res, place)) return;
  if (path === '/stream') stream(inspector, req, res, view);
  else {
    await callbacks.ready();
    const shown: View = actions ? { ...view, token: sessionToken(req, res) } : view;
    const status = await callbacks.status();
    const page = await findPage(shown, path, status);
    if (page === undefined) await refuse(inspector, req, res, view, { status: 404, reason: 'notFound' });
    else if ('location' in page) redirect(res, 303, page.location);
    else sendPage(req, res, shown, page, { needs: status.needs, isReadOnly: !actions });
  }
}

async function post(
  inspector: Inspector,
  req: InspectorRequest,
  res: ServerResponse,
  view: View,
  path: string,
): Promise<void> {
  const { options } = inspector;
  if (!path.startsWith('/actions/')) {
    res.setHeader('allow', 'GET, HEAD');
    await refuse(inspector, req, res, view, { status: 405, reason: 'method' });
    return;
  }
  if (!options.actions) {
    await refuse(inspector, req, res, view, { status: 403, reason: 'actionsOff' });
    return;
  }
  await options.callbacks.ready();
  const acted = await act(req, path.slice('/actions/'.length), options);
  if ('location' in acted) redirect(res, 303, acted.location);
  else await refuse(inspector, req, res, view, acted);
}

function stream(inspector: Inspector, req: InspectorRequest, res: ServerResponse, view: View): void {
  const { words, query, now } = view;
  const lastId = req.headers['last-event-id'];
  const after = (typeof lastId === 'string' ? lastId : query.get('after')) ?? undefined;
  const isOpen = inspector.streams.open(req, res, {
    view: { ...view, clock: inspector.options.now },
    filter: query.get('rows') === 'none' ? undefined : readFilter(query, now),
    after,
    isAllowed: () => isAllowed(inspector, req),
  });
  if (!isOpen) send(req, res, 503, 'text/plain; charset=utf-8', words.refused.busy.more);
}

async function refuse(
  { options }: Inspector,
  req: InspectorRequest,
  res: ServerResponse,
  view: View,
  refusal: Refusal,
): Promise<void> {
  const status = await options.callbacks.status().catch(() => undefined);
  sendPage(req, res, view, refusalPage(view, refusal), { needs: status?.needs, isReadOnly: !options.actions });
}

function viewOf(
  { options, lastCallbacks, alarms, failures }: Inspector,
  req: InspectorRequest,
  { path, query }: Place,
): View {
  const { callbacks, locale, docs, explorers, now } = options;
  const chosen = languageOf(req);
  const theme = themeOf(req);
  const language = isLanguage(chosen) ? chosen : (locale ?? preferredLanguage(req.headers['accept-language']));
  return {
    words: languages[language],
    theme: isTheme(theme) ? theme : undefined,
    callbacks,
    root: '../'.repeat(Math.max(0, path.split('/').length - 2)) || './',
    query,
    now: now(),
    lastCallbacks,
    alarms,
    failures,
    docs,
    explorers,
    token: undefined,
  };
}

function sendPage(req: InspectorRequest, res: ServerResponse, view: View, page: Page, frame?: Frame): void {
  send(req, res, page.status ?? 200, 'text/html; charset=utf-8', render(document(view, page, frame)));
}
