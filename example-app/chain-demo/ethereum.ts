import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evmChain } from 'deposit-callback/chains/evm';
import { createNotifier } from 'deposit-callback/notifier';
import { imtoken } from 'deposit-callback/providers/imtoken';
import express from 'express';
import { startAnvil } from '../../test/chains/anvil.ts';
import { accounts, assets } from '../accounts.ts';
import { openExchange } from '../exchange.ts';
import { balances } from '../ledger.ts';
import { coins, symbolOf } from '../page.ts';
import { playScenes, type Scene } from './ethereum-scenes.ts';
import { askNotifier } from './notifier-api.ts';

interface Callback {
  type: string;
  timestamp: string;
  data: { transaction: { hash: string } };
}

// A whole local world: a chain, the wallet's side that watches addresses on it, and the exchange that credits.
const network = 'eip155:1';
const ours = accounts.filter((one) => one.network === network);
const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-chain-'));
const anvil = await startAnvil();
const chain = evmChain({ network, url: anvil.url });
const adminSecret = 'the-admin-secret-of-the-demo';
const notifier = createNotifier({
  path: join(directory, 'notifier.db'),
  networks: [{ network, url: anvil.url, traces: true }],
  adminSecret,
  // A service takes it from outside, and keeps it apart from the database.
  secretsKey: randomBytes(32).toString('base64'),
  // The exchange listens on this machine, without TLS.
  allowPrivate: true,
});

// The wallet's side, over HTTP as a customer would use it: a key, a callback URL, the addresses to watch.
const wallet = createServer(express().use('/notifier', notifier.router)).listen(0, '127.0.0.1');
await once(wallet, 'listening');
const key = await askNotifier(wallet, 'POST', '/v1/keys', adminSecret, { name: 'example exchange' });
const exchange = await openExchange({
  path: join(directory, 'exchange.db'),
  providers: [imtoken({ secrets: [String(key.signingSecret)] })],
  chains: [chain],
});
const service = exchange.app.listen(0, '127.0.0.1');
await once(service, 'listening');
const callbackUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}/callbacks/imtoken`;
await askNotifier(wallet, 'PUT', '/v1/callback-url', String(key.key), { url: callbackUrl });
for (const { address } of ours) await askNotifier(wallet, 'POST', '/v1/watches', String(key.key), { network, address });

const callbackIds: string[] = [];
exchange.callbacks.on('outcome', (record) => callbackIds.push(record.id));

/** Lets news of the newest blocks go all the way: to the notifier, over HTTP, through the chain check, into balances. */
async function settle(): Promise<void> {
  await notifier.catchUp();
  await notifier.deliver();
  await exchange.callbacks.confirm();
  await exchange.callbacks.idle();
}

await settle();
const scenes = await playScenes(
  anvil,
  ours.map((one) => one.address),
  settle,
);
await settle();

const notified = await notifiedByTransaction();
const problems: string[] = [];
const rows = [['transaction', 'the chain holds', 'notified', 'credited', '']];
for (const scene of scenes) rows.push(await judge(scene));
print(rows);
print([
  ['customer', 'balance', 'asset'],
  ...balances(exchange.database).map((one) => [one.customer, coins(one.amount, one.asset), symbolOf(one.asset)]),
]);
await compareBalances();

wallet.close();
wallet.closeAllConnections();
service.close();
service.closeAllConnections();
await notifier.close();
await exchange.callbacks.close();
await anvil.close();
await rm(directory, { recursive: true });
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'Chain, callbacks and balances agree.' : `${problems.length} differences.`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** One line of the table; a difference between the chain, what was notified and what was credited is a problem. */
async function judge({ title, hash, notices }: Scene): Promise<string[]> {
  const verdict = await chain.check({ transactionId: hash });
  const held =
    verdict.status === 'mined' ? verdict.rows.filter((row) => ours.some((one) => one.address === row.to)) : [];
  const listed = held.filter((row) => row.amount > 0n && assets.some((one) => one.asset === row.asset));
  const deposits = await exchange.callbacks.store.deposits({ transactionId: hash, limit: 100 });
  const credited = deposits.filter((one) => one.status === 'confirmed');
  const said = (notified.get(hash) ?? []).join(', ');
  const isRight = texts(credited) === texts(listed) && said === notices.join(', ');
  if (!isRight)
    problems.push(`${title}: the chain holds ${texts(listed)}, credited was ${texts(credited)}, notified was ${said}`);
  return [title, texts(held), said === '' ? '-' : said, texts(credited), isRight ? 'ok' : 'WRONG'];
}

/** Types of callback by transaction, in the order of their own times: that of their arrival means nothing. */
async function notifiedByTransaction(): Promise<Map<string, string[]>> {
  const sent: Callback[] = [];
  for (const id of callbackIds) {
    const raw = await exchange.callbacks.raw(id);
    if (raw) sent.push(JSON.parse(raw.toString()) as Callback);
  }
  sent.sort((a, b) => a.timestamp.localeCompare(b.timestamp));
  const found = new Map<string, string[]>();
  for (const { type, data } of sent) {
    const { hash } = data.transaction;
    found.set(hash, [...(found.get(hash) ?? []), type.replace('deposit.', '')]);
  }
  return found;
}

/** The ledger against what the chain itself says that the addresses own. */
async function compareBalances(): Promise<void> {
  const ledger = balances(exchange.database);
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
}

function texts(list: readonly { amount: bigint; asset: string }[]): string {
  const known = (asset: string): boolean => assets.some((one) => one.asset === asset);
  const text = ({ amount, asset }: { amount: bigint; asset: string }): string =>
    known(asset) ? `${coins(amount, asset)} ${symbolOf(asset)}` : `${amount} units of a token that is not listed`;
  return list.length === 0 ? 'nothing' : list.map(text).sort().join(', ');
}

function print(lines: string[][]): void {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  for (const line of lines)
    console.log(
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    );
  console.log();
}
