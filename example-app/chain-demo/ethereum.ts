import { type ChainCheck, evmChain } from 'deposit-callback/chains/evm';
import { type Anvil, startAnvil } from '../../test/chains/anvil.ts';
import { accounts, assets } from '../accounts.ts';
import { coins, symbolOf } from '../coins.ts';
import { balances } from '../ledger.ts';
import { printTable } from '../table.ts';
import { playScenes, type Scene } from './ethereum-scenes.ts';
import { openStage, type Stage } from './stage.ts';

const network = 'eip155:1';
const ours = accounts.filter((one) => one.network === network);

const introduction = `Ethereum: anvil, a node with a chain of its own

A wallet watches the addresses of alice and bob and sends signed callbacks: that is
the notifier of this package. An exchange receives them, asks its own node whether
they are true, and credits deposits after 12 confirmations.
`;

interface Played extends Stage {
  anvil: Anvil;
  check: ChainCheck;
}

export async function demo(): Promise<void> {
  console.log(introduction);
  const anvil = await startAnvil();
  const check = evmChain({ network, url: anvil.url });
  const stage = await openStage({
    watched: { network, url: anvil.url, traces: true },
    check,
    book: { accounts: ours, assets },
  });
  try {
    const addresses = ours.map((one) => one.address);
    const scenes = await playScenes(anvil, addresses, stage.settle);
    const problems = await report(scenes, { ...stage, anvil, check });
    for (const problem of problems) console.error(`WRONG: ${problem}`);
    if (problems.length === 0) console.log('Chain, callbacks and balances agree.');
    process.exitCode = problems.length === 0 ? 0 : 1;
  } finally {
    await stage.close();
    await anvil.close();
  }
}

/** Prints what came of it; differences between the chain, what was notified and what was credited. */
async function report(scenes: readonly Scene[], played: Played): Promise<string[]> {
  const { exchange } = played;
  const notified = new Map<string, string>();
  for (const { type, data } of await played.received()) {
    const { hash } = data.transaction;
    notified.set(hash, [...(notified.get(hash)?.split(', ') ?? []), type.replace('deposit.', '')].join(', '));
  }
  const judged: { row: string[]; problem?: string }[] = [];
  for (const scene of scenes) judged.push(await judge(scene, notified.get(scene.hash) ?? '', played));
  printTable(
    ['transaction', 'the chain holds', 'callbacks', 'credited', ''],
    judged.map((one) => one.row),
  );
  printTable(
    ['customer', 'balance', 'asset'],
    balances(exchange.database).map((one) => [one.customer, coins(one.amount, one.asset), symbolOf(one.asset)]),
  );
  return [...judged.flatMap(({ problem }) => problem ?? []), ...(await differences(played))];
}

/** One line of the table. */
async function judge(
  { title, hash, notices }: Scene,
  notified: string,
  { check, exchange }: Played,
): Promise<{ row: string[]; problem?: string }> {
  const verdict = await check.check({ transactionId: hash });
  const held =
    verdict.status === 'mined' ? verdict.rows.filter((row) => ours.some((one) => one.address === row.to)) : [];
  const listed = held.filter((row) => row.amount > 0n && assets.some((one) => one.asset === row.asset));
  const deposits = await exchange.callbacks.store.deposits({ transactionId: hash, limit: 100 });
  const credited = deposits.filter((one) => one.status === 'confirmed');
  const isRight = texts(credited) === texts(listed) && notified === notices.join(', ');
  const row = [title, texts(held), notified || 'none', texts(credited), isRight ? 'ok' : 'WRONG'];
  if (isRight) return { row };
  const wanted = `wanted was ${texts(listed)} and the callbacks: ${notices.join(', ') || 'none'}`;
  return { row, problem: `${title}: ${wanted}` };
}

/** The ledger against what the chain itself says that the addresses own. */
async function differences({ anvil, exchange }: Played): Promise<string[]> {
  const ledger = balances(exchange.database);
  const problems: string[] = [];
  for (const { customer, address } of ours) {
    for (const { asset, symbol } of assets.filter((one) => one.asset.startsWith(`${network}/`))) {
      const contract = /erc20:(.+)$/.exec(asset)?.[1];
      const owned =
        contract === undefined
          ? await anvil.rpc<string>('eth_getBalance', [address, 'latest'])
          : await anvil.rpc<string>('eth_call', [
              { to: contract, data: `0x70a08231${address.slice(2).toLowerCase().padStart(64, '0')}` },
              'latest',
            ]);
      const credited = ledger.find((one) => one.customer === customer && one.asset === asset)?.amount ?? 0n;
      if (BigInt(owned) !== credited)
        problems.push(
          `${customer} owns ${BigInt(owned)} units of ${symbol} on the chain, and the ledger has ${credited}`,
        );
    }
  }
  return problems;
}

function texts(list: readonly { amount: bigint; asset: string }[]): string {
  const known = (asset: string): boolean => assets.some((one) => one.asset === asset);
  const text = ({ amount, asset }: { amount: bigint; asset: string }): string =>
    known(asset) ? `${coins(amount, asset)} ${symbolOf(asset)}` : `${amount} units of a token that is not listed`;
  return list.length === 0 ? 'nothing' : list.map(text).sort().join(', ');
}
