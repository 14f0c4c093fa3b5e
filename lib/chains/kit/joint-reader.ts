import { DepositCallbackError } from '../../errors.ts';
import { ensure } from '../../util/maps.ts';
import { nthLargest, rowText } from './agreement.ts';
import type { ChainReader, IsWanted, NoBlock, ReadBlock } from './chain-reader.ts';

/** What reading a chain block by block asks of its nodes. */
export type BlockReader = Pick<ChainReader, 'head' | 'finalized' | 'block'>;

/** A node that says something else of a block than those that agree. */
export interface Dissent {
  /** Its place among the nodes, from 0 on. */
  node: number;
  block: bigint;
}

export interface JointReaderOptions {
  /** CAIP-2. */
  network: string;
  nodes: readonly BlockReader[];
  /** How many of them must say the same. */
  quorum: number;
  report?: ((dissent: Dissent) => void) | undefined;
}

interface Seat {
  readonly node: BlockReader;
  readonly index: number;
  failedAt: number;
}

interface JointState extends JointReaderOptions {
  readonly seats: readonly Seat[];
}

/** What has been said of one block so far. */
interface Hearing {
  readonly camps: Map<string, Camp>;
  readonly failures: unknown[];
  /** Nodes without the block, and why: undefined as soon as for one of them the chain has not come so far. */
  empty: number;
  without: 'unavailable' | undefined;
}

interface Camp {
  readonly answer: ReadBlock | 'skipped';
  readonly seats: Seat[];
}

/** For how long a node that failed is asked after the others: one that hangs must not hold up every block. */
const lastForMs = 60_000;

/**
 * Several nodes as one. So many are asked about a block as must agree, and one more for each that fails, has nothing or says something
 * else. A block on which too few agree rejects with `REQUEST_FAILED`: nothing of it is told, and it is not passed over.
 */
export function jointReader(options: JointReaderOptions): BlockReader {
  const { nodes, quorum } = options;
  const [only] = nodes;
  if (only !== undefined && nodes.length === 1) return only;
  const seats = nodes.map((node, index) => ({ node, index, failedAt: Number.NEGATIVE_INFINITY }));
  const state: JointState = { ...options, seats };
  return {
    head: () => agreedHead(state),
    async finalized() {
      const answers = await askAll(state, (node) => node.finalized());
      const known = answers.flatMap((one) => one ?? []);
      return known.length < quorum ? undefined : nthLargest(known, quorum);
    },
    block: (number, isWanted) => agreedBlock(state, number, isWanted),
  };
}

async function agreedBlock(
  state: JointState,
  number: bigint,
  isWanted?: IsWanted,
): Promise<ReadBlock | NoBlock | undefined> {
  const { quorum, report } = state;
  const hearing: Hearing = { camps: new Map(), failures: [], without: 'unavailable', empty: 0 };
  const waiting = inOrder(state);
  let missing = quorum;
  while (missing > 0 && waiting.length > 0) {
    const asked = waiting.splice(0, missing);
    await Promise.all(asked.map((seat) => attempt(seat, (node) => node.block(number, isWanted), hearing)));
    missing = quorum - (largest(hearing)?.seats.length ?? 0);
  }
  const agreed = largest(hearing);
  if (!agreed || missing > 0) return unheard(state, number, hearing);
  for (const camp of hearing.camps.values()) {
    for (const seat of camp === agreed ? [] : camp.seats) {
      seat.failedAt = performance.now();
      report?.({ node: seat.index, block: number });
    }
  }
  return agreed.answer;
}

async function attempt(
  seat: Seat,
  ask: (node: BlockReader) => ReturnType<BlockReader['block']>,
  hearing: Hearing,
): Promise<void> {
  try {
    const answer = await ask(seat.node);
    if (typeof answer === 'object' || answer === 'skipped') {
      const camp = ensure(hearing.camps, textOf(answer), () => ({ answer, seats: [] }));
      camp.seats.push(seat);
    } else {
      hearing.empty += 1;
      if (answer === undefined) hearing.without = undefined;
    }
  } catch (error) {
    hearing.failures.push(error);
    seat.failedAt = performance.now();
  }
}

