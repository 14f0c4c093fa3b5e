import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { startPostgres } from '../helpers/postgres-server.ts';
import { fastNow } from './clock.ts';
import { type FaultyNode, startFaultyNode } from './faulty-node.ts';
import { type FaultyReceiver, habits, startFaultyReceiver } from './faulty-receiver.ts';
import type { NotifierSetup } from './notifier-process.ts';

const adminSecret = 'admin-secret-of-the-soak';
const confirmations = 3;

export interface SoakOptions {
  seed: number;
  /** How many simulated ms there are faults for, and how many of them pass in a real one. */
  simulatedMs: number;
  times: number;
  /** Addresses of each receiver on each network. */
  addresses: number;
}

/** What was on the chains in the end, and what each receiver made of it. */
export interface SoakResult {
  /** Why a notifier ended, if nobody killed it. */
  ended: string | undefined;
  kills: number;
  reorgs: number;
  nodeFaults: number;
  receivers: {
    habit: string;
    faults: number;
    expected: number;
    /** Deposits that it never heard of. */
    missing: string[];
    /** Deposits that are not credited exactly once. */
    wrong: string[];
    /** Credits of what is not on the chain. */
    untrue: string[];
  }[];
}

interface Chain {
  id: string;
  asset: string;
  anvil: Anvil;
  node: FaultyNode;
  snapshots: string[];
}

