import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NodeMissing } from './node-missing.ts';

/** One transfer, or one to each of several in a batch. Accounts are public keys, amounts smallest units. */
export interface Transfer {
  from: string;
  to: string | readonly string[];
  amount: bigint;
}

/** A Substrate chain whose blocks a real runtime executes (chopsticks, Rococo 9140), under the first block of another network. */
export interface Chopsticks {
  url: string;
  rpc<T = unknown>(method: string, params?: unknown[]): Promise<T>;
  /** A block of these transfers on top of the newest; its hash. */
  block(transfers: readonly Transfer[]): Promise<string>;
  /** Goes on from another block, as after a reorg. */
  setHead(hash: string): Promise<void>;
  /** What the runtime says that the account holds. */
  free(account: string): Promise<bigint>;
  close(): Promise<void>;
}

export interface ChopsticksOptions {
  genesisHash: string;
  /** How many blocks the newest is above the last that is called final. */
  lag: number;
  /** Accounts with 1,000 coins at the start. */
  rich: readonly string[];
}

const unitsAtStart = '1000000000000000';

/** Starts the node on a free port, with its first block. */
export async function startChopsticks({ genesisHash, lag, rich }: ChopsticksOptions): Promise<Chopsticks> {
  const folder = new URL('../nodes/', import.meta.url);
  if (!existsSync(new URL('node_modules/@acala-network/chopsticks-core', folder))) {
    throw new NodeMissing('chopsticks is not installed: npm ci --prefix test/nodes --ignore-scripts');
  }
  const program = fileURLToPath(new URL('chopsticks.mjs', folder));
  const child = spawn(process.execPath, [program, genesisHash, `${lag}`], {
    // What it says there of its own packages is for those who build it.
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, POLKADOTJS_DISABLE_ESM_CJS_WARNING: '1' },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2_000);
  });
  const lines = createInterface(child.stdout);
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => line.startsWith('http://127.0.0.1:') && resolve(line));
    child.once('exit', (code) => reject(new Error(`chopsticks ended with ${code}: ${said}`)));
    child.once('error', reject);
  });

  async function rpc<T>(method: string, params: unknown[] = []): Promise<T> {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(url, { method: 'POST', headers, body });
    const { result, error } = (await response.json()) as { result: T; error?: { message: string } };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }
  const block = (transfers: readonly Transfer[]): Promise<string> =>
    rpc('dev_newBlock', [transfers.map((one) => ({ ...one, amount: `${one.amount}` }))]);

  await block([]);
  await rpc('dev_endow', [rich, unitsAtStart]);
  return {
    url,
    rpc,
    block,
    setHead: (hash) => rpc('dev_setHead', [hash]),
    free: async (account) => BigInt(await rpc<string>('dev_free', [account])),
    async close() {
      child.stdin.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
