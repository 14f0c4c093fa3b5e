import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PerformanceObserver } from 'node:perf_hooks';
import { ours, oursByLinks } from './ours.ts';
import * as peers from './peers/index.ts';
import { type Receiver, type ReceiverName, receivers } from './receivers.ts';

// One target in a process of its own: `server.ts <target> <place of its store>`; tells its port to the parent, and what it has
// used when it is asked.

export interface Used {
  /** Of all threads, since it began. */
  cpuMicroseconds: number;
  heapBytes: number;
  /** Of garbage, since it began. */
  collections: number;
}

let collections = 0;
new PerformanceObserver((list) => {
  collections += list.getEntries().length;
}).observe({ entryTypes: ['gc'] });

const [, , name = '', place = ''] = process.argv;
const server = createServer(await listener(name as ReceiverName));
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  process.send?.({ port: (server.address() as AddressInfo).port });
});
process.on('message', ({ collect }: { collect: boolean }) => {
  if (collect) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const used: Used = { cpuMicroseconds: user + system, heapBytes: process.memoryUsage().heapUsed, collections };
  process.send?.(used);
});
process.on('disconnect', () => process.exit(0));

async function listener(target: ReceiverName): Promise<RequestListener> {
  const { express4, express5 } = peers;
  switch (target) {
    case 'http-bare':
      return peers.bare();
    case 'express4-raw':
      return peers.expressRaw(express4 as never);
    case 'express5-raw':
      return peers.expressRaw(express5);
    case 'express4-by-hand':
      return peers.byHand(express4 as never);
    case 'express5-by-hand':
      return peers.byHand(express5);
    case 'octokit-http':
      return peers.octokit();
    case 'octokit-express5':
      return peers.octokitOnExpress();
    case 'stripe-express5':
      return peers.stripe();
    case 'standardwebhooks-express5':
      return peers.standardWebhooks();
    case 'line-express5':
      return peers.line();
    case 'slack-bolt':
      return peers.slack();
    case 'ours-sqlite-commit-each-express5': {
      const app = express5();
      app.post('/callbacks/imtoken', (await oursByLinks(place, { batch: 1 })) as ReturnType<typeof express5.raw>);
      return app;
    }
    default:
      return mounted(target);
  }
}

async function mounted(target: ReceiverName): Promise<RequestListener> {
  const { framework, store }: Receiver = receivers[target];
  if (store === undefined) throw new Error(`No such target: ${target}`);
  const callbacks = await ours(store, place);
  if (framework === 'http') {
    return (req, res) => {
      req.url = req.url?.replace('/callbacks', '') ?? '/';
      callbacks(req, res);
    };
  }
  const app =
    framework === 'express4' ? (peers.express4() as never as ReturnType<typeof peers.express5>) : peers.express5();
  app.use('/callbacks', callbacks);
  return app;
}
