import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { sha256 } from '@noble/hashes/sha2';
import { createBase58check } from '@scure/base';
import { freePort } from '../helpers/free-port.ts';
import { NodeMissing } from './node-missing.ts';

export const regtest = 'bip122:0f9188f13cb7b2c71f2a335e3a4fc328';
export const bitcoin = `${regtest}/slip44:0`;
export const password = 'the key of the exchange';

/** A real node of bcoin, which is written in JavaScript and shares no code with Bitcoin Core, with a chain of its own. */
export interface Bcoin {
  url: string;
  rpc<T = unknown>(method: string, params?: unknown[]): Promise<T>;
  /** Mines to the miner, whose key the node does not hold; the hashes. */
  mine(blocks?: number): Promise<string[]>;
  /** Pays from the next reward that can be spent, in smallest units, by output, with the change last; resolves with the id once it waits in the mempool. */
  pay(outputs: readonly (readonly [script: string, amount: bigint])[]): Promise<string>;
  /** Sends a signed transaction; resolves with its id once it waits in the mempool. */
  send(hex: string): Promise<string>;
  height(): Promise<number>;
  /** What blocks have paid to an address and nobody has spent. */
  held(address: string): Promise<bigint>;
  close(): Promise<void>;
}

/** A chain of the Bitcoin family, as whose node bcoin answers. */
export interface PlayedChain {
  /** How addresses begin. */
  addressPrefix: { pubkeyhash: number; scripthash: number; bech32: string };
  /** Hashes of blocks by which the chain is known, by number, in place of its own. */
  blocks: Readonly<Record<number, string>>;
}

const coreRegtest: PlayedChain = {
  addressPrefix: { pubkeyhash: 0x6f, scripthash: 0xc4, bech32: 'bcrt' },
  blocks: {},
};

/** The older form of an address, to the hash of a key. */
export const keyAddress = ({ addressPrefix }: PlayedChain, keyHash: string): string =>
  createBase58check(sha256).encode(Buffer.from([addressPrefix.pubkeyhash, ...Buffer.from(keyHash, 'hex')]));

// The key 1: everybody knows it.
const minerKey = 'cMahea7zqjxrtgAbB7LSGbcQUr1uX1ojuat9jZodMN87JcbXMTcA';
const minerKeyHash = '751e76e8199196d454941c45d1b3a323f1433bd6';
const minerScript = `76a914${minerKeyHash}88ac`;
const rewardUnits = 5_000_000_000n;
const fee = 10_000n;
const maturity = 100;

/** Starts the node on a free port, with so many rewards that can be spent; with none it has no block but the first. */
export async function startBcoin(rewards: number, played: PlayedChain = coreRegtest): Promise<Bcoin> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = await launch(port, played);

  const authorization = `Basic ${Buffer.from(`x:${password}`).toString('base64')}`;

  async function rpc<T>(method: string, params: unknown[] = []): Promise<T> {
    const body = JSON.stringify({ id: method, method, params });
    const response = await fetch(url, { method: 'POST', headers: { authorization }, body });
    const { result, error } = (await response.json()) as { result: T; error?: { message: string } | null };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  const minerAddress = keyAddress(played, minerKeyHash);
  const mine = (blocks = 1): Promise<string[]> => rpc('generatetoaddress', [blocks, minerAddress]);
  async function send(hex: string): Promise<string> {
    const id = await rpc<string>('sendrawtransaction', [hex]);
    // It takes it in after it has answered, and says nothing if it does not.
    for (let asked = 0; asked < 1_000; asked += 1) {
      if ((await rpc<string[]>('getrawmempool')).includes(id)) return id;
    }
    throw new Error('The node did not take the transaction');
  }

  const spendable = rewards === 0 ? [] : (await mine(rewards + maturity)).slice(0, rewards);
  return {
    url,
    rpc,
    mine,
    async pay(outputs) {
      const block = spendable.shift();
      if (block === undefined) throw new Error('No reward is left: start the node with more');
      const { tx } = await rpc<{ tx: [string] }>('getblock', [block]);
      const change = rewardUnits - fee - outputs.reduce((sum, [, amount]) => sum + amount, 0n);
      const unsigned = unsignedTransaction(tx[0], [...outputs, [minerScript, change]]);
      const { hex, complete } = await rpc<{ hex: string; complete: boolean }>('signrawtransaction', [
        unsigned,
        [{ txid: tx[0], vout: 0, scriptPubKey: minerScript, amount: Number(rewardUnits) / 1e8 }],
        [minerKey],
      ]);
      if (!complete) throw new Error('The node did not sign');
      return send(hex);
    },
    send,
    height: () => rpc('getblockcount'),
    async held(address) {
      const response = await fetch(`${url}/coin/address/${address}`, { headers: { authorization } });
      const coins = (await response.json()) as { height: number; value: number }[];
      return coins.reduce((sum, { height, value }) => (height < 0 ? sum : sum + BigInt(value)), 0n);
    },
    async close() {
      child.stdin?.end();
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

/**
 * Replaces the last blocks of a node by a longer chain, as on the open network: another one, which has mined nothing yet or has been
 * here before, has found one block more. bcoin forgets payments out of rewards on such a reorg: send them again.
 */
export async function overtake(node: Bcoin, other: Bcoin, blocks: number): Promise<void> {
  const height = await node.height();
  await copyBlocks(node, other, 1, height - blocks);
  await other.mine(blocks + 1);
  await copyBlocks(other, node, height - blocks + 1, height + 1);
}

async function copyBlocks(from: Bcoin, to: Bcoin, first: number, last: number): Promise<void> {
  const heights = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const read = async (height: number): Promise<string> =>
    from.rpc('getblock', [await from.rpc('getblockhash', [height]), false]);
  for (const block of await Promise.all(heights.map(read))) {
    const refused = await to.rpc<string | null>('submitblock', [block]);
    if (refused !== null && refused !== 'rejected: duplicate') throw new Error(`A block was ${refused}`);
  }
}

/** One input, and outputs by their scripts. */
function unsignedTransaction(from: string, outputs: readonly (readonly [script: string, amount: bigint])[]): string {
  const output = ([script, amount]: readonly [string, bigint]): Buffer => {
    const bytes = Buffer.from(script, 'hex');
    const value = Buffer.alloc(8);
    value.writeBigUInt64LE(amount);
    return Buffer.concat([value, Buffer.of(bytes.length), bytes]);
  };
  return Buffer.concat([
    Buffer.of(1, 0, 0, 0, 1),
    Buffer.from(from, 'hex').reverse(),
    Buffer.of(0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, outputs.length),
    ...outputs.map(output),
    Buffer.alloc(4),
  ]).toString('hex');
}

async function launch(port: number, played: PlayedChain): Promise<ChildProcess> {
  const folder = new URL('../nodes/', import.meta.url);
  if (!existsSync(new URL('node_modules/bcoin', folder))) {
    throw new NodeMissing('bcoin is not installed: npm ci --prefix test/nodes --ignore-scripts');
  }
  const program = fileURLToPath(new URL('bcoin.cjs', folder));
  const child = spawn(process.execPath, [program, `${port}`, JSON.stringify(played)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  await new Promise<void>((resolve, reject) => {
    lines.on('line', (line) => line === 'ready' && resolve());
    child.once('exit', (code) => reject(new Error(`bcoin ended with ${code}`)));
    child.once('error', reject);
  });
  return child;
}
