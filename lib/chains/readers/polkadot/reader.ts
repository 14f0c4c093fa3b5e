import type { Network } from '../../../networks/network.ts';
import { askOnce } from '../../kit/ask-once.ts';
import type { ChainSubject, ChainTransfer } from '../../kit/chain-check.ts';
import type { ChainReader, IsWanted, ReadBlock, ReadTransaction } from '../../kit/chain-reader.ts';
import type { SubstrateHeader, SubstrateNode } from './node.ts';
import type { Extrinsic } from './transfers.ts';

// Block numbers have 32 bits on these networks.
const lastNumber = 2n ** 32n - 1n;

/** A node of a Substrate network as the chain check reads it: finalized blocks alone. */
export function substrateReader(node: SubstrateNode, network: Network): ChainReader {
  // The newest block and the newest final one are the same: whoever asks for both at once asks the node once.
  const head = askOnce(() => node.head());
  let final = 0n;
  /** What was final once is so for good. */
  const isFinal = async (number: bigint): Promise<boolean> => {
    if (number > final) final = (await head()).number;
    return number <= final;
  };
  return {
    head: async () => withoutRows(await head()),
    finalized: async () => (await head()).number,
    async block(number, isWanted) {
      if (number > lastNumber || !(await isFinal(number))) return undefined;
      const header = await node.header(number);
      if (!header) return 'unavailable';
      if (!isWanted) return withoutRows(header);
      return { ...withoutRows(header), rows: await rowsOf(await node.extrinsics(header), number, isWanted) };
    },
    transaction: (subject) => find(node, network, isFinal, subject),
    // No node finds a hash by itself: whoever names it must name its block.
    async named({ hash, block = {} }) {
      const places = await node.placesOf(`0x${hash.replace(/^0x/, '').toLowerCase()}`, block);
      return places.map((id) => ({ id }));
    },
  };
}

// Nobody asks when a block was made, and a header does not say it.
function withoutRows({ number, hash, parentHash }: SubstrateHeader): ReadBlock {
  return { number, hash, parentHash, time: 0, rows: [] };
}

async function rowsOf(extrinsics: readonly Extrinsic[], number: bigint, isWanted: IsWanted): Promise<ChainTransfer[]> {
  const found: ChainTransfer[] = [];
  for (const { index, success, rows } of extrinsics) {
    for (const row of rows) {
      if (await isWanted({ address: row.to })) found.push({ ...row, transactionId: `${number}-${index}`, success });
    }
  }
  return found;
}

/** An id is a place in the chain: the block of that number, whatever it holds, holds it or nothing. */
async function find(
  node: SubstrateNode,
  network: Network,
  isFinal: (number: bigint) => Promise<boolean>,
  { transactionId, claims = [] }: ChainSubject,
): Promise<ReadTransaction> {
  const [block = '', index] = transactionId.split('-');
  const number = BigInt(block);
  if (number > lastNumber) return { status: 'absent' };
  if (!(await isFinal(number))) return { status: (await node.hasBlock(number)) ? 'pending' : 'absent' };
  const header = await node.header(number);
  // It is final at another node behind the same URL, perhaps.
  if (!header) return { status: 'changed' };
  const found = (await node.extrinsics(header)).find((one) => one.index === Number(index));
  if (!found) return { status: 'absent' };
  const unclear = claims.filter(({ asset, to }) =>
    found.unclear.some((one) => one.asset === asset && one.account === to),
  );
  return {
    status: 'mined',
    block: { number, hash: header.hash },
    success: found.success,
    rows: found.rows,
    unseen: [...new Set(unclear.map((claim) => claim.asset))],
    // Final is final, however few blocks there are above it.
    confirmationsAtLeast: network.reorgDepth,
  };
}