/** A generator of the same numbers for the same seed. */
function drawer(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export async function soak({ seed, simulatedMs, times, addresses }: SoakOptions): Promise<SoakResult> {
  const folder = await mkdtemp(join(tmpdir(), 'notifier-soak-'));
  const draw = drawer(seed);
  const clock = { from: Date.now(), times };
  const chains = await Promise.all(
    soaked.map(async ([chainId, coin]): Promise<Chain> => {
      const anvil = await startAnvil(chainId);
      const id = `eip155:${chainId}`;
      return { id, asset: `${id}/${coin}`, anvil, node: await startFaultyNode(anvil.url, draw), snapshots: [] };
    }),
  );
  const postgres = await startPostgres();
  const setup: NotifierSetup = {
    database: postgres.url,
    networks: chains.map(({ id, node }) => ({ network: id, url: node.url, confirmations, staleMs: 1e15 })),
    adminSecret,
    clock,
  };
  const notifiers = [notifierOf(setup), notifierOf(setup)];
  const receivers: FaultyReceiver[] = [];
  try {
    const [base = ''] = await Promise.all(notifiers.map((one) => one.start()));
    const watched = await watch(base, receivers, { folder, chains, addresses, clock, draw });
    const until = Date.now() + simulatedMs / times;
    const told = await trouble({ chains, receivers, notifiers, watched, draw, until, minuteMs: 60_000 / times });
    const judged = await judge(chains, receivers, watched, times);
    const ended = notifiers.map((one) => one.ended()).find((one) => one !== undefined);
    return { ...told, ended, receivers: judged };
  } finally {
    await Promise.all(notifiers.map((one) => one.kill()));
    await Promise.all([...receivers, ...chains.map(({ node }) => node)].map((one) => one.close()));
    await Promise.all(chains.map(({ anvil }) => anvil.close()));
    await postgres.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Chain ids, with their coins. */
const soaked = [
  [1, 'slip44:60'],
  [56, 'slip44:714'],
  [137, 'slip44:966'],
  [8453, 'slip44:60'],
] as const;

interface NotifierRun {
  start(): Promise<string>;
  kill(): Promise<void>;
  /** Why it ended, if nobody killed it: it must go on, whatever its nodes answer. */
  ended(): string | undefined;
}

/** A notifier as a process, which is started again on the same database. */
function notifierOf(setup: NotifierSetup): NotifierRun {
  const program = fileURLToPath(new URL('notifier-process.ts', import.meta.url));
  let child: ChildProcess | undefined;
  /** Why it ended, if nobody killed it. */
  let ended: string | undefined;
  return {
    async start() {
      if (ended !== undefined) throw new Error(ended);
      const started = spawn(
        process.execPath,
        ['--import', import.meta.resolve('tsx'), program, JSON.stringify(setup)],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      child = started;
      return new Promise((resolve, reject) => {
        createInterface(started.stdout as NodeJS.ReadableStream).on('line', (line) => {
          const port = /^port (\d+)$/.exec(line)?.[1];
          if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
        });
        started.once('exit', (code, signal) => {
          if (signal === 'SIGKILL') return;
          ended = `The notifier ended by itself with ${code}`;
          reject(new Error(ended));
        });
      });
    },
    async kill() {
      if (ended !== undefined || child === undefined || child.signalCode !== null) return;
      const isGone = once(child, 'exit');
      child.kill('SIGKILL');
      await isGone;
    },
    ended: () => ended,
  };
}

interface Setting {
  folder: string;
  chains: readonly Chain[];
  addresses: number;
  clock: { from: number; times: number };
  draw: () => number;
}

/** A key, a URL and addresses for a receiver of each habit; whose each address is. */
async function watch(
  base: string,
  receivers: FaultyReceiver[],
  { folder, chains, addresses, clock, draw }: Setting,
): Promise<ReadonlyMap<string, FaultyReceiver>> {
  const ask = async (method: string, path: string, key: string, body: object): Promise<Record<string, string>> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const response = await fetch(base + path, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, string>;
  };
  const watched = new Map<string, FaultyReceiver>();
  for (const [index, habit] of habits.entries()) {
    const { key = '', signingSecret: secret = '' } = await ask('POST', '/v1/keys', adminSecret, { name: habit });
    const own = Array.from({ length: addresses }, (_, i) => addressOf(index * addresses + i));
    const ours = new Set(own);
    const receiver = await startFaultyReceiver({
      habit,
      path: join(folder, `${habit}.db`),
      secret,
      policy: {
        assets: chains.map(({ asset }) => ({ asset, decimals: 18 })),
        isOurs: ({ address }) => ours.has(address.toLowerCase()),
        confirmations: Object.fromEntries(chains.map(({ id }) => [id, confirmations])),
      },
      now: fastNow(clock),
      draw,
    });
    receivers.push(receiver);
    await ask('PUT', '/v1/callback-url', key, { url: receiver.url });
    for (const { id } of chains) {
      for (let at = 0; at < own.length; at += 1_000) {
        await ask('POST', '/v1/watches', key, { network: id, addresses: own.slice(at, at + 1_000) });
      }
    }
    for (const address of own) watched.set(address, receiver);
  }
  return watched;
}

function addressOf(index: number): string {
  return `0x${(0x5a000000n + BigInt(index)).toString(16).padStart(40, 'a')}`;
}

interface Trouble {
  chains: readonly Chain[];
  receivers: readonly FaultyReceiver[];
  notifiers: readonly NotifierRun[];
  watched: ReadonlyMap<string, FaultyReceiver>;
  draw: () => number;
  /** Real epoch ms. */
  until: number;
  /** What a minute of the fast clock takes. */
  minuteMs: number;
}

/** Deposits, reorgs and kills, while nodes and receivers are ill; then all are well again. */
async function trouble(given: Trouble): Promise<Pick<SoakResult, 'kills' | 'reorgs' | 'nodeFaults'>> {
  const { chains, receivers, draw, until } = given;
  let reorgs = 0;
  const killing = killInTurn(given);
  for (const one of [...receivers, ...chains.map(({ node }) => node)]) one.isIll = true;
  while (Date.now() < until) {
    for (const chain of chains) reorgs += await live(chain, given);
    await new Promise((resolve) => setTimeout(resolve, 40 + 80 * draw()));
  }
  const kills = await killing;
  for (const one of [...receivers, ...chains.map(({ node }) => node)]) one.isIll = false;
  for (const { anvil } of chains) await anvil.mine(confirmations + 1);
  return {
    kills,
    reorgs,
    nodeFaults: chains.flatMap(({ node }) => Object.values(node.faults)).reduce((a, b) => a + b, 0),
  };
}

/** Each minute one of them is killed, and started again whatever its nodes do; while it starts, the other is left alone. */
async function killInTurn({ notifiers, until, minuteMs }: Trouble): Promise<number> {
  let kills = 0;
  const startedAt = Date.now();
  for (;;) {
    const nextMinute = startedAt + minuteMs * (1 + Math.floor((Date.now() - startedAt) / minuteMs));
    if (nextMinute >= until) return kills;
    await new Promise((resolve) => setTimeout(resolve, nextMinute - Date.now()));
    const next = notifiers[kills % notifiers.length];
    await next?.kill();
    kills += 1;
    await next?.start();
  }
}

/** A block with some deposits; now and then the last few blocks are replaced by others. Gives the number of reorgs. */
async function live({ anvil, snapshots }: Chain, { watched, draw }: Trouble): Promise<number> {
  const all = [...watched.keys()];
  const block = async (): Promise<void> => {
    snapshots.push(await anvil.rpc<string>('evm_snapshot'));
    for (let i = Math.floor(draw() * 6); i > 0; i -= 1) {
      const to = all[Math.floor(draw() * all.length)] ?? '';
      await anvil.send({ to, value: BigInt(1 + Math.floor(draw() * 3)) });
    }
    await anvil.mine();
  };
  const isReorg = draw() < 0.08 && snapshots.length > 6;
  if (isReorg) {
    const depth = 1 + Math.floor(draw() * 5);
    const [to] = snapshots.splice(-depth);
    await anvil.rpc('evm_revert', [to]);
    for (let i = 0; i < depth; i += 1) await block();
  }
  await block();
  return isReorg ? 1 : 0;
}

/** Of the fast clock: what failed is tried again after minutes. */
const drainMs = 5_400_000;

/** Waits until the receivers have what is on the chains, and says what they lack or have too much when the time is over. */
async function judge(
  chains: readonly Chain[],
  receivers: readonly FaultyReceiver[],
  watched: ReadonlyMap<string, FaultyReceiver>,
  times: number,
): Promise<SoakResult['receivers']> {
  const truth = new Map<FaultyReceiver, Set<string>>(receivers.map((one) => [one, new Set()]));
  for (const { id, anvil } of chains) {
    for (let number = await anvil.height(); number > 0; number -= 1) {
      const block = await anvil.rpc<{ transactions: { hash: string; to: string | null }[] }>('eth_getBlockByNumber', [
        `0x${number.toString(16)}`,
        true,
      ]);
      for (const { hash, to } of block.transactions) {
        const receiver = watched.get(to?.toLowerCase() ?? '');
        if (receiver) truth.get(receiver)?.add(`${id} ${hash}`);
      }
    }
  }
  const look = (): SoakResult['receivers'] =>
    receivers.map((one) => {
      const expected = [...(truth.get(one) ?? [])];
      const heard = [...one.heard].join('\n');
      return {
        habit: one.habit,
        faults: one.faults.count,
        expected: expected.length,
        missing: expected.filter((key) => !heard.includes(key.split(' ')[1] ?? key)),
        wrong: expected.filter((key) => one.credits.get(key) !== 1),
        untrue: [...one.credits].filter(([key, n]) => n !== 0 && !expected.includes(key)).map(([key]) => key),
      };
    });
  const deadline = Date.now() + drainMs / times;
  let seen = look();
  while (Date.now() < deadline && seen.some((one) => one.missing.length + one.wrong.length + one.untrue.length > 0)) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    seen = look();
  }
  return seen;
}
