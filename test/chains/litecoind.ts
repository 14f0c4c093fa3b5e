import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '../helpers/free-port.ts';
import { NodeMissing } from './node-missing.ts';

export const regtest = 'bip122:530827f38f93b43ed12af0b3ad25a288';
export const litecoin = `${regtest}/slip44:2`;
export const [username, password] = ['exchange', 'the password of the exchange'];

/** A real node of Litecoin Core (Debian's `litecoind`) with a chain of its own, mined when a test says so. */
export interface Litecoind {
  url: string;
  cookieFile: string;
  rpc<T = unknown>(method: string, params?: unknown[]): Promise<T>;
  /** The miner's own address, which no customer has. */
  miner: string;
  /** Mines; the hashes. */
  mine(blocks?: number, to?: string): Promise<string[]>;
  /** Mines one block of these transactions and no others. */
  mineOnly(transactionIds: readonly string[]): Promise<string>;
  /** Pays from the wallet, to one address or several, amounts in smallest units; the transaction's id. */
  pay(to: Readonly<Record<string, bigint>>): Promise<string>;
  transaction(id: string, blockHash?: string): Promise<LitecoindTransaction>;
  height(): Promise<number>;
  /** Ends it as a crash does, and starts it again on the same port: it writes a new cookie, and may have lost blocks. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface LitecoindTransaction {
  txid: string;
  hex: string;
  blockhash?: string;
  vin: { txid: string; vout: number }[];
  vout: { n: number; value: number; scriptPubKey: { hex: string; type: string; addresses?: string[] } }[];
}

export interface LitecoindOptions {
  /** Whether it finds every transaction by its id. Default true. */
  txindex?: boolean;
  /** Whether blocks may be pruned by command; needs `txindex: false`. Default false. */
  prune?: boolean;
  /** Blocks that are mined at the start, so that the first rewards can be spent. Default 105. */
  blocks?: number;
}

/** Whole coins with eight decimals, as the node takes them. */
export const coins = (units: bigint): string =>
  `${units / 100_000_000n}.${(units % 100_000_000n).toString().padStart(8, '0')}`;

/** Starts the node on a free port, with a wallet and the first blocks. */
export async function startLitecoind(options: LitecoindOptions = {}): Promise<Litecoind> {
  const { txindex = true, prune = false, blocks = 105 } = options;
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'litecoind-'));
  const url = `http://127.0.0.1:${port}`;
  const cookieFile = join(folder, 'regtest', '.cookie');
  const args = [
    ...['-regtest', `-datadir=${folder}`, `-rpcport=${port}`, '-rpcbind=127.0.0.1', '-rpcallowip=127.0.0.1'],
    ...['-listen=0', '-dnsseed=0', '-printtoconsole=1', '-fallbackfee=0.0001', '-keypool=4', '-acceptnonstdtxn=1'],
    ...[
      `-txindex=${txindex ? 1 : 0}`,
      `-prune=${prune ? 1 : 0}`,
      `-rpcauth=${rpcAuth()}`,
      '-dbcache=8',
      '-rpcworkqueue=64',
    ],
    // Litecoin Core keeps the first of two that spend the same coins, unless it is asked to do as Bitcoin Core does.
    ...['-walletrbf=1', '-mempoolreplacement=1'],
  ];
  let child = await launch(args);

  async function rpc<T>(method: string, params: unknown[] = []): Promise<T> {
    const authorization = `Basic ${Buffer.from(await readFile(cookieFile, 'utf8')).toString('base64')}`;
    const body = JSON.stringify({ jsonrpc: '1.0', id: method, method, params });
    const response = await fetch(url, { method: 'POST', headers: { authorization }, body });
    const { result, error } = (await response.json()) as { result: T; error?: { message: string } | null };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  await rpc('createwallet', ['wallet']);
  const miner = await rpc<string>('getnewaddress');
  const mine = (count = 1, to = miner): Promise<string[]> => rpc('generatetoaddress', [count, to]);
  await mine(blocks);
  return {
    url,
    cookieFile,
    rpc,
    miner,
    mine,
    // To an address of its own: the same block as one that was taken back would be refused.
    mineOnly: async (ids) => (await rpc<{ hash: string }>('generateblock', [await rpc('getnewaddress'), ids])).hash,
    pay: (to) => {
      const amounts = Object.entries(to).map(([address, amount]) => [address, coins(amount)]);
      return rpc('sendmany', ['', Object.fromEntries(amounts)]);
    },
    transaction: (id, blockHash) =>
      rpc('getrawtransaction', [id, true, ...(blockHash === undefined ? [] : [blockHash])]),
    height: () => rpc('getblockcount'),
    async restart() {
      await end(child);
      child = await launch(args);
    },
    async close() {
      await end(child);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const running = new Set<ChildProcess>();
// Whatever ends this process ends the nodes too.
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Resolves when the node answers. */
async function launch(args: readonly string[]): Promise<ChildProcess> {
  const child = spawn('litecoind', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  running.add(child);
  const lines = createInterface(child.stdout);
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => line.includes('init message: Done loading') && resolve());
    child.once('exit', (code) => reject(new Error(`litecoind ended with ${code}`)));
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT' ? new NodeMissing('litecoind is not installed: apt-get install litecoind') : error,
      ),
    );
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  // Asked politely, it waits half a minute for connections that are kept open.
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  running.delete(child);
}

/** A user beside the one of the cookie, as `share/rpcauth/rpcauth.py` of Bitcoin Core writes it. */
function rpcAuth(): string {
  const salt = '0123456789abcdef';
  return `${username}:${salt}$${createHmac('sha256', salt).update(password).digest('hex')}`;
}
