import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

/** Accounts of anvil's own mnemonic, each rich. */
export const rich = [
  '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266',
  '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
  '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC',
] as const;

export interface Sending {
  to?: string;
  value?: bigint;
  data?: string;
  from?: string;
  gas?: number;
}

/** A chain of our own, with blocks mined when a test says so. It says that it is Ethereum (chain id 1). */
export interface Anvil {
  url: string;
  rpc<T = unknown>(method: string, params?: unknown[]): Promise<T>;
  /** Puts a transaction in the pool and gives its hash. */
  send(sending: Sending): Promise<string>;
  mine(blocks?: number): Promise<void>;
  /** Deploys and mines; the contract's address, lower-case. */
  deploy(code: string): Promise<string>;
  /** The receipt of a transaction that is mined. */
  receipt(hash: string): Promise<AnvilReceipt>;
  height(): Promise<number>;
  close(): Promise<void>;
}

export interface AnvilReceipt {
  status: string;
  blockHash: string;
  blockNumber: string;
  contractAddress: string | null;
  logs: { logIndex: string; address: string }[];
}

const packageFolder = dirname(createRequire(import.meta.url).resolve('@foundry-rs/anvil/package.json'));

/** Starts anvil on a free port, which it finds itself. */
export async function startAnvil(chainId = 1): Promise<Anvil> {
  const child = spawn(
    process.execPath,
    [
      join(packageFolder, 'bin.mjs'),
      ...['--port', '0', '--chain-id', `${chainId}`, '--no-mining', '--order', 'fifo', '--balance', '1000000'],
      ...['--gas-limit', '300000000', '--base-fee', '0', '--gas-price', '0', '--no-request-size-limit'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const port = /Listening on 127\.0\.0\.1:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`);
    });
    child.once('exit', (code) => reject(new Error(`anvil ended with ${code}`)));
  });
  // Whatever ends this process ends the chain too.
  const kill = (): boolean => child.kill('SIGTERM');
  process.once('exit', kill);
  let asked = 0;

  async function rpc<T>(method: string, params: unknown[] = []): Promise<T> {
    asked += 1;
    const body = JSON.stringify({ jsonrpc: '2.0', id: asked, method, params });
    const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { result, error } = (await response.json()) as { result: T; error?: { message: string } };
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  const send = ({ from = rich[0], to, value = 0n, data = '0x', gas = 3_000_000 }: Sending): Promise<string> =>
    rpc('eth_sendTransaction', [
      { from, ...(to ? { to } : {}), value: `0x${value.toString(16)}`, data, gas: `0x${gas.toString(16)}` },
    ]);
  const mine = async (blocks = 1): Promise<void> => {
    await rpc('anvil_mine', [`0x${blocks.toString(16)}`]);
  };
  const receipt = (hash: string): Promise<AnvilReceipt> => rpc('eth_getTransactionReceipt', [hash]);

  return {
    url,
    rpc,
    send,
    mine,
    receipt,
    async deploy(code) {
      const hash = await send({ data: code });
      await mine();
      const { contractAddress, status } = await receipt(hash);
      if (contractAddress === null || status !== '0x1') throw new Error('The contract was not deployed');
      return contractAddress.toLowerCase();
    },
    height: async () => Number(await rpc<string>('eth_blockNumber')),
    async close() {
      process.off('exit', kill);
      kill();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
