import type { IncomingMessage } from 'node:http';
import type { DepositCallbacks } from '../deposit-callbacks.ts';
import type { Alarm, NewsKind, NewsMap } from '../observe/news.ts';
import type { LastCallbacks } from '../operator/last-callbacks.ts';
import type { Store } from '../stores/store.ts';
import type { Explorers } from './explorers.ts';
import type { Html } from './parts/html.ts';
import type { Words } from './words/english.ts';

/** A request from Express 4 or 5, Connect or plain `node:http`. */
export interface InspectorRequest extends IncomingMessage {
  /** Express's: the URL before a mount path was taken off, the mount path, what a parser left, the app. */
  originalUrl?: string;
  baseUrl?: string;
  body?: unknown;
  app?: unknown;
  secure?: boolean;
}

/** The receiver to inspect: the return value of `depositCallbacks`, whatever its store. */
export interface Inspected
  extends Pick<
    DepositCallbacks,
    | 'redeliver'
    | 'release'
    | 'hold'
    | 'correct'
    | 'revert'
    | 'reprocess'
    | 'reverify'
    | 'ready'
    | 'status'
    | 'transfersIn'
  > {
  on<K extends NewsKind>(kind: K, listener: (news: NewsMap[K]) => void): unknown;
  off<K extends NewsKind>(kind: K, listener: (news: NewsMap[K]) => void): unknown;
  readonly providers: readonly string[];
  readonly store: Store;
}

/** What a page is made of, beside what it asks the store for. */
export interface View {
  words: Words;
  /** What the reader has chosen; undefined: what the system has. */
  theme: 'light' | 'dark' | undefined;
  callbacks: Inspected;
  /** What the path is relative to: `./` or `../`. */
  root: string;
  query: URLSearchParams;
  /** Epoch ms. */
  now: number;
  lastCallbacks: LastCallbacks;
  /** Of this process, newest first. */
  alarms: readonly TimedAlarm[];
  /** Deliveries of this process that failed, newest first. */
  failures: readonly Failure[];
  /** Where the package's docs/ can be read, with a slash at its end; undefined: no links to them. */
  docs: string | undefined;
  explorers: Explorers;
  /** The token that forms carry; undefined if actions are off. */
  token: string | undefined;
}

/** A delivery of an event that failed. */
export interface Failure extends Pick<NewsMap['event'], 'eventId' | 'kind' | 'attempt' | 'error'> {
  depositId: string;
  at: number;
}

export interface TimedAlarm extends Alarm {
  at: number;
}

export type PageName = keyof Words['nav'];

export interface Page {
  title: string;
  /** Which entry of the navigation it belongs to. */
  name?: PageName;
  body: Html;
  /** Default 200. */
  status?: number;
}