/** Too few agree: because the block is new or old, or because the nodes fail or contradict each other. */
function unheard(
  { network, quorum, nodes }: JointState,
  number: bigint,
  { camps, failures, empty, without }: Hearing,
): NoBlock | undefined {
  const votes = [...camps.values()].map((one) => one.seats.length);
  const most = Math.max(0, ...votes);
  if (votes.length <= 1 && empty > 0 && empty + most >= quorum) return without;
  const [failure] = failures;
  if (failures.length === nodes.length) throw failure;
  const alike = `${most} of ${nodes.length} nodes say the same of block ${number} of ${network}`;
  throw new DepositCallbackError('REQUEST_FAILED', `Only ${alike}; the quorum is ${quorum}`, { cause: failure });
}

function largest({ camps }: Hearing): Camp | undefined {
  return [...camps.values()].sort((a, b) => b.seats.length - a.seats.length)[0];
}

/** The newest block that as many nodes have as must agree. */
async function agreedHead(state: JointState): Promise<ReadBlock> {
  const { network, quorum } = state;
  const heads = await askAll(state, (node) => node.head());
  const number = nthLargest(
    heads.map((one) => one.number),
    quorum,
  );
  const there = heads.filter((one) => one.number === number);
  const [first] = there;
  // A higher node may have the same block there, or lie about it: then each is asked.
  if (first && there.length >= quorum && there.every((one) => textOf(one) === textOf(first))) return first;
  const block = await agreedBlock(state, number);
  if (typeof block === 'object') return block;
  throw new DepositCallbackError('REQUEST_FAILED', `Too few nodes of ${network} have block ${number}`);
}

/** The answers of all nodes; of those that failed lately only if there are too few. With a quorum of 1, that of the first. */
async function askAll<T>(state: JointState, question: (node: BlockReader) => Promise<T>): Promise<T[]> {
  const { network, quorum } = state;
  const answers: T[] = [];
  let failure: unknown;
  const ask = async (seat: Seat): Promise<void> => {
    try {
      answers.push(await question(seat.node));
    } catch (error) {
      failure = error;
      seat.failedAt = performance.now();
    }
  };
  const seats = inOrder(state);
  const rounds =
    quorum === 1 ? seats.map((seat) => [seat]) : [seats.filter((one) => !isAiling(one)), seats.filter(isAiling)];
  for (const round of rounds) if (answers.length < quorum) await Promise.all(round.map(ask));
  if (answers.length >= quorum) return answers;
  if (answers.length === 0) throw failure;
  const few = `Only ${answers.length} nodes of ${network} answer`;
  throw new DepositCallbackError('REQUEST_FAILED', `${few}; the quorum is ${quorum}`, { cause: failure });
}

function isAiling({ failedAt }: Seat): boolean {
  return performance.now() < failedAt + lastForMs;
}

/** As they are given; those that failed lately last, and of those the one that failed last. */
function inOrder({ seats }: JointState): Seat[] {
  const rank = (seat: Seat): number => (isAiling(seat) ? seat.failedAt : Number.NEGATIVE_INFINITY);
  return [...seats].sort((a, b) => (rank(a) === rank(b) ? a.index - b.index : rank(a) - rank(b)));
}

function textOf(answer: ReadBlock | 'skipped'): string {
  if (answer === 'skipped') return answer;
  const { number, hash, parentHash, time, rows } = answer;
  const moved = rows.map((row) => {
    const { transactionId, success, delivered = false, spendableFrom = 1 } = row;
    return JSON.stringify([transactionId, success, delivered, spendableFrom, rowText(row)]);
  });
  return JSON.stringify([number.toString(), hash, parentHash, time, moved.sort()]);
}
