import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { depositCallbacks } from 'deposit-callback';
import { bitcoinChain } from 'deposit-callback/chains/bitcoin';
import { createNotifier, type Notifier } from 'deposit-callback/notifier';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { sqliteStore } from 'deposit-callback/stores/sqlite';
import { signCallback } from 'deposit-callback/testing';
import express from 'express';
import { litecoin as asset, regtest as network, startLitecoind } from '../../test/chains/litecoind.ts';
import { askNotifier } from './notifier-api.ts';

// A node of Litecoin Core with a chain of its own; the wallet's side, which watches a customer's address on it; and a service that
// credits.
const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-litecoin-'));
const node = await startLitecoind();
const alice = await node.rpc<string>('getnewaddress');
const { url, cookieFile } = node;
const adminSecret = 'the-admin-secret-of-the-demo';
const secretsKey = randomBytes(32).toString('base64');
const openNotifier = (): Notifier =>
  createNotifier({
    path: join(directory, 'notifier.db'),
    networks: [{ network, url, cookieFile, confirmations: 3 }],
    adminSecret,
    secretsKey,
    // The service listens on this machine, without TLS.
    allowPrivate: true,
  });
let notifier = openNotifier();
const wallet = createServer(express().use('/notifier', (req, res, next) => notifier.router(req, res, next)));
await once(wallet.listen(0, '127.0.0.1'), 'listening');

// As a customer of the wallet would: a key, a callback URL, the address to watch.
const key = await askNotifier(wallet, 'POST', '/v1/keys', adminSecret, { name: 'demo' });
const secret = String(key.signingSecret);
const provider = imtoken({ secrets: [secret] });
const callbacks = depositCallbacks({
  providers: [provider],
  store: sqliteStore({ path: join(directory, 'deposits.db') }),
  policy: {
    assets: [{ asset, decimals: 8 }],
    isOurs: ({ address }) => address === alice,
    confirmations: { [network]: 3 },
  },
  chains: [bitcoinChain({ network, url, cookieFile })],
});
let balance = 0n;
callbacks.on('deposit', ({ amount }) => {
  balance += amount;
});
callbacks.on('deposit.reverted', ({ amount }) => {
  balance -= amount;
});
await callbacks.ready();
const told: string[] = [];
callbacks.on('outcome', ({ outcome }) => told.push(outcome));
const service = express().use('/callbacks', callbacks).listen(0, '127.0.0.1');
await once(service, 'listening');
const callbackUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}/callbacks/imtoken`;
await askNotifier(wallet, 'PUT', '/v1/callback-url', String(key.key), { url: callbackUrl });
await askNotifier(wallet, 'POST', '/v1/watches', String(key.key), { network, address: alice });

const problems: string[] = [];

/** Lets what happened go all the way, and compares the customer's balance with what it should be, in hundredths of a coin. */
async function see(what: string, cents: bigint): Promise<void> {
  told.length = 0;
  await notifier.catchUp();
  await notifier.deliver();
  await callbacks.confirm();
  await callbacks.idle();
  const isRight = balance === cents * 1_000_000n;
  const calls = `${told.length} ${told.length === 1 ? 'callback' : 'callbacks'}`;
  const coins = `alice has ${Number(balance) / 1e8} LTC`;
  console.log(`${isRight ? 'ok   ' : 'WRONG'} ${what.padEnd(66)} ${coins.padEnd(20)} ${calls}`);
  if (!isRight) problems.push(what);
}

await notifier.catchUp();
const payment = await node.pay({ [alice]: 50_000_000n });
await see('0.5 LTC to alice, in the mempool', 0n);
const [block = ''] = await node.mine();
await see('in a block', 0n);
await node.mine(2);
await see('three blocks', 50n);
await lie();
await see('called 50 LTC by somebody with the secret', 50n);
await node.rpc('invalidateblock', [block]);
for (let count = 0; count < 4; count += 1) await node.mineOnly([]);
await see('a reorg of three blocks, and the payment is back in the mempool', 0n);
await node.mine(3);
await see('mined again', 50n);
await notifier.close();
await node.pay({ [alice]: 25_000_000n });
await node.mine(3);
notifier = openNotifier();
await see('0.25 LTC while the notifier was down', 75n);

for (const server of [wallet, service]) {
  server.close();
  server.closeAllConnections();
}
await notifier.close();
await callbacks.close();
await node.close();
await rm(directory, { recursive: true });
console.log(problems.length === 0 ? 'Chain, callbacks and balance agree.' : `${problems.length} differences.`);
process.exitCode = problems.length === 0 ? 0 : 1;

/** A callback whose signature is right, and whose amount is not. */
async function lie(): Promise<void> {
  const { vout } = await node.transaction(payment);
  const output = vout.find((one) => one.scriptPubKey.addresses?.includes(alice))?.n;
  const { height } = await node.rpc<{ height: number }>('getblockheader', [block]);
  const transaction = { hash: payment, position: `out:${output}`, block: { number: `${height}`, hash: block } };
  const said = { network, asset, amount: '5000000000', to: alice, memo: null, status: 'success', confirmations: 9 };
  const body = { type: 'deposit.confirmed', timestamp: new Date().toISOString(), data: { ...said, transaction } };
  const { headers, body: bytes } = signCallback(provider, { secret, body });
  const { status } = await fetch(callbackUrl, { method: 'POST', headers, body: bytes });
  if (status !== 200) problems.push(`a callback was answered with ${status}`);
}
