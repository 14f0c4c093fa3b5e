import type { Network } from '../../../networks/network.ts';
import type { ChainClaim, ChainSubject } from '../../kit/chain-check.ts';
import type {
  ChainReader,
  IsWanted,
  MinedTransaction,
  ReadBlock,
  ReadTransaction,
  ReadTransfer,
} from '../../kit/chain-reader.ts';
import type { BitcoinHeader, BitcoinNode } from './node.ts';
import type { BitcoinTransaction } from './outputs.ts';

/** Confirmations from which on the coins can be spent. */
const maturity = { coinbase: 100, pegout: 6, payment: 1 } as const;
// digishieldConsensus.nCoinbaseMaturity of Dogecoin Core, since block 145,000.
const dogecoinMaturity = 240;
/** Outputs that are tried, beside those that callbacks name, where nothing else says in which block a transaction is. */
const outputsTried = 10;

const noIndex =
  'the node finds no transaction by its id alone; name its block in the callback, or run the node with -txindex=1';

/** A node of the Bitcoin family as the chain check reads it. */
export function bitcoinReader(node: BitcoinNode, network: Network): ChainReader {
  return {
    async head() {
      const hash = await node.bestBlockHash();
      return withoutRows(await headerOf(node, hash));
    },
    // Proof of work calls nothing final.
    finalized: async () => undefined,
    async block(number, isWanted) {
      const hash = await node.blockHash(number);
      if (hash === undefined) return undefined;
      const block = withoutRows(await headerOf(node, hash));
      if (!isWanted) return block;
      const rows = await rowsOf(node, hash, isWanted, network);
      return rows ? { ...block, rows } : 'unavailable';
    },
    transaction: (subject) => find(node, network, subject),
  };
}

async function headerOf(node: BitcoinNode, hash: string): Promise<BitcoinHeader> {
  const header = await node.header(hash);
  if (!header) throw new TypeError('The node has no header of a block that it named');
  return header;
}

function withoutRows(header: BitcoinHeader): ReadBlock {
  return { ...header, rows: [] };
}

async function rowsOf(
  node: BitcoinNode,
  blockHash: string,
  isWanted: IsWanted,
  network: Network,
): Promise<ReadTransfer[] | undefined> {
  const transactions = await node.blockTransactions(blockHash);
  if (!transactions) return undefined;
  const found: ReadTransfer[] = [];
  for (const transaction of transactions) {
    const from = spendableFrom(transaction, network);
    for (const row of transaction.rows) {
      if (!(await isWanted({ address: row.to }))) continue;
      const transfer = { ...row, transactionId: transaction.id, success: true };
      found.push(from > 1 ? { ...transfer, spendableFrom: from } : transfer);
    }
  }
  return found;
}

async function find(node: BitcoinNode, network: Network, subject: ChainSubject): Promise<ReadTransaction> {
  const { transactionId: id, blocks = [], foundIn, claims = [] } = subject;
  const found = await node.transaction(id);
  if (typeof found === 'object') {
    if (found.blockHash === undefined) return { status: 'pending' };
    // An index may still name a block that left the chain.
    const mined = await minedIn(node, network, found.blockHash, async () => found);
    if (mined) return mined;
  }
  const hashes = [...(foundIn ? [foundIn] : []), ...blocks].map((block) => block.hash);
  for (const hash of new Set(hashes)) {
    const mined = await minedIn(node, network, hash, () => node.transactionIn(id, hash));
    if (mined) return mined;
  }
  if (found !== 'not indexed') return { status: 'absent' };
  const hash = await blockByOutputs(node, id, claims);
  const mined = hash && (await minedIn(node, network, hash, () => node.transactionIn(id, hash)));
  return mined || { status: 'unknown', reason: noIndex };
}

/** Undefined if the block is not in the chain, or does not hold the transaction. */
async function minedIn(
  node: BitcoinNode,
  network: Network,
  blockHash: string,
  read: () => Promise<BitcoinTransaction | undefined>,
): Promise<MinedTransaction | undefined> {
  const header = await node.header(blockHash);
  if (!header || (await node.blockHash(header.number)) !== blockHash) return undefined;
  const transaction = await read();
  if (!transaction) return undefined;
  return {
    status: 'mined',
    // What is in a block has moved its coins.
    success: true,
    block: { number: header.number, hash: blockHash },
    rows: transaction.rows,
    unseen: [],
    spendableFrom: spendableFrom(transaction, network),
  };
}

function spendableFrom({ kind }: BitcoinTransaction, { native }: Network): number {
  return kind === 'coinbase' && native.symbol === 'DOGE' ? dogecoinMaturity : maturity[kind];
}

/** The block of a transaction of which an output is not spent, which a node knows without an index. */
async function blockByOutputs(
  node: BitcoinNode,
  id: string,
  claims: readonly ChainClaim[],
): Promise<string | undefined> {
  const named = claims.flatMap(({ position }) => /^out:(\d{1,9})$/.exec(position ?? '')?.[1] ?? []).map(Number);
  for (const output of new Set([...named, ...Array(outputsTried).keys()])) {
    const unspent = await node.unspent(id, output);
    if (!unspent) continue;
    const best = await headerOf(node, unspent.bestBlockHash);
    return node.blockHash(best.number - BigInt(unspent.confirmations) + 1n);
  }
  return undefined;
}
