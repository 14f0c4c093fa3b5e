import { createHash } from 'node:crypto';
import { Address, beginCell, Cell, type Message, storeMessage, type Transaction, type TupleItem } from '@ton/core';
import { Blockchain, GetMethodError } from '@ton/sandbox';
import { readAll, type Scope, serve } from '../../helpers/serve.ts';

export const mainnet = 'tvm:-239';
export const coin = `${mainnet}/slip44:607`;

/** Raw, as the package writes accounts. */
export const raw = (address: Address): string => address.toRawString();
export const jettonAsset = (master: Address): string => `${mainnet}/jetton:${raw(master).replace(':', '%3A')}`;

/** The canonical id of a transaction. */
export const idOf = (transaction: Transaction): string =>
  `${accountOf(transaction)}:${transaction.lt}:${transaction.hash().toString('hex')}`;

export function accountOf({ address, inMessage }: Transaction): string {
  const to = inMessage?.info.dest;
  const workchain = to instanceof Address ? to.workChain : 0;
  return `${workchain}:${address.toString(16).padStart(64, '0')}`;
}

type Answer = string | { status: number; body: string };

export interface Toncenter {
  url: string;
  /** Accounts and contracts, run by TON's own virtual machine. */
  chain: Blockchain;
  /** Transactions by the number of their masterchain block. */
  blocks: Map<number, Transaction[]>;
  first: number;
  last: number;
  globalId: number;
  /** Wallets that the index has not found yet. */
  unindexed: Set<string>;
  /** Answers in place of its own, by question. */
  answers: Record<string, Answer>;
  /** What it was asked, in order: path and query, and the body of a post. */
  asked: string[];
  /** Puts transactions into the next masterchain block, and gives its number. */
  mine(transactions: readonly Transaction[]): number;
}

export const firstBlock = 40_000_000;

/**
 * An index of a chain of its own, as version 3 of toncenter's API gives it (toncenter/ton-indexer, ton-index-go/main.go): each question
 * must be one of those that are expected, to the letter, and nothing else is answered.
 */
export async function toncenter(t: Scope, headers: Record<string, string> = {}): Promise<Toncenter> {
  const node: Toncenter = {
    url: '',
    chain: await Blockchain.create(),
    blocks: new Map([[firstBlock, []]]),
    ...{ first: firstBlock, last: firstBlock, globalId: -239 },
    ...{ unindexed: new Set(), answers: {}, asked: [] },
    mine(transactions) {
      node.last += 1;
      node.blocks.set(node.last, [...transactions]);
      return node.last;
    },
  };
  const port = await serve(
    t,
    async (req, res) => {
      const body = await readAll(req);
      const question = `${req.url} ${body}`.trim();
      node.asked.push(question);
      const isRight =
        req.method === (body === '' ? 'GET' : 'POST') &&
        Object.entries(headers).every(([name, value]) => req.headers[name] === value);
      const answer = isRight ? (node.answers[question] ?? (await answerOf(node, req.url ?? '', body))) : undefined;
      if (answer === undefined) res.writeHead(501).end(`Nobody expected ${req.method} ${question}`);
      else if (typeof answer === 'string') res.end(answer);
      else res.writeHead(answer.status).end(answer.body);
    },
    '127.0.0.1',
  );
  node.url = `http://127.0.0.1:${port}/api/v3`;
  return node;
}

export const failure = (status: number, error: string): Answer => ({ status, body: JSON.stringify({ error }) });

