import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { depositCallbacks } from 'deposit-callback';
import { bitcoinChain } from 'deposit-callback/chains/bitcoin';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { sqliteStore } from 'deposit-callback/stores/sqlite';
import { signCallback } from 'deposit-callback/testing';
import express from 'express';
import { litecoin as asset, regtest as network, startLitecoind } from '../test/chains/litecoind.ts';

// A node of Litecoin Core with a chain of its own, a customer's address on it, and a service that credits.
const secret = `whsec_${Buffer.from('the secret of the demo, 32 bytes').toString('base64')}`;
const provider = imtoken({ secrets: [secret] });
const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-litecoin-'));
const node = await startLitecoind();
const alice = await node.rpc<string>('getnewaddress');
const callbacks = depositCallbacks({
  providers: [provider],
  store: sqliteStore({ path: join(directory, 'deposits.db') }),
  policy: {
    assets: [{ asset, decimals: 8 }],
    isOurs: ({ address }) => address === alice,
    confirmations: { [network]: 3 },
  },
  chains: [bitcoinChain({ network, url: node.url, cookieFile: node.cookieFile })],
});
let balance = 0n;
callbacks.on('deposit', ({ amount }) => {
  balance += amount;
});
callbacks.on('deposit.reverted', ({ amount }) => {
  balance -= amount;
});
await callbacks.ready();
const service = express().use('/callbacks', callbacks).listen(0, '127.0.0.1');
await once(service, 'listening');

const problems: string[] = [];

/** Lets the chain check look, and compares the customer's balance with what it should be, in hundredths of a coin. */
async function see(what: string, cents: bigint): Promise<void> {
  await callbacks.confirm();
  await callbacks.idle();
  const isRight = balance === cents * 1_000_000n;
  console.log(`${isRight ? 'ok   ' : 'WRONG'} ${what.padEnd(66)} alice has ${Number(balance) / 1e8} LTC`);
  if (!isRight) problems.push(what);
}

/** What a wallet's notifier says of the payment, signed; `lie` in place of what is true. */
async function tell(type: string, hash: string, lie: object = {}): Promise<void> {
  const { vout, blockhash } = await node.transaction(hash);
  const output = vout.find((one) => one.scriptPubKey.addresses?.includes(alice))?.n;
  const block = blockhash && (await node.rpc<{ height: number }>('getblockheader', [blockhash]));
  const transaction = {
    hash,
    position: `out:${output}`,
    ...(block && { block: { number: `${block.height}`, hash: blockhash } }),
  };
  const said = { network, asset, amount: '50000000', to: alice, memo: null, status: 'success', confirmations: 9 };
  const body = { type, timestamp: new Date().toISOString(), data: { ...said, transaction, ...lie } };
  const { headers, body: bytes } = signCallback(provider, { secret, body });
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/callbacks/imtoken`;
  const { status } = await fetch(url, { method: 'POST', headers, body: bytes });
  if (status !== 200) problems.push(`a callback was answered with ${status}`);
}

const payment = await node.pay({ [alice]: 50_000_000n });
await tell('deposit.pending', payment);
await see('0.5 LTC to alice, in the mempool', 0n);
await tell('deposit.confirmed', payment);
await see('called confirmed, still in the mempool', 0n);
const [block] = await node.mine(3);
await tell('deposit.confirmed', payment);
await see('three blocks', 50n);
await tell('deposit.confirmed', payment, { amount: '5000000000' });
await see('called 50 LTC by somebody with the secret', 50n);
await node.rpc('invalidateblock', [block]);
for (let count = 0; count < 4; count += 1) await node.mineOnly([]);
await see('a reorg of three blocks, and the payment is back in the mempool', 0n);
await node.mine(3);
await tell('deposit.confirmed', payment);
await see('mined again', 50n);
const height = BigInt(await node.height());
await node.pay({ [alice]: 25_000_000n });
await node.mine(3);
await callbacks.reconcile({ network, fromBlock: height + 1n });
await see('0.25 LTC that no callback reported, found by reconcile', 75n);

service.close();
service.closeAllConnections();
await callbacks.close();
await node.close();
await rm(directory, { recursive: true });
console.log(problems.length === 0 ? 'Chain, callbacks and balance agree.' : `${problems.length} differences.`);
process.exitCode = problems.length === 0 ? 0 : 1;
