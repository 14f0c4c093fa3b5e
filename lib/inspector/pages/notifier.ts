import { findNetwork } from '../../networks/registry.ts';
import { whenCell } from '../parts/cells.ts';
import { type Html, html } from '../parts/html.ts';
import {
  ago,
  badge,
  type Column,
  empty,
  grouped,
  id,
  pager,
  row,
  section,
  segment,
  table,
  time,
} from '../parts/parts.ts';
import type { Page, View } from '../view.ts';
import type { NotifierColumn, NotifierWords } from '../words/notifier-words.ts';

/** The notifier whose page it is: the return value of `createNotifier`. */
export interface InspectedNotifier {
  status(): Promise<InspectedStatus>;
  inspect(query: {
    key?: string | undefined;
    state?: CallbackState | undefined;
    before?: string | undefined;
    limit: number;
  }): Promise<{
    keys: readonly InspectedKey[];
    callbacks: readonly InspectedCallback[];
    next?: string;
  }>;
}

type CallbackState = 'owed' | 'sent' | 'dead';

interface InspectedStatus {
  networks: readonly {
    network: string;
    block: string | null;
    head: string | null;
    ageMs: number | null;
    lag: number | null;
    state: 'reading' | 'unreadable' | 'stale';
  }[];
  keys: number;
  watches: number;
  owed: number;
  disabledUrls: number;
}

interface InspectedKey {
  id: string;
  name: string;
  url: string | null;
  callbackUrls: number;
  disabledUrls: number;
  disabledReason: string | null;
  acceptedAt: number | null;
  owed: number;
  dead: number;
  networks: readonly string[];
}

interface InspectedCallback {
  id: string;
  type: string;
  network?: string;
  transaction?: string;
  state: CallbackState;
  createdAt: number;
  attempts: number;
  dueAt: number;
  httpStatus: number | null;
  error: string | null;
}

/** What these pages are made of. */
export interface NotifierView extends Pick<View, 'words' | 'root' | 'theme' | 'query' | 'now'> {
  notifier: InspectedNotifier;
  own: NotifierWords;
}

/** The first thing to do with a new notifier. */
const newKey = `curl -X POST $NOTIFIER/v1/keys -H "authorization: Bearer $ADMIN" \\
  -H 'content-type: application/json' -d '{"name":"shop"}'`;
const perPage = 25;
const states = ['owed', 'sent', 'dead'] as const;

/** Networks, and the keys with what is owed to them. */
export async function notifierPage(view: NotifierView): Promise<Page> {
  const { notifier, own, query } = view;
  const before = query.get('before') ?? undefined;
  const [status, { keys, next }] = await Promise.all([notifier.status(), notifier.inspect({ before, limit: perPage })]);
  return {
    title: own.keys,
    body: html`<h1 class="hidden">${own.title}</h1>
${tiles(own, status)}
${section(own.networks, networkTable(view, status.networks))}
${section(own.keys, keys.length === 0 ? empty(own.noKeys, own.noKeysMore, newKey) : keyTable(view, keys))}
${pager(view, next)}`,
  };
}

/** One key, and the callbacks that were made for it; undefined if there is no such key. */
export async function keyPage(view: NotifierView, keyId: string): Promise<Page | undefined> {
  const { notifier, own, query } = view;
  const before = query.get('before') ?? undefined;
  const state = states.find((one) => one === query.get('state'));
  const { keys, callbacks, next } = await notifier.inspect({ key: keyId, state, before, limit: perPage });
  const [key] = keys;
  if (key === undefined) return undefined;
  const title = own.callbacksOf(key.name);
  return {
    title,
    body: html`<div class="title"><h1><bdi>${title}</bdi></h1></div>
${section(own.column.key, keyTable(view, [key]))}
${section(own.callbacks, html`${stateLinks(own, state)}${callbacks.length === 0 ? (state === undefined ? empty(...own.noCallbacks) : empty(own.noneSo)) : callbackTable(view, callbacks)}`)}
${pager(view, next)}`,
  };
}

/** Links to the callbacks of each state, and to all. */
function stateLinks(own: NotifierWords, shown: CallbackState | undefined): Html {
  const links = [undefined, ...states].map((name) => {
    const label = name === undefined ? own.all : own.state[name];
    return html`<li><a href="?${name === undefined ? '' : `state=${name}`}"${name === shown && html` aria-current="true"`}>${label}</a></li>`;
  });
  return html`<nav class="ranges" aria-label="${own.column.state}"><ul>${links}</ul></nav>`;
}

