import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createNotifier } from 'deposit-callback/notifier';
import express from 'express';
import { type Anvil, rich, startAnvil } from '../test/chains/anvil.ts';
import { fountain, words } from '../test/chains/contracts.ts';

// Whether the notifier keeps up with a block a second of 1,000 transfers, each to one of 100,000 watched addresses: half
// of them native, each a transaction of its own, half of them tokens. Chain, notifier and receiver share this machine.

const { values } = parseArgs({
  options: {
    watches: { type: 'string', default: '100000' },
    transfers: { type: 'string', default: '1000' },
    blocks: { type: 'string', default: '20' },
    confirmations: { type: 'string', default: '3' },
    // A URL; without it, a SQLite file.
    postgres: { type: 'string' },
  },
});
const watches = Number(values.watches);
const perBlock = Number(values.transfers);
const blocks = Number(values.blocks);
const first = 0x1000000000000000000000000000000000000000n;
const addressAt = (index: number): string => `0x${(first + BigInt(index)).toString(16)}`;

const anvil = await startAnvil();
const contract = await anvil.deploy(fountain);
const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-bench-'));
let received = 0;
const receiver = createServer((req, res) => {
  req.resume().on('end', () => {
    received += 1;
    res.writeHead(204).end();
  });
}).listen(0, '127.0.0.1');
const adminSecret = 'the-admin-secret-of-the-bench';
const notifier = createNotifier({
  ...(values.postgres === undefined
    ? { path: join(directory, 'notifier.db') }
    : { database: { url: values.postgres, schema: directory.slice(-20) } }),
  networks: [{ network: 'eip155:1', url: anvil.url, confirmations: Number(values.confirmations) }],
  adminSecret,
  secretsKey: randomBytes(32).toString('base64'),
  allowPrivate: true,
  concurrency: 16,
  pollMs: 200,
});
const service = createServer(express().use(notifier.router)).listen(0, '127.0.0.1');
const key = await notifier.createKey('bench');
await notifier.catchUp();
await api('PUT', '/v1/callback-url', { url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/` });

console.log(`Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown CPU'}`);
const watching = performance.now();
for (let from = 0; from < watches; from += 1_000) {
  const addresses = Array.from({ length: Math.min(1_000, watches - from) }, (_, index) => addressAt(from + index));
  await api('POST', '/v1/watches', { network: 'eip155:1', addresses });
}
console.log(`${watches} watches over the API: ${seconds(watching)} s`);

for (let block = 0; block < blocks; block += 1) await mineFullBlock(anvil);
const reading = performance.now();
const readingCpu = process.cpuUsage();
await notifier.catchUp();
const readMs = performance.now() - reading;
console.log(
  `Reading ${blocks} blocks of ${perBlock} transfers: ${(readMs / blocks).toFixed(0)} ms a block, ${cpuMs(readingCpu, blocks)} ms of CPU`,
);
const sending = performance.now();
const sendingCpu = process.cpuUsage();
await notifier.deliver();
const owed = perBlock * (blocks + Math.max(0, blocks - Number(values.confirmations) + 1));
if (received !== owed) throw new Error(`${received} callbacks came, and ${owed} were owed`);
console.log(
  `Sending ${received} callbacks: ${Math.round(received / Number(seconds(sending)))} a second, ${cpuMs(sendingCpu, received)} ms of CPU each with the receiver`,
);

// The same as it happens: a block each second, and how far behind its last callback is.
await notifier.start();
const before = received;
const lags: number[] = [];
for (let block = 1; block <= blocks; block += 1) {
  const started = performance.now();
  await mineFullBlock(anvil);
  const mined = performance.now();
  // Each block brings its own transfers, and confirms those of an earlier one.
  const due = before + 2 * perBlock * block;
  while (received < due && performance.now() - started < 30_000) await delay(5);
  lags.push(performance.now() - mined);
  await delay(Math.max(0, 1_000 - (performance.now() - started)));
}
lags.sort((a, b) => a - b);
const median = lags[Math.floor(lags.length / 2)] ?? 0;
const worst = lags.at(-1) ?? 0;
console.log(
  `Live, a block each second: its last callback ${ms(median)} after it was mined (median), ${ms(worst)} at worst`,
);

await notifier.close();
for (const server of [receiver, service]) {
  server.close();
  server.closeAllConnections();
}
await anvil.close();
await rm(directory, { recursive: true });
if (median > 1_000) {
  console.error('It does not keep up with a block a second.');
  process.exitCode = 1;
}

async function mineFullBlock(chain: Anvil): Promise<void> {
  const native = Math.floor(perBlock / 2);
  const nonce = Number(await chain.rpc<string>('eth_getTransactionCount', [rich[0], 'latest']));
  const at = (index: number): string => addressAt((index * 7_919) % watches);
  const calls = Array.from({ length: native }, (_, index) => ({
    jsonrpc: '2.0',
    id: index,
    method: 'eth_sendTransaction',
    params: [{ from: rich[0], to: at(index), value: '0x1', gas: '0x5208', nonce: `0x${(nonce + index).toString(16)}` }],
  }));
  await fetch(chain.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(calls),
  }).then((response) => response.arrayBuffer());
  await chain.send({
    from: rich[1],
    to: contract,
    data: `0x${words(addressAt(0), 1n, perBlock - native)}`,
    gas: 100_000_000,
  });
  await chain.mine();
}

async function api(method: string, path: string, body: object): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${(service.address() as AddressInfo).port}${path}`, {
    method,
    headers: { authorization: `Bearer ${key.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
}

/** Of this process, without the chain and the server of PostgreSQL. */
function cpuMs(since: NodeJS.CpuUsage, each: number): string {
  const { user, system } = process.cpuUsage(since);
  return ((user + system) / 1_000 / each).toFixed(3);
}

function ms(duration: number): string {
  return `${duration.toFixed(0)} ms`;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1_000).toFixed(2);
}
