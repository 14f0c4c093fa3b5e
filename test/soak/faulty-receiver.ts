import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DepositCallbacks, depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { keepLog } from '../helpers/serve.ts';

export const habits = ['fails', 'slow', 'hangs', 'lies'] as const;
export type Habit = (typeof habits)[number];

/** A receiver that credits, behind a front with a bad habit. */
export interface FaultyReceiver {
  habit: Habit;
  url: string;
  isIll: boolean;
  /** Transactions that reached it. */
  readonly heard: Set<string>;
  /** Net credits by network and transaction; of an event that is handed over twice one counts. */
  readonly credits: Map<string, number>;
  readonly faults: { count: number };
  close(): Promise<void>;
}

export interface ReceiverSetup {
  habit: Habit;
  path: string;
  secret: string;
  policy: Policy;
  now: () => number;
  draw: () => number;
}

export async function startFaultyReceiver(setup: ReceiverSetup): Promise<FaultyReceiver> {
  const { habit, path, secret, policy, now, draw } = setup;
  const receiver: FaultyReceiver = {
    ...{ habit, url: '', isIll: false, heard: new Set(), credits: new Map(), faults: { count: 0 } },
    close,
  };
  const callbacks = depositCallbacks({
    providers: [imtoken({ secrets: [secret] })],
    store: sqliteStore({ path, now }),
    policy,
    logger: keepLog(),
    now,
  });
  credit(callbacks, receiver);
  await callbacks.ready();
  const server = createServer((req, res) => {
    const drawn = receiver.isIll ? draw() : 1;
    if (drawn < 0.5)
      misbehave(
        habit,
        req,
        res,
        () => receiver.faults.count++,
        () => callbacks(req, res),
      );
    else callbacks(req, res);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/imtoken`;

  async function close(): Promise<void> {
    server.close();
    server.closeAllConnections();
    await callbacks.close();
  }
  return receiver;
}

function credit(callbacks: DepositCallbacks, { heard, credits }: FaultyReceiver): void {
  const done = new Set<string>();
  callbacks.on('outcome', ({ transfers }) => {
    for (const { transactionKey } of transfers) if (transactionKey !== undefined) heard.add(transactionKey);
  });
  for (const [kind, change] of [
    ['deposit', 1],
    ['deposit.reverted', -1],
  ] as const) {
    callbacks.on(kind, ({ network, transaction }, { eventId }) => {
      if (done.has(eventId)) return;
      done.add(eventId);
      const key = `${network} ${transaction.id}`;
      credits.set(key, (credits.get(key) ?? 0) + change);
    });
  }
}

function misbehave(
  habit: Habit,
  req: IncomingMessage,
  res: ServerResponse,
  count: () => void,
  handle: () => void,
): void {
  count();
  switch (habit) {
    case 'fails':
      req.resume();
      res.writeHead(500).end();
      return;
    case 'slow':
      setTimeout(handle, 150);
      return;
    case 'hangs':
      // It takes the body, and never answers: the sender has to give up by itself.
      req.resume();
      return;
    case 'lies': {
      // It stores the callback and says that it did not.
      const writeHead = res.writeHead.bind(res);
      res.writeHead = ((_status: number, ...rest: never[]) => writeHead(500, ...rest)) as typeof res.writeHead;
      handle();
    }
  }
}
