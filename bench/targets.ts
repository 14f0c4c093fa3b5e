import type { PartName } from './parts.ts';

/** What has to be shown: a figure that a part measures, and its bound. */
export interface Target {
  part: PartName;
  /** As the part names it. */
  figure: string;
  atLeast?: number;
  atMost?: number;
}

const stores = ['SQLite', 'PostgreSQL', 'Redis', 'memory'];
const durable = stores.slice(0, 3);
const transactional = stores.slice(0, 2);

/** One row each in the table at the head of a report. */
export const targets: readonly Target[] = [
  // As fast as the same work by hand, and near the limit in batches.
  ...['answered', 'credited'].map((rate) => crediting('ours over SQLite', 'SQLite by hand', rate, 1.4)),
  crediting('ours over SQLite in batches', 'SQLite limit', 'credited', 0.75),
  ...['answered', 'credited'].map((rate) => crediting('ours over PostgreSQL', 'PostgreSQL by hand', rate, 1.2)),
  crediting('ours over PostgreSQL in batches', 'PostgreSQL limit', 'credited', 0.55),
  crediting('ours over PostgreSQL, pool of 4', 'ours over PostgreSQL', 'credited', 0.9),
  // No slower than a queue that loses nothing.
  ...['answered', 'credited'].map((rate) => crediting('ours over Redis', 'BullMQ', rate, 1)),
  ...durable.flatMap((store) =>
    ['BullMQ', 'graphile-worker']
      .filter((peer) => !(store === 'Redis' && peer === 'BullMQ'))
      .map((peer) => crediting(`ours over ${store}`, peer, 'credited', 1)),
  ),
  // From idle to twice what it can take.
  ...stores.map((store) => row('overload', `${store}: credited at any load / what is offered, or the peak`, 0.9)),
  ...stores.map((store) => most('overload', `${store}: oldest owed event, s`, 10)),
  ...stores.map((store) => most('overload', `${store}: p99 / p50 at half load`, 3)),
  // What a callback costs where nothing is stored.
  row('receiving', 'ours over memory / by hand, nothing stored', 0.9),
  most('cost', 'memory on bare http: us of CPU a callback', 45),
  most('cost', 'memory on bare http: kB allocated a callback', 20),
  // One at a time.
  ...transactional.flatMap((store) => [
    most('latency', `${store}: answered, ours / by hand`, 1.5),
    most('latency', `${store}: credited, ours later than by hand, ms`, 2),
  ]),
  // Thousands at once.
  ...stores.map((store) => most('many-transfers', `${store}: longest turn, ms`, 50)),
  // What does not grow.
  row('backlog', 'SQLite: events/s', 10_000),
  row('backlog', 'PostgreSQL: events/s', 4_000),
  ...transactional.map((store) => row('backlog', `${store}: rate of the last tenth / of the first`, 0.9)),
  ...['sqlite', 'postgres'].map((store) => most('store-growth', `${store}: a callback in the largest / smallest`, 1.3)),
  // Start-up.
  most('startup', "require('deposit-callback'): ms", 60),
  most('startup', "require('deposit-callback'): MB of heap", 5),
  most('startup', "require('deposit-callback'): packages loaded that receiving does not use", 0),
];

function crediting(of: string, to: string, rate: string, atLeast: number): Target {
  return row('crediting', `${of} / ${to}, ${rate}`, atLeast);
}

function row(part: PartName, figure: string, atLeast: number): Target {
  return { part, figure, atLeast };
}

function most(part: PartName, figure: string, atMost: number): Target {
  return { part, figure, atMost };
}
