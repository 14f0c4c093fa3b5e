import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { callbackBody, signed } from '../helpers/deposits.ts';
import { send } from '../helpers/serve.ts';
import { type Engine, openLedger, startEngine } from './ledger.ts';

export interface ChaosOptions {
  engine: Engine;
  /** Distinct deposits; each is reported three times. */
  deposits: number;
  /** How many times a process or the server is killed, spread over the sending. */
  kills: number;
  receivers?: number;
  deliverers?: number;
  tell?: (line: string) => void;
}

interface Child {
  role: 'receiver' | 'deliverer';
  process: ChildProcess;
  port: number;
}

const reportsEach = 3;
const connections = 32;

/**
 * Receivers and deliverers over one server, under random kill -9 of any of them and of the server. Throws where an
 * acknowledged callback is not stored, or a deposit is not credited exactly once.
 */
export async function chaos(options: ChaosOptions): Promise<void> {
  const { engine, deposits, kills, receivers = 4, deliverers = 2, tell = () => {} } = options;
  const { place, server } = await startEngine(engine);
  const children: Child[] = [];
  const killed = { receiver: 0, deliverer: 0, server: 0 };

  async function start(role: Child['role']): Promise<Child> {
    const child = fork(new URL('./process.ts', import.meta.url), [role, engine, place], {
      execArgv: ['--import', 'tsx'],
    });
    const [message] = (await once(child, 'message')) as [{ port: number }];
    return { role, process: child, port: message.port };
  }

  // Each kind once in three kills, in any order, so that a short run has them all.
  const due: (keyof typeof killed)[] = [];
  async function killOne(): Promise<void> {
    if (due.length === 0) due.push('receiver', 'deliverer', 'server');
    const kind = due.splice(Math.floor(Math.random() * due.length), 1)[0] ?? 'server';
    killed[kind] += 1;
    if (kind === 'server') {
      await server.kill();
      await delay(Math.random() * 500);
      await server.start();
      return;
    }
    const ofKind = children.filter(({ role }) => role === kind);
    const child = ofKind[Math.floor(Math.random() * ofKind.length)];
    if (!child) return;
    child.process.kill('SIGKILL');
    children[children.indexOf(child)] = await start(kind);
  }

  const total = deposits * reportsEach;
  let struck = 0;
  const acknowledged = new Set<string>();
  const agent = new Agent({ keepAlive: true });

  async function report(id: string, body: object): Promise<void> {
    while (!acknowledged.has(id)) {
      const open = children.filter(({ role }) => role === 'receiver');
      const { port } = open[Math.floor(Math.random() * open.length)] ?? { port: 0 };
      // A new signature each time, as a sender with retries makes it.
      const answered = await send(port, { path: '/imtoken', agent, ...signed(body, { id }) }).catch(() => undefined);
      if (answered?.status === 200) acknowledged.add(id);
      else await delay(20 + Math.random() * 50);
    }
  }

  try {
    const roles = [...Array(receivers).fill('receiver'), ...Array(deliverers).fill('deliverer')];
    children.push(...(await Promise.all(roles.map(start))));
    tell(`${receivers} receivers and ${deliverers} deliverers over one ${engine}`);

    const reports = Array.from({ length: deposits }, (_, index) => ({
      amount: String(index + 1),
      body: callbackBody({ amount: String(index + 1) }),
    })).flatMap(({ amount, body }) =>
      Array.from({ length: reportsEach }, (_, at) => ({ id: `msg_${amount}_${at}`, body })),
    );
    shuffle(reports);
    const queue = [...reports];
    const killing = (async () => {
      for (; struck < kills; struck += 1) {
        while (acknowledged.size < (total * (struck + 0.5)) / kills) await delay(5);
        await killOne();
      }
    })();
    const sending = Array.from({ length: connections }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        // However fast the sending is, each kill finds it under way: half of its share before, half while it restarts.
        while (struck < kills && acknowledged.size >= (total * (struck + 1)) / kills) await delay(5);
        await report(next.id, next.body);
      }
    });
    await Promise.all(sending);
    await killing;
    tell(`acknowledged ${acknowledged.size} of ${total}; killed ${JSON.stringify(killed)}`);
    await check();
  } finally {
    agent.destroy();
    for (const child of children) child.process.kill('SIGKILL');
    await server.remove();
  }

  async function check(): Promise<void> {
    const ledger = await openLedger(engine, place);
    try {
      await ledger.store.ready();
      for (let counts = await ledger.store.counts(); counts.owed > 0; counts = await ledger.store.counts()) {
        assert.equal(counts.dead, 0);
        await delay(100);
      }
      const stored = new Set<string>();
      for (let page = await ledger.store.callbacks({ limit: 1000 }); page.length > 0; ) {
        for (const { deliveryId } of page) if (deliveryId !== undefined) stored.add(deliveryId);
        const last = page.at(-1);
        page = last ? await ledger.store.callbacks({ limit: 1000, before: last.id }) : [];
      }
      const lost = [...acknowledged].filter((id) => !stored.has(id));
      assert.deepEqual(lost, [], 'acknowledged and not stored');
      const credits = (await ledger.credits()).sort((a, b) => Number(a - b));
      assert.deepEqual(
        credits,
        Array.from({ length: deposits }, (_, index) => BigInt(index + 1)),
        'each deposit is credited exactly once',
      );
      assert.deepEqual((await ledger.store.counts()).deposits, { confirmed: deposits });
      tell(`${stored.size} callbacks stored, ${credits.length} deposits credited exactly once`);
    } finally {
      await ledger.close();
    }
  }
}

function shuffle(list: unknown[]): void {
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    [list[last], list[other]] = [list[other], list[last]];
  }
}
