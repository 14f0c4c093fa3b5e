import { LRUCache } from 'lru-cache';
import { DepositCallbackError } from '../../../errors.ts';
import { array, integer, type Json, numberText, object, text } from '../../../json/json.ts';
import { addressOn, blockHashOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import { askNode } from '../../kit/ask-node.ts';
import type { ChainBlock } from '../../kit/chain-check.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';
import { rawAddress } from './bodies.ts';
import type { TonDriver } from './driver.ts';
import { HttpApiRefusal, runGetMethod } from './http-api.ts';
import { readTransaction, type TonTransaction } from './transactions.ts';

/** A block of the masterchain, with the blocks of other chains that it was the first to hold. */
export interface TonHeader extends ChainBlock {
  /** Epoch ms. */
  time: number;
  /** Logical time at which it begins: all that was later is in a later block. */
  startsAt: bigint;
}

/** Whose wallet an account is, and of which jetton, as somebody says. */
export interface WalletData {
  owner: string;
  /** Address of the jetton's master. */
  master: string;
}

/** The questions that one node is asked. Each rejects when the node does not answer, or not with what was asked for. */
export interface TonNode {
  /** CAIP-2. */
  network(): Promise<string>;
  /** The first and the newest block that it has. */
  ends(): Promise<{ first: TonHeader; last: TonHeader }>;
  /** Undefined if the node has no block of this number. */
  header(number: bigint): Promise<TonHeader | undefined>;
  block(number: bigint): Promise<{ header: TonHeader; transactions: readonly TonTransaction[] } | undefined>;
  /** By its canonical id; undefined if the node finds none. */
  transaction(id: string): Promise<TonTransaction | undefined>;
  /** All transactions that one message from outside has set off, found by the hash of any of them or of a message. */
  trace(hash: string): Promise<readonly TonTransaction[]>;
  /** What the node's index of jetton wallets says of these accounts. */
  wallets(accounts: readonly string[]): Promise<ReadonlyMap<string, WalletData>>;
  /** What a contract says of itself (`get_wallet_data`); undefined if it says nothing of the kind. */
  walletData(account: string): Promise<WalletData | undefined>;
  /** What a jetton's master says (`get_wallet_address`): the wallet of an owner. */
  walletOf(data: WalletData): Promise<string>;
}

const whose = "version 3 of toncenter's HTTP API";
const headersKept = 10_000;
const pageSize = 1_000;
// A URL with more addresses would be too long for some servers.
const walletsAtOnce = 50;
const masterchain = { workchain: '-1', shard: '8000000000000000' };

export function tonNode(client: RpcClient, network: Network, load: () => Promise<TonDriver>): TonNode {
  // A block of the masterchain never changes.
  const headers = new LRUCache<bigint, TonHeader>({ max: headersKept });

  const ask = askNode(client, whose);
  const keep = (header: TonHeader | undefined): TonHeader | undefined => {
    if (header) headers.set(header.number, header);
    return header;
  };
  const toHeader = (json: Json): TonHeader => readHeader(json, network);

  return {
    network: () => ask('/masterchainInfo', {}, (info) => `tvm:${integer(info, 'last.global_id')}`),
    async ends() {
      const found = await ask('/masterchainInfo', {}, (info) => ({
        first: toHeader(object(info, 'first')),
        last: toHeader(object(info, 'last')),
      }));
      keep(found.last);
      return found;
    },
    async header(number) {
      const known = headers.get(number);
      if (known) return known;
      const query = { ...masterchain, seqno: number.toString() };
      return keep(await ask('/blocks', query, (answer) => headerIn(array(answer, 'blocks').map(toHeader), number)));
    },
    async block(number) {
      const whole = await ask('/blocks', { mc_seqno: number.toString(), limit: `${pageSize}` }, (answer) => {
        const blocks = array(answer, 'blocks');
        const ofMasterchain = blocks.filter((one) => integer(one, 'workchain') === -1);
        const size = blocks.map((one) => integer(one, 'tx_count')).reduce((sum, count) => sum + count, 0);
        return { header: headerIn(ofMasterchain.map(toHeader), number), size };
      });
      const header = keep(whole.header);
      if (!header) return undefined;
      const driver = await load();
      const transactions: TonTransaction[] = [];
      while (transactions.length < whole.size) {
        const query = { seqno: `${number}`, limit: `${pageSize}`, offset: `${transactions.length}`, sort: 'asc' };
        const page = await ask('/transactionsByMasterchainBlock', query, (answer) =>
          array(answer, 'transactions').map((one) => readTransaction(one, network, driver)),
        );
        if (page.length === 0) break;
        transactions.push(...page);
      }
      if (!isWhole(transactions, number, whole.size)) throw notWhole(number);
      return { header, transactions };
    },
    async transaction(id) {
      const [, account = '', lt = '', hash = ''] = /^(.+):(\d+):(.+)$/.exec(id) ?? [];
      const driver = await load();
      return ask('/transactions', { account, lt, hash }, (answer) => {
        const [found] = array(answer, 'transactions').map((one) => readTransaction(one, network, driver));
        if (found && found.id !== id) throw new TypeError('An answer about something else');
        return found;
      });
    },
    ...searches(client, network, load),
    ...getMethods(client, network, load),
  };
}

/** What the index knows beside blocks. */
function searches(
  client: RpcClient,
  network: Network,
  load: () => Promise<TonDriver>,
): Pick<TonNode, 'trace' | 'wallets'> {
  const ask = askNode(client, whose);
  return {
    async trace(hash) {
      const driver = await load();
      for (const name of ['tx_hash', 'msg_hash']) {
        const found = await ask('/traces', { [name]: hash, limit: '2' }, (answer) =>
          array(answer, 'traces').flatMap((trace) =>
            Object.values(object(trace, 'transactions')).map((one) => readTransaction(one, network, driver)),
          ),
        );
        if (found.length > 0) return found;
      }
      return [];
    },
    async wallets(accounts) {
      const found = new Map<string, WalletData>();
      for (let at = 0; at < accounts.length; at += walletsAtOnce) {
        const address = accounts.slice(at, at + walletsAtOnce);
        const query = { address, limit: `${walletsAtOnce}` };
        const page = await ask('/jetton/wallets', query, (answer) =>
          array(answer, 'jetton_wallets').map((one) => readWallet(one, network)),
        );
        for (const [account, data] of page) found.set(account, data);
      }
      return found;
    },
  };
}

type AskGetMethods = Pick<TonNode, 'walletData' | 'walletOf'>;

function getMethods(client: RpcClient, network: Network, load: () => Promise<TonDriver>): AskGetMethods {
  const ask = askNode(client, whose);
  const run = <T>(address: string, method: string, stack: readonly object[], read: (stack: readonly Json[]) => T) =>
    ask(runGetMethod, { address, method, stack }, (answer) =>
      // 1 is another way of ending well.
      [0, 1].includes(integer(answer, 'exit_code')) ? read(array(answer, 'stack')) : undefined,
    );
  const readAddress = (entry: Json | undefined, { Cell }: TonDriver): string =>
    addressOn(network, rawAddress(Cell.fromBase64(text(entry, 'value')).beginParse().loadAddress()));

  return {
    async walletData(account) {
      const driver = await load();
      return run(account, 'get_wallet_data', [], ([, owner, master]) => {
        try {
          return { owner: readAddress(owner, driver), master: readAddress(master, driver) };
        } catch {
          return undefined;
        }
      });
    },
    async walletOf({ owner, master }) {
      const driver = await load();
      const { beginCell, Address } = driver;
      const value = beginCell().storeAddress(Address.parse(owner)).endCell().toBoc().toString('base64');
      const stack = [{ type: 'slice', value }];
      const found = await run(master, 'get_wallet_address', stack, ([wallet]) => readAddress(wallet, driver));
      if (found !== undefined) return found;
      const what = `${master} is listed in assets, but is no jetton: it does not know get_wallet_address`;
      throw new DepositCallbackError('REQUEST_FAILED', what);
    },
  };
}

/** Whether the API itself refused a question about a contract, which anybody may have written so that no answer can be given. */
export function isAboutContract(error: unknown): boolean {
  return error instanceof HttpApiRefusal && (error.httpStatus === 500 || error.httpStatus === 501);
}

function headerIn(headers: readonly TonHeader[], number: bigint): TonHeader | undefined {
  const [found] = headers;
  if (found && found.number !== number) throw new TypeError('An answer about another block');
  return found;
}

function readHeader(json: Json, network: Network): TonHeader {
  if (integer(json, 'workchain') !== -1) throw new TypeError('Not a block of the masterchain');
  return {
    number: BigInt(integer(json, 'seqno')),
    hash: blockHashOn(network, text(json, 'root_hash')),
    time: integer(json, 'gen_utime') * 1_000,
    startsAt: BigInt(numberText(json, 'start_lt')),
  };
}

function readWallet(json: Json, network: Network): [account: string, data: WalletData] {
  const address = (name: string): string => addressOn(network, text(json, name));
  return [address('address'), { owner: address('owner'), master: address('jetton') }];
}

/** Pages that overlap, or an index that has not come so far, would hide a deposit. */
function isWhole(transactions: readonly TonTransaction[], number: bigint, size: number): boolean {
  const ids = new Set(transactions.map((one) => one.id));
  return ids.size === size && transactions.length === size && transactions.every((one) => one.block === number);
}

function notWhole(number: bigint): DepositCallbackError {
  return new DepositCallbackError('REQUEST_FAILED', `The node does not give all transactions of block ${number}`);
}
