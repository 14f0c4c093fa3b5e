import type { Logger, Policy } from 'deposit-callback';
import type { ChainCheck } from 'deposit-callback/chains/evm';
import type { WatchedNetwork } from 'deposit-callback/notifier';
import type { Asset } from '../accounts.ts';
import { coins } from '../coins.ts';
import { balances } from '../ledger.ts';
import { openStage, type Received, type Stage } from './stage.ts';

/** A chain of the demo's own, with an address of Alice's. */
export interface DemoChain {
  /** Which software plays the chain. */
  title: string;
  /** What must be known beforehand, one sentence or two each. */
  notes: readonly string[];
  watched: WatchedNetwork;
  check: ChainCheck;
  confirmations: NonNullable<Policy['confirmations']>[string];
  asset: Asset;
  alice: { address: string; memo?: string };
  /** What Alice's address holds, in smallest units, by the chain's own word: the demo ends with comparing it. */
  held(): Promise<bigint>;
}

export interface Play extends Pick<Stage, 'exchange' | 'stopNotifier' | 'startNotifier'> {
  /** Lets what has happened go all the way, and tells what came of it: Alice's balance in whole coins, and the types of the callbacks. */
  see(what: string, balance: string, ...callbacks: string[]): Promise<void>;
  /** Sends a callback about a payment to Alice as the wallet would, signed with its secret, whatever the notifier says. */
  tell(type: string, units: bigint, transaction: ToldTransaction, confirmations?: number): Promise<void>;
  /** Tells of the last confirmed payment again, with a hundred times the amount. */
  lie(balance: string): Promise<void>;
}

/** A transaction as callbacks name it. */
export interface ToldTransaction {
  hash: string;
  position?: string;
  block?: { number: string; hash: string };
}

const alice = 'alice';

/** Plays scenes on a chain, from its node through the notifier into a balance. The process exits with 1 if anything is not exact. */
export async function play(chain: DemoChain, scenes: (play: Play) => Promise<void>): Promise<void> {
  const { asset, watched } = chain;
  const { network } = watched;
  const log: string[] = [];
  const stage = await openStage({
    watched,
    check: chain.check,
    book: { accounts: [{ customer: alice, network, ...chain.alice }], assets: [asset] },
    confirmations: { [network]: chain.confirmations },
    logger: loggerTo(log),
  });
  introduce(chain);
  const amount = (units: bigint): string => `${coins(units, asset.asset, [asset])} ${asset.symbol}`;
  const credited = (): bigint => balances(stage.exchange.database).find((one) => one.customer === alice)?.amount ?? 0n;
  const news = depositNews(stage, amount);
  const problems: string[] = [];
  let confirmed: Received | undefined;
  let step = 0;

  const see: Play['see'] = async (what, balance, ...callbacks) => {
    step += 1;
    await stage.settle();
    const received = await stage.received();
    confirmed = received.findLast((one) => one.type === 'deposit.confirmed') ?? confirmed;
    const types = received.map(({ type }) => type.replace('deposit.', ''));
    const [found, wanted] = [amount(credited()), `${balance} ${asset.symbol}`];
    const isRight = found === wanted && types.join() === callbacks.join();
    console.log(`${step}. ${what}.`);
    console.log(`   callbacks: ${types.join(', ') || 'none'}`);
    for (const line of await news()) console.log(`   deposit: ${line}`);
    for (const line of log.splice(0)) console.log(`   the exchange's log: ${line}`);
    console.log(`   alice has ${found}: ${isRight ? 'ok' : 'WRONG'}`);
    if (!isRight) problems.push(`after step ${step} ${wanted} and the callbacks: ${callbacks.join(', ') || 'none'}`);
  };
  const tell: Play['tell'] = (type, units, transaction, confirmations = 1) =>
    stage.send(`deposit.${type}`, {
      ...{ network, asset: asset.asset, amount: `${units}`, to: chain.alice.address, memo: chain.alice.memo ?? null },
      ...{ status: 'success', confirmations, transaction },
    });

  try {
    await scenes({
      ...stage,
      see,
      tell,
      async lie(balance) {
        if (confirmed === undefined) throw new Error('Nothing was confirmed that could be lied about');
        const { amount: units, transaction, confirmations } = confirmed.data;
        const lied = BigInt(units) * 100n;
        await tell('confirmed', lied, transaction, confirmations);
        await see(
          `A false callback, signed with the wallet's secret, makes ${amount(lied)} of it`,
          balance,
          'confirmed',
        );
      },
    });
    const held = await chain.held();
    if (held !== credited()) problems.push(`in the end ${amount(held)}, which the address holds on the chain`);
    else console.log(`\nThe address holds ${amount(held)} on the chain, and that is what alice has.`);
  } finally {
    await stage.close();
  }
  for (const problem of problems) console.error(`Wrong: there should have been ${problem}`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function introduce({ title, notes, alice: { address, memo }, confirmations }: DemoChain): void {
  const when =
    confirmations === 'finalized' ? 'once the network calls their block final' : `after ${confirmations} confirmations`;
  const lines = [
    title,
    '',
    'A wallet watches an address and sends signed callbacks: that is the notifier of',
    'this package. An exchange receives them, asks its own node whether they are true,',
    `and credits deposits ${when}.`,
    ...notes,
    `The address of its customer alice: ${address}${memo === undefined ? '' : `, memo ${memo}`}`,
    '',
  ];
  console.log(lines.join('\n'));
}

/** Gives the deposits that are not as they were when it was last asked. */
function depositNews({ exchange }: Stage, amount: (units: bigint) => string): () => Promise<string[]> {
  const known = new Map<string, string>();
  return async () => {
    const deposits = await exchange.callbacks.store.deposits({ limit: 100 });
    const changed: string[] = [];
    for (const { id, amount: units, status, code } of deposits) {
      const line = `${amount(units)} ${status}${code === undefined ? '' : ` (${code})`}`;
      if (known.get(id) !== line) changed.push(line);
      known.set(id, line);
    }
    return changed;
  };
}

/** Warnings and errors, each as one line. */
function loggerTo(lines: string[]): Logger {
  const keep = (_fields: object, message: string): void => {
    // An id of 32 digits says nothing to the reader.
    lines.push(message.replace(/\bdep_([0-9a-f]{6})[0-9a-f]{26}\b/g, 'dep_$1...'));
  };
  return { debug() {}, info() {}, warn: keep, error: keep };
}
