import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { base58 } from '@scure/base';
import {
  type Address,
  generateKeyPairSigner,
  getAddressEncoder,
  type Instruction,
  type KeyPairSigner,
  lamports,
} from '@solana/kit';
import { LiteSVM } from 'litesvm';
import { systemProgram, tableProgram } from './solana-instructions.ts';
import { type Executed, execute, type Tables, undo } from './solana-runtime.ts';

export const devnet = 'solana:EtWTRABZaYq6iMfeYKouRu166VU2xqa1';
const genesisHash = 'EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG';

interface Block {
  slot: bigint;
  hash: string;
  parent: { slot: bigint; hash: string };
  transactions: Executed[];
}

/**
 * Solana's own runtime (litesvm) behind the JSON-RPC of a node: it executes the transactions, and what a node reports of
 * them is taken from the accounts before and after. Blocks, slots and finality are made when a test says so.
 */
export interface SolanaCluster {
  url: string;
  /** What was asked, in order: the method and its parameters. */
  asked: string[];
  svm: LiteSVM;
  /** A new key pair with so many lamports, which no transaction moved. */
  funded(units?: bigint): Promise<KeyPairSigner>;
  /** Runs one transaction, which succeeds unless it `fails`, or does so perhaps, and puts it into the next block: its signature. */
  send(
    payer: KeyPairSigner,
    instructions: readonly Instruction[],
    options?: { signers?: readonly KeyPairSigner[]; tables?: Tables; fails?: boolean | 'perhaps' },
  ): Promise<string>;
  /** A lookup table of these accounts. */
  table(accounts: readonly Address[]): Promise<Tables>;
  /** Makes a block of what was sent, after so many skipped slots: its slot and hash. */
  seal(options?: { skipped?: number; final?: boolean }): { number: bigint; hash: string };
  /** Makes all blocks final. */
  finalize(): void;
  /** Leaves the fork with the newest block, which is not final: its slot counts as skipped, and what it moved is back. */
  abandon(): void;
  /** Deletes what is older. */
  prune(firstSlotKept: bigint): void;
  /** Loses one block as a node does that began again from a newer snapshot, or all of its transactions' index. */
  lose(slot: bigint): void;
  /** What a node would answer, changed before it is sent. */
  change: (method: string, result: unknown) => unknown;
}

