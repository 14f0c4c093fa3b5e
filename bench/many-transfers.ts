import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { depositCallbacks, type Store } from 'deposit-callback';
import { alchemy } from 'deposit-callback/providers/alchemy';
import { signCallback } from 'deposit-callback/testing';
import { openStore } from './ours.ts';
import { partOptions } from './parts.ts';
import { report } from './report.ts';
import { address } from './requests.ts';
import { startServices, withPlace } from './services.ts';
import { median, spread } from './statistics.ts';

// One callback that reports all the transfers of a block: how long others wait for their turn while it is taken.

const { values } = parseArgs({ options: { rounds: { type: 'string' }, ...partOptions } });
const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
const transfers = 3_000;
const names = { SQLite: 'sqlite', PostgreSQL: 'postgres', Redis: 'redis', memory: 'memory' } as const;
const contract = '0xdac17f958d2ee523a2206206994597c13d831ec7';
const secret = 'the-signing-key-of-the-bench';
const provider = alchemy({ secrets: [secret], trustMined: true });

interface Sample {
  store: string;
  shape: Shape;
  round: number;
  /** The longest turn of the event loop, in processor time of the process. */
  holdMs: number;
  answeredMs: number;
}
type Shape = 'of as many transactions' | 'of one transaction';
const shapes: readonly Shape[] = ['of as many transactions', 'of one transaction'];

const samples: Sample[] = [];
const services = await startServices(Object.values(names));
try {
  for (const [store, name] of Object.entries(names)) {
    if (services.has(name)) await withPlace(services, name, async (place) => take(store, await openStore(name, place)));
  }
} finally {
  await services.stop();
}
const of = (store: string, field: 'holdMs' | 'answeredMs', shape?: Shape): number[] =>
  samples.filter((one) => one.store === store && (shape ?? one.shape) === one.shape).map((one) => one[field]);
const present = Object.keys(names).filter((store) => of(store, 'holdMs').length > 0);
await report(
  'many-transfers',
  {
    title: 'Many transfers in one callback',
    notes: [
      `A callback of Alchemy with ${transfers} transfers to one address, over bare http, in a process that does nothing else. The longest turn of the event loop until it is answered, in processor time of the process. Rounds: ${rounds}, the first without a warm compiler.`,
    ],
    tables: [
      {
        columns: ['store', 'transfers', 'longest turn ms, median (min to max)', 'answered after ms, median'],
        rows: present.flatMap((store) =>
          shapes.map((shape) => [
            store,
            shape,
            spread(of(store, 'holdMs', shape), 0),
            median(of(store, 'answeredMs', shape)).toFixed(0),
          ]),
        ),
      },
    ],
    figures: Object.fromEntries(
      present.map((store) => [`${store}: longest turn, ms`, { value: median(of(store, 'holdMs')) }]),
    ),
    goals: [],
    samples,
  },
  values.out,
);

async function take(store: string, opened: Store): Promise<void> {
  const callbacks = depositCallbacks({
    providers: [provider],
    store: opened,
    policy: {
      assets: [{ asset: `eip155:1/erc20:${contract}`, decimals: 6 }],
      isOurs: (account) => account.address === address,
    },
    sources: ['127.0.0.0/8'],
    limits: { ackMs: 30_000 },
  });
  callbacks.on('deposit', () => {});
  await callbacks.ready();
  const server = createServer(callbacks).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (let round = 1; round <= rounds; round += 1) {
    for (const shape of shapes) {
      samples.push({ store, shape, round, ...(await post(port, bodyOf(shape, round))) });
    }
  }
  server.close();
  await callbacks.close();
}

async function post(port: number, body: string): Promise<Pick<Sample, 'holdMs' | 'answeredMs'>> {
  const { headers } = signCallback(provider, { secret, body });
  const req = request({ port, host: '127.0.0.1', path: provider.path, method: 'POST', headers });
  const startedAt = performance.now();
  req.end(body);
  let status: number | undefined;
  req.on('response', (answer) => {
    answer.resume();
    status = answer.statusCode;
  });
  let holdMs = 0;
  for (let cpu = process.cpuUsage(), at = performance.now(); status === undefined; ) {
    await turn();
    const { user, system } = process.cpuUsage(cpu);
    // Other threads of the process have a share in the time; a turn that waited for another process has not used it.
    holdMs = Math.max(holdMs, Math.min((user + system) / 1_000, performance.now() - at));
    cpu = process.cpuUsage();
    at = performance.now();
  }
  if (status !== 200) throw new Error(`answered ${status}`);
  return { holdMs, answeredMs: performance.now() - startedAt };
}

function bodyOf(shape: Shape, round: number): string {
  const word = (value: number): string => `0x${value.toString(16).padStart(64, '0')}`;
  const block = word(round);
  const activity = Array.from({ length: transfers }, (_, index) => {
    const hash = word((shape === 'of one transaction' ? 1 : 1_000_000 + index) + round * 10_000_000);
    const data = word(index + 1);
    return {
      fromAddress: '0x93f9ecdaf22f8b60bc24641dd5ed43ca92405cb7',
      toAddress: address,
      blockNum: '0x691cf0',
      hash,
      asset: 'USDT',
      category: 'token',
      rawContract: { rawValue: data, address: contract, decimals: 6 },
      log: {
        address: contract,
        topics: [
          '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef',
          '0x00000000000000000000000093f9ecdaf22f8b60bc24641dd5ed43ca92405cb7',
          `0x${address.slice(2).toLowerCase().padStart(64, '0')}`,
        ],
        data,
        blockNumber: '0x691cf0',
        transactionHash: hash,
        blockHash: block,
        logIndex: `0x${index.toString(16)}`,
        removed: false,
      },
    };
  });
  return JSON.stringify({
    webhookId: 'wh_bench',
    id: `whevt_${shape.length}_${round}`,
    createdAt: new Date().toISOString(),
    type: 'ADDRESS_ACTIVITY',
    event: { network: 'ETH_MAINNET', activity },
  });
}