async function answerOf(node: Toncenter, url: string, body: string): Promise<Answer | undefined> {
  const { blocks, first, last } = node;
  const [, path = '', query = ''] = /^\/api\/v3(\/[^?]+)\??(.*)$/.exec(url) ?? [];
  const part = (pattern: RegExp): string | undefined => pattern.exec(query)?.[1];
  const number = Number(part(/^(?:mc_seqno|seqno|workchain=-1&shard=8000000000000000&seqno)=(\d{1,20})(?:&|$)/));
  const found = blocks.get(number);
  switch (path) {
    case '/masterchainInfo':
      return query === ''
        ? JSON.stringify({ last: blockJson(node, last, -1), first: blockJson(node, first, -1) })
        : undefined;
    case '/blocks': {
      if (number > 2 ** 31 - 1) return failure(422, 'failed to decode: schema: error converting value for "seqno"');
      const shards = query.startsWith('mc_seqno=') ? [-1, 0, 1] : [-1];
      if (!/^(?:mc_seqno=\d+&limit=1000|workchain=-1&shard=8000000000000000&seqno=\d+)$/.test(query)) return undefined;
      return JSON.stringify({ blocks: found ? shards.map((shard) => blockJson(node, number, shard)) : [] });
    }
    case '/transactionsByMasterchainBlock': {
      const offset = Number(part(/^seqno=\d+&limit=1000&offset=(\d+)&sort=asc$/));
      if (Number.isNaN(offset)) return undefined;
      if (!found) return failure(404, `masterchain block ${number} not found`);
      const page = found.slice(offset, offset + 1_000).map((one) => transactionJson(one, number));
      return JSON.stringify({ transactions: page, address_book: {} });
    }
    case '/transactions': {
      const id = decodeURIComponent(part(/^(account=[^&]+&lt=\d+&hash=[0-9a-f]{64})$/) ?? '');
      if (id === '') return undefined;
      const all = [...blocks].flatMap(([seqno, held]) => held.map((one) => ({ seqno, one })));
      const hits = all.filter(
        ({ one }) => id === `account=${accountOf(one)}&lt=${one.lt}&hash=${one.hash().toString('hex')}`,
      );
      return JSON.stringify({
        transactions: hits.map(({ one, seqno }) => transactionJson(one, seqno)),
        address_book: {},
      });
    }
    case '/traces': {
      const [name, hash] = /^(tx_hash|msg_hash)=([0-9a-f]{64})&limit=2$/.exec(query)?.slice(1) ?? [];
      if (name === undefined || hash === undefined) return undefined;
      const steps = traceOf(node, name, hash).map(({ one, seqno }) => transactionJson(one, seqno));
      const transactions = Object.fromEntries(steps.map((step) => [step.hash, step]));
      const traces = steps.length === 0 ? [] : [{ trace_id: steps[0]?.hash, is_incomplete: false, transactions }];
      return JSON.stringify({ traces, address_book: {}, metadata: {} });
    }
    case '/jetton/wallets': {
      if (!/^(?:address=[^&]+&)+limit=50$/.test(query)) return undefined;
      const asked = new URLSearchParams(query).getAll('address');
      const wallets = await Promise.all(asked.map((one) => indexed(node, one)));
      return JSON.stringify({ jetton_wallets: wallets.flat(), address_book: {}, metadata: {} });
    }
    case '/runGetMethod':
      return query === '' ? getMethod(node.chain, body) : undefined;
    default:
      return undefined;
  }
}

interface Step {
  one: Transaction;
  seqno: number;
}

/** All steps that a message has set off, found by the hash of one of them or of a message. */
function traceOf({ blocks }: Toncenter, name: string, hash: string): Step[] {
  const all = [...blocks].flatMap(([seqno, held]) => held.map((one): Step => ({ one, seqno })));
  const own = ({ one }: Step): string => one.hash().toString('hex');
  const messages = ({ one }: Step): string[] =>
    [one.inMessage, ...one.outMessages.values()].flatMap((message) => (message ? [hashOf(message)] : []));
  const trace = all.filter((step) => (name === 'tx_hash' ? own(step) === hash : messages(step).includes(hash)));
  for (let known = -1; known < trace.length; ) {
    known = trace.length;
    const met = new Set(trace.flatMap(messages));
    trace.push(...all.filter((step) => !trace.includes(step) && messages(step).some((one) => met.has(one))));
  }
  return trace;
}

const hashOf = (message: Message): string => beginCell().store(storeMessage(message)).endCell().hash().toString('hex');

/** As the index finds wallets: by their own word, if the master agrees. */
async function indexed({ chain, unindexed }: Toncenter, account: string): Promise<object[]> {
  if (unindexed.has(account)) return [];
  try {
    const { stackReader: data } = await chain.runGetMethod(Address.parse(account), 'get_wallet_data');
    const [balance, owner, jetton] = [data.readBigNumber(), data.readAddress(), data.readAddress()];
    const slice = beginCell().storeAddress(owner).endCell();
    const named = await chain.runGetMethod(jetton, 'get_wallet_address', [{ type: 'slice', cell: slice }]);
    if (raw(named.stackReader.readAddress()) !== account) return [];
    const code_hash = createHash('sha256').digest('base64');
    return [
      {
        ...{ address: account.toUpperCase(), balance: `${balance}`, owner: raw(owner).toUpperCase() },
        ...{ jetton: raw(jetton).toUpperCase(), last_transaction_lt: '1', code_hash, data_hash: code_hash },
      },
    ];
  } catch {
    return [];
  }
}

interface Run {
  address: string;
  method: string;
  stack: { type: 'slice'; value: string }[];
}

async function getMethod(chain: Blockchain, body: string): Promise<string | undefined> {
  const { address, method, stack, ...rest } = JSON.parse(body) as Run;
  if (Object.keys(rest).length > 0) return undefined;
  const given = stack.map(({ type, value }): TupleItem => ({ type, cell: Cell.fromBase64(value) }));
  try {
    const result = await chain.runGetMethod(Address.parse(address), method, given);
    return JSON.stringify({ gas_used: Number(result.gasUsed), exit_code: 0, stack: result.stack.map(entryJson) });
  } catch (error) {
    if (!(error instanceof GetMethodError)) throw error;
    return JSON.stringify({ gas_used: Number(error.gasUsed), exit_code: error.exitCode, stack: [] });
  }
}