export async function startSolana(): Promise<SolanaCluster & { close(): void }> {
  const svm = new LiteSVM().withNativeMints();
  const chain: Block[] = [];
  const asked: string[] = [];
  const lost = new Set<bigint>();
  let slot = 1_000n;
  let finalized = slot;
  let first = 1n;
  let pending: Executed[] = [];

  const seal: SolanaCluster['seal'] = ({ skipped = 0, final = true } = {}) => {
    const last = chain.at(-1) ?? { slot, hash: genesisHash };
    slot += BigInt(skipped) + 1n;
    const hash = base58.encode(createHash('sha256').update(`block ${slot}`).digest());
    chain.push({ slot, hash, parent: { slot: last.slot, hash: last.hash }, transactions: pending });
    pending = [];
    svm.warpToSlot(slot);
    if (final) finalized = slot;
    return { number: slot, hash };
  };

  const state: NodeState = {
    finalized: () => finalized,
    first: () => first,
    newest: () => slot,
    blocks: () => chain.filter((block) => block.slot >= first && !lost.has(block.slot)),
    all: () => chain,
  };
  const cluster: SolanaCluster & { close(): void } = {
    url: '',
    asked,
    svm,
    change: (_, result) => result,
    async funded(units = 10_000_000_000n) {
      const signer = await generateKeyPairSigner();
      svm.setAccount({
        address: signer.address,
        data: new Uint8Array(),
        executable: false,
        lamports: lamports(units),
        programAddress: systemProgram,
        space: 0n,
      });
      return signer;
    },
    async send(payer, instructions, { signers = [], tables, fails = false } = {}) {
      const executed = await execute(svm, payer, instructions, signers, tables);
      if (fails !== 'perhaps' && (executed.meta.err !== null) !== fails)
        throw new Error(`Unexpected: ${toJson(executed.meta)}`);
      pending.push(executed);
      return executed.signatures[0] ?? '';
    },
    async table(accounts) {
      const { address } = await generateKeyPairSigner();
      const meta = Buffer.alloc(56);
      // An active table: type 1, never deactivated, last extended long ago.
      meta.writeUInt32LE(1, 0);
      meta.writeBigUInt64LE(2n ** 64n - 1n, 4);
      const data = Buffer.concat([
        meta,
        ...accounts.map((account) => Uint8Array.from(getAddressEncoder().encode(account))),
      ]);
      svm.setAccount({
        address,
        data,
        executable: false,
        lamports: lamports(10_000_000_000n),
        programAddress: tableProgram,
        space: BigInt(data.length),
      });
      return { [address]: [...accounts] };
    },
    seal,
    finalize() {
      finalized = slot;
    },
    abandon() {
      const left = chain.at(-1);
      if (left === undefined || left.slot <= finalized) throw new Error('What is final stays');
      chain.pop();
      undo(svm, left.transactions);
    },
    prune(from) {
      first = from;
    },
    lose: (at) => lost.add(at),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString()) as RpcCall;
    asked.push(`${method} ${JSON.stringify(params)}`);
    const answer = answerOf(state, method, params);
    const body = answer instanceof Refusal ? { error: { code: answer.code, message: answer.message } } : undefined;
    res.end(toJson({ jsonrpc: '2.0', id, ...(body ?? { result: cluster.change(method, answer) }) }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cluster.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  seal();
  return cluster;
}

interface RpcCall {
  id: number;
  method: string;
  params: unknown[];
}

interface NodeState {
  finalized(): bigint;
  first(): bigint;
  newest(): bigint;
  /** That the node still has. */
  blocks(): readonly Block[];
  all(): readonly Block[];
}

class Refusal {
  readonly code: number;
  readonly message: string;

  constructor(code: number, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** As Agave answers. A question of another form than the reader's is refused. */
function answerOf(node: NodeState, method: string, params: readonly unknown[]): unknown {
  const finals = node.blocks().filter((block) => block.slot <= node.finalized());
  switch (`${method} ${JSON.stringify(params.at(-1) ?? null)}`) {
    case 'getGenesisHash null':
      return genesisHash;
    case 'getFirstAvailableBlock null':
      return node.first();
    case 'getSlot {"commitment":"finalized"}':
      return node.finalized();
    case 'getBlocksWithLimit {"commitment":"finalized"}': {
      const [from, limit] = params as [number, number];
      return finals
        .map((block) => block.slot)
        .filter((slot) => slot >= BigInt(from))
        .slice(0, limit);
    }
    case blockQuestion('accounts'):
    case blockQuestion('none'):
      return blockAnswer(node, finals, BigInt(params[0] as number), params[1] as { transactionDetails: string });
    case 'getTransaction {"commitment":"finalized","encoding":"json","maxSupportedTransactionVersion":1}':
      return transactionAnswer(finals, params[0] as string);
    case 'getSignatureStatuses {"searchTransactionHistory":false}':
      return { context: { slot: node.newest() }, value: (params[0] as string[]).map((one) => statusOf(node, one)) };
    default:
      return new Refusal(-32602, `Nobody expected ${method} ${JSON.stringify(params)}`);
  }
}

const blockQuestion = (transactionDetails: string): string =>
  `getBlock ${JSON.stringify({
    commitment: 'finalized',
    encoding: 'json',
    transactionDetails,
    rewards: false,
    maxSupportedTransactionVersion: 1,
  })}`;

function blockAnswer(
  node: NodeState,
  finals: readonly Block[],
  slot: bigint,
  { transactionDetails }: { transactionDetails: string },
): unknown {
  if (slot >= 2n ** 64n) return new Refusal(-32602, `Invalid params: ${slot} is no u64`);
  if (slot < node.first()) {
    return new Refusal(
      -32001,
      `Block ${slot} cleaned up, does not exist on node. First available block: ${node.first()}`,
    );
  }
  if (slot > node.finalized()) return new Refusal(-32004, `Block not available for slot ${slot}`);
  const block = finals.find((one) => one.slot === slot);
  if (!block) {
    return new Refusal(-32007, `Slot ${slot} was skipped, or missing due to ledger jump to recent snapshot`);
  }
  const { hash, parent, transactions } = block;
  return {
    blockHeight: node.all().indexOf(block) + 1,
    blockTime: timeOf(slot),
    blockhash: hash,
    parentSlot: parent.slot,
    previousBlockhash: parent.hash,
    ...(transactionDetails === 'accounts' && {
      transactions: transactions.map(({ signatures, keys, loaded, version, meta }) => ({
        meta: only(meta, ['err', 'fee', 'postBalances', 'postTokenBalances', 'preBalances', 'preTokenBalances']),
        transaction: {
          accountKeys: [...keys, ...loaded.writable, ...loaded.readonly].map((pubkey) => ({ pubkey })),
          signatures,
        },
        version,
      })),
    }),
  };
}

const timeOf = (slot: bigint): number => 1_700_000_000 + Number(slot);

function only(from: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

function transactionAnswer(finals: readonly Block[], signature: string): unknown {
  const block = finals.find((one) => one.transactions.some(({ signatures }) => signatures[0] === signature));
  const found = block?.transactions.find(({ signatures }) => signatures[0] === signature);
  if (!block || !found) return null;
  const { signatures, keys, loaded, version, meta } = found;
  return {
    blockTime: timeOf(block.slot),
    meta: { ...meta, loadedAddresses: loaded },
    slot: block.slot,
    transaction: { message: { accountKeys: keys }, signatures },
    version,
  };
}

function statusOf(node: NodeState, signature: string): unknown {
  const block = node.all().find((one) => one.transactions.some(({ signatures }) => signatures[0] === signature));
  // The cache of recent statuses.
  if (!block || block.slot + 300n < node.newest()) return null;
  const isFinal = block.slot <= node.finalized();
  return {
    confirmationStatus: isFinal ? 'finalized' : 'confirmed',
    confirmations: isFinal ? null : node.newest() - block.slot,
    slot: block.slot,
  };
}

/** Balances beyond 2^53 keep their digits. */
function toJson(value: unknown): string {
  const text = JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `\u0001${one}` : one));
  return text.replace(/"\\u0001(\d+)"/g, '$1');
}
