import { blockHashOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import { present } from '../../../util/present.ts';
import { askOnce } from '../../kit/ask-once.ts';
import type { ChainClaim, ChainName, ChainRow, ChainSubject, ChainTransfer } from '../../kit/chain-check.ts';
import type {
  ChainReader,
  IsWanted,
  NamedTransaction,
  NoBlock,
  ReadBlock,
  ReadTransaction,
} from '../../kit/chain-reader.ts';
import { type JettonWallets, jettonWallets } from './jetton-wallets.ts';
import { isAboutContract, type TonHeader, type TonNode, type WalletData } from './node.ts';
import type { TonTransaction } from './transactions.ts';

export interface TonReaderOptions {
  network: Network;
  /** Listed jettons (CAIP-19) by the address of their master. */
  jettons: ReadonlyMap<string, string>;
}

/** What the parts of one reader share. */
interface Reading extends TonReaderOptions {
  node: TonNode;
  wallets: JettonWallets;
}

const lastNumber = 2n ** 31n - 1n;
// Of each account there is one message, so nothing has to tell two transfers apart.
const position = 'native';

/** A node of TON as the chain check reads it: what the masterchain holds, which is final. */
export function tonReader(node: TonNode, options: TonReaderOptions): ChainReader {
  const reading: Reading = { ...options, node, wallets: jettonWallets(node) };
  // The newest block and the newest final one are the same: whoever asks for both at once asks the node once.
  const head = askOnce(async () => (await node.ends()).last);
  const whyThereIsNone = async (number: bigint): Promise<NoBlock | undefined> =>
    number > (await head()).number ? undefined : 'unavailable';

  return {
    head: async () => withoutRows(await head()),
    finalized: async () => (await head()).number,
    async block(number, isWanted) {
      if (number > lastNumber) return undefined;
      if (!isWanted) {
        const header = await node.header(number);
        return header ? withoutRows(header) : whyThereIsNone(number);
      }
      const block = await node.block(number);
      if (!block) return whyThereIsNone(number);
      return { ...withoutRows(block.header), rows: await rowsOf(block.transactions, isWanted, reading) };
    },
    transaction: (subject) => find(subject, reading),
    named: (name) => namedBy(name, reading),
  };
}

function withoutRows({ number, hash, time }: TonHeader): ReadBlock {
  return { number, hash, time, rows: [] };
}

async function rowsOf(
  transactions: readonly TonTransaction[],
  isWanted: IsWanted,
  reading: Reading,
): Promise<ChainTransfer[]> {
  const holders = await holdersOf(transactions, reading);
  const found: ChainTransfer[] = [];
  const addWanted = async (row: ChainRow, { id }: TonTransaction): Promise<void> => {
    const { to, memo } = row;
    if (await isWanted(memo === undefined ? { address: to } : { address: to, memo })) {
      found.push({ ...row, transactionId: id, success: true });
    }
  };
  for (const transaction of transactions) {
    const coins = coinsOf(transaction, reading);
    if (coins) await addWanted(coins, transaction);
    const holder = holders.get(transaction.account);
    const jettons = holder && jettonsOf(transaction, holder, reading);
    if (jettons) await addWanted(jettons, transaction);
  }
  return genuineOf(found, holders, reading);
}

/** Whose wallets the accounts are that were told of jettons, as the index or they themselves say. */
async function holdersOf(transactions: readonly TonTransaction[], { node }: Reading): Promise<Map<string, WalletData>> {
  const told = transactions.filter(isToldOfJettons).map(({ account }) => account);
  const accounts = [...new Set(told)];
  const holders = new Map(await node.wallets(accounts));
  for (const account of accounts.filter((one) => !holders.has(one))) {
    const data = await ownWord(account, node);
    if (data) holders.set(account, data);
  }
  return holders;
}

/** A stranger's contract may be such that the node refuses the question. What stands in the index needs no word of its own. */
async function ownWord(account: string, node: TonNode): Promise<WalletData | undefined> {
  try {
    return await node.walletData(account);
  } catch (error) {
    if (isAboutContract(error)) return undefined;
    throw error;
  }
}

/** Of transfers of jettons, those whose wallet the jetton's master names. */
async function genuineOf(
  found: readonly ChainTransfer[],
  holders: ReadonlyMap<string, WalletData>,
  { network, wallets }: Reading,
): Promise<ChainTransfer[]> {
  const genuine: ChainTransfer[] = [];
  for (const row of found) {
    const account = accountIn(row.transactionId);
    const data = row.asset === network.native.asset ? undefined : holders.get(account);
    if (!data || (await wallets.isGenuine(account, data))) genuine.push(row);
  }
  return genuine;
}

function accountIn(transactionId: string): string {
  return transactionId.split(':', 2).join(':');
}

/** Coins that arrived at the account itself, if the message says nothing, or a comment. */
function coinsOf({ account, message, sentBack, replied }: TonTransaction, { network }: Reading): ChainRow | undefined {
  if (!message || sentBack || replied || message.body.kind !== 'plain') return undefined;
  const { from, value, body } = message;
  if (value === 0n || from === account) return undefined;
  return present<ChainRow>({
    ...{ asset: network.native.asset, from, to: account, amount: value },
    ...{ memo: body.memo, position },
  });
}

function isToldOfJettons({ message, executed, sentBack }: TonTransaction): boolean {
  return message?.body.kind === 'jettons' && message.body.amount > 0n && executed && !sentBack;
}

/** Jettons that arrived at the owner of a wallet. */
function jettonsOf(transaction: TonTransaction, holder: WalletData, { jettons }: Reading): ChainRow | undefined {
  const body = transaction.message?.body;
  const asset = jettons.get(holder.master);
  if (asset === undefined || body?.kind !== 'jettons' || !isToldOfJettons(transaction)) return undefined;
  const { amount, from, memo } = body;
  if (from === holder.owner) return undefined;
  return present<ChainRow>({ asset, from, to: holder.owner, amount, memo, position });
}

/** The transactions of a trace that make the claimed transfer: the hash is that of any step, or of a message. */
async function namedBy({ hash, claim }: ChainName, reading: Reading): Promise<NamedTransaction[]> {
  const found: NamedTransaction[] = [];
  const [data] = claimedHolders([claim], reading);
  for (const transaction of await reading.node.trace(blockHashOn(reading.network, hash))) {
    const isHolder =
      isToldOfJettons(transaction) && data && (await reading.wallets.isGenuine(transaction.account, data));
    const rows = [coinsOf(transaction, reading), isHolder ? jettonsOf(transaction, data, reading) : undefined];
    const row = rows.find((one) => one?.asset === claim.asset && one.to === claim.to);
    if (row) found.push({ id: transaction.id, amount: row.amount });
  }
  return found;
}

async function find(subject: ChainSubject, reading: Reading): Promise<ReadTransaction> {
  const { node, network } = reading;
  const { transactionId, claims = [] } = subject;
  const found = await node.transaction(transactionId);
  if (!found) return notFound(node, subject);
  if (found.block === undefined) return { status: 'pending' };
  const header = await node.header(found.block);
  // Its block is there, at another node behind the same URL perhaps.
  if (!header) return { status: 'changed' };
  const success = !found.sentBack;
  const rows = success ? await rowsIn(found, claims, reading) : [];
  return {
    status: 'mined',
    block: { number: header.number, hash: header.hash },
    success,
    rows,
    unseen: success ? await unseenOf(found, claims, reading) : [],
    // Final is final, however few blocks there are above it.
    confirmationsAtLeast: network.reorgDepth,
  };
}

async function rowsIn(
  transaction: TonTransaction,
  claims: readonly ChainClaim[],
  reading: Reading,
): Promise<ChainRow[]> {
  const coins = coinsOf(transaction, reading);
  const holder = isToldOfJettons(transaction) ? await holderOf(transaction, claims, reading) : undefined;
  const jettons = holder && jettonsOf(transaction, holder, reading);
  return [coins, jettons].filter((row) => row !== undefined);
}

/** Whose wallet of a listed jetton an account is: of an owner who is claimed, or of one that it names itself. */
async function holderOf(
  { account }: TonTransaction,
  claims: readonly ChainClaim[],
  reading: Reading,
): Promise<WalletData | undefined> {
  const { jettons, node, wallets } = reading;
  for (const data of claimedHolders(claims, reading)) if (await wallets.isGenuine(account, data)) return data;
  const data = await node.walletData(account);
  return data && jettons.has(data.master) && (await wallets.isGenuine(account, data)) ? data : undefined;
}

function claimedHolders(claims: readonly ChainClaim[], { jettons }: Reading): WalletData[] {
  return claims.flatMap(({ asset, to }) =>
    [...jettons].flatMap(([master, jetton]) => (jetton === asset ? [{ owner: to, master }] : [])),
  );
}

/** Assets of claims that can be neither confirmed nor denied. */
async function unseenOf(
  transaction: TonTransaction,
  claims: readonly ChainClaim[],
  reading: Reading,
): Promise<string[]> {
  const unseen = new Set<string>();
  for (const claim of claims) if (await isUnseen(transaction, claim, reading)) unseen.add(claim.asset);
  return [...unseen];
}

async function isUnseen(
  { account, message, replied }: TonTransaction,
  claim: ChainClaim,
  reading: Reading,
): Promise<boolean> {
  const { network, jettons, wallets } = reading;
  const kind = message?.body.kind;
  // Change of what we sent, a payout of a contract, or only a part of what came: nobody can tell.
  if (claim.asset === network.native.asset) return message !== undefined && (replied || kind !== 'plain');
  if (![...jettons.values()].includes(claim.asset)) return true;
  // Jettons are credited under the transaction of the wallet that they came to, so that they are credited once.
  if (kind === 'order') return true;
  if (kind !== 'notice' || message === undefined || claim.to !== account) return false;
  const [data] = claimedHolders([claim], reading);
  return data !== undefined && wallets.isGenuine(message.from, data);
}

async function notFound(node: TonNode, { transactionId, foundIn }: ChainSubject): Promise<ReadTransaction> {
  // Another node behind the same URL may know more.
  if (foundIn) return { status: 'changed' };
  const { first } = await node.ends();
  const lt = BigInt(/:(\d+):[^:]+$/.exec(transactionId)?.[1] ?? 0);
  if (first.number <= 1n || lt >= first.startsAt) return { status: 'absent' };
  const reason = `the node finds no such transaction, and keeps none from before block ${first.number}`;
  return { status: 'unknown', reason: `${reason}; ask one with a longer history` };
}