function entryJson(item: TupleItem): object {
  if (item.type === 'int') return { type: 'num', value: `0x${item.value.toString(16)}` };
  if (item.type !== 'cell' && item.type !== 'slice') throw new TypeError('Nobody expected this on a stack');
  return { type: 'cell', value: boc(item.cell) };
}

const boc = (cell: Cell): string => cell.toBoc().toString('base64');
const base64 = (bytes: Buffer): string => bytes.toString('base64');

export const blockHash = (seqno: number, shard = -1): Buffer =>
  createHash('sha256').update(`${shard}:${seqno}`).digest();

/** The logical time at which the masterchain block begins: it is later than all that it holds of other chains. */
export function startOf({ blocks }: Toncenter, number: number): bigint {
  const times = [...blocks].flatMap(([seqno, held]) => (seqno <= number ? held.map((one) => one.lt) : []));
  return (times.sort((a, b) => (a < b ? -1 : 1)).at(-1) ?? 0n) + 1n;
}

/** Of the masterchain (-1), or of one of two shards, which share the transactions. */
function blockJson(node: Toncenter, number: number, shard: number): object {
  const { length } = node.blocks.get(number) ?? [];
  const half = Math.ceil(length / 2);
  const seqno = shard === -1 ? number : number + 5_000_000;
  const counts: Record<number, number> = { [-1]: 0, 0: half, 1: length - half };
  return {
    ...{ workchain: shard === -1 ? -1 : 0, shard: shard === 1 ? 'C000000000000000' : '8000000000000000', seqno },
    ...{ root_hash: base64(blockHash(seqno, shard)), file_hash: base64(blockHash(seqno, 9)), global_id: node.globalId },
    ...{ version: 0, key_block: false, gen_utime: `${1_790_000_000 + number - firstBlock}` },
    ...{ start_lt: `${startOf(node, number)}`, end_lt: `${startOf(node, number) + 5n}`, tx_count: counts[shard] },
    ...{ masterchain_block_ref: { workchain: -1, shard: '8000000000000000', seqno: number }, prev_blocks: [] },
  };
}

export function transactionJson(transaction: Transaction, mc_block_seqno: number): Record<string, unknown> {
  const { lt, now, inMessage, outMessages, description } = transaction;
  if (description.type !== 'generic') throw new TypeError('Nobody expected such a transaction');
  const {
    computePhase: compute,
    actionPhase: action,
    bouncePhase: bounce,
    aborted,
    destroyed,
    creditFirst,
  } = description;
  return {
    ...{
      account: accountOf(transaction).toUpperCase(),
      hash: base64(transaction.hash()),
      lt: `${lt}`,
      now,
      mc_block_seqno,
    },
    ...{ trace_id: base64(transaction.hash()), prev_trans_hash: base64(Buffer.alloc(32)), prev_trans_lt: '0' },
    ...{ orig_status: transaction.oldStatus, end_status: transaction.endStatus, total_fees: '1', emulated: false },
    description: {
      ...{ type: 'ord', aborted, destroyed, credit_first: creditFirst },
      compute_ph:
        compute.type === 'skipped'
          ? { skipped: true, reason: compute.reason.replace('-', '_') }
          : { skipped: false, success: compute.success, exit_code: compute.exitCode, gas_used: `${compute.gasUsed}` },
      ...(action && { action: { success: action.success, valid: action.valid, result_code: action.resultCode } }),
      ...(bounce && {
        bounce: { type: { ok: 'ok', 'no-funds': 'nofunds', 'negative-funds': 'negfunds' }[bounce.type] },
      }),
    },
    block_ref: { workchain: 0, shard: '8000000000000000', seqno: mc_block_seqno + 5_000_000 },
    in_msg: inMessage ? messageJson(inMessage) : null,
    out_msgs: outMessages.values().map(messageJson),
    finality: 'finalized',
  };
}

function messageJson(message: Message): object {
  const { info, body, init } = message;
  const isInternal = info.type === 'internal';
  const at = (address: unknown): string | null => (address instanceof Address ? raw(address).toUpperCase() : null);
  const opcode = body.bits.length >= 32 ? `0x${body.beginParse().loadUint(32).toString(16).padStart(8, '0')}` : null;
  return {
    hash: base64(beginCell().store(storeMessage(message)).endCell().hash()),
    ...{ source: at(info.src), destination: at(info.dest), value: isInternal ? `${info.value.coins}` : null },
    ...{ value_extra_currencies: {}, created_lt: isInternal ? `${info.createdLt}` : null, opcode },
    ...{ bounce: isInternal ? info.bounce : null, bounced: isInternal ? info.bounced : null },
    message_content: { hash: base64(body.hash()), body: boc(body), decoded: null },
    init_state: init ? { hash: base64(Buffer.alloc(32)), body: '' } : null,
  };
}