function tiles({ figures }: NotifierWords, status: InspectedStatus): Html {
  const names = ['keys', 'watches', 'owed', 'disabledUrls'] as const;
  const items = names.map(
    (name) =>
      html`<li><div class="tile${name === 'disabledUrls' && status[name] > 0 && html` is-dead`}"><span class="tile-label">${figures[name]}</span><span class="tile-count">${grouped(status[name])}</span></div></li>`,
  );
  return html`<ul class="tiles">${items}</ul>`;
}

function columnsOf(own: NotifierWords, kinds: Partial<Record<NotifierColumn, Column['kind']>>): Column[] {
  return (Object.entries(kinds) as [NotifierColumn, Column['kind']][]).map(([name, kind]) => ({
    label: own.column[name],
    ...(kind === undefined ? {} : { kind }),
  }));
}

const tones = { reading: 'recorded', unreadable: 'event-dead', stale: 'quarantined' } as const;

function networkTable(view: NotifierView, networks: InspectedStatus['networks']): Html {
  const { own, now } = view;
  const columns = columnsOf(own, {
    network: undefined,
    state: 'state',
    block: 'number',
    head: 'number',
    age: undefined,
    lag: 'number',
  });
  const rows = networks.map(({ network, state, block, head, ageMs, lag }) =>
    row(columns, [
      html`${nameOf(network)}<span class="under"><bdi>${network}</bdi></span>`,
      badge(tones[state], own.state[state]),
      block ?? own.none,
      head ?? own.none,
      ageMs === null ? own.none : ago(view, now - ageMs),
      lag ?? own.none,
    ]),
  );
  return table(own.networks, columns, rows);
}

function nameOf(network: string): string {
  return findNetwork(network)?.name ?? network;
}

function keyTable(view: NotifierView, keys: readonly InspectedKey[]): Html {
  const { own, root } = view;
  const columns = columnsOf(own, {
    key: undefined,
    url: undefined,
    accepted: 'age',
    owed: 'number',
    dead: 'number',
  });
  const rows = keys.map((key) =>
    row(columns, [
      html`<a class="open" href="${root}keys/${segment(key.id)}"><bdi>${key.name}</bdi></a><span class="under"><bdi>${key.networks.map(nameOf).join(', ') || own.noNetworks}</bdi></span>`,
      html`${urlBadge(own, key)}${key.url !== null && html`<span class="under"><bdi>${hostOf(key.url)}</bdi></span>`}${key.disabledReason !== null && html`<span class="under"><bdi>${key.disabledReason}</bdi></span>`}`,
      key.acceptedAt === null ? own.never : whenCell(view, key.acceptedAt),
      grouped(key.owed),
      html`<span class="${key.dead > 0 && 'error'}">${grouped(key.dead)}</span>`,
    ]),
  );
  return table(own.keys, columns, rows);
}

/** Without its path and query, which may hold a secret of the customer's. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}

function urlBadge(own: NotifierWords, { callbackUrls, disabledUrls }: InspectedKey): Html {
  if (callbackUrls === 0) return badge('ignored', own.urls.none);
  return disabledUrls > 0 ? badge('event-dead', own.urls.disabled) : badge('recorded', own.urls.well);
}

const callbackTones = { owed: 'pending', sent: 'recorded', dead: 'event-dead' } as const;

function callbackTable(view: NotifierView, callbacks: readonly InspectedCallback[]): Html {
  const { own, words } = view;
  const columns = columnsOf(own, {
    made: 'age',
    type: 'state',
    about: 'id',
    attempts: 'number',
    answer: undefined,
  });
  const rows = callbacks.map((one) => {
    const { type, network, transaction, state, createdAt, attempts, httpStatus, error } = one;
    const due = state === 'owed' && html`<span class="under">${own.due} ${time(one.dueAt)}</span>`;
    const answer = httpStatus === null ? (attempts === 0 ? own.none : own.noAnswer) : `HTTP ${httpStatus}`;
    return row(columns, [
      whenCell(view, createdAt),
      html`${badge(callbackTones[state], own.state[state])} <code>${type}</code>`,
      html`${transaction !== undefined && id(transaction)}${network !== undefined && html`<span class="under"><bdi>${nameOf(network)}</bdi></span>`}`,
      words.deposit.attemptsOf(attempts),
      html`${answer}${error !== null && html`<span class="under"><bdi>${error}</bdi></span>`}${due}`,
    ]);
  });
  return table(own.callbacks, columns, rows, 'cards');
}
