import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { type Deposit, depositCallbacks } from 'deposit-callback';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { sqliteStore } from 'deposit-callback/stores/sqlite';
import { signCallback } from 'deposit-callback/testing';
import express from 'express';

const secret = 'whsec_c2VjcmV0LW9mLWEtY29uc3VtZXItcHJvamVjdA==';
const ours = '0x52908400098527886E0F7030069857D2E4169EE7';
const provider = imtoken({ secrets: [secret] });
const callbacks = depositCallbacks({
  providers: [provider],
  store: sqliteStore({ path: 'deposits.db' }),
  policy: {
    assets: [{ asset: 'eip155:1/slip44:60', decimals: 18 }],
    isOurs: ({ address }) => address === ours,
  },
});
const credited = new Promise<Deposit>((resolve) => {
  callbacks.on('deposit', (deposit, { atomically }) => atomically(() => resolve(deposit)));
});

const app = express();
app.use('/callbacks', callbacks);
const server = app.listen(0);
await new Promise((resolve) => server.once('listening', resolve));
const { port } = server.address() as AddressInfo;

const signed = signCallback(provider, {
  secret,
  body: {
    type: 'deposit.confirmed',
    timestamp: new Date().toISOString(),
    data: {
      network: 'eip155:1',
      asset: 'eip155:1/slip44:60',
      symbol: 'ETH',
      decimals: 18,
      amount: '1000000000000000001',
      from: '0x8617E340B3D01FA5F11F306F4090FD50E238070D',
      to: ours,
      status: 'success',
      confirmations: 64,
      transaction: {
        hash: `0x${'ab'.repeat(32)}`,
        position: 'native',
        block: { number: '21000000', hash: `0x${'cd'.repeat(32)}` },
      },
    },
  },
});
const response = await fetch(`http://127.0.0.1:${port}/callbacks/imtoken`, {
  method: 'POST',
  headers: signed.headers,
  body: signed.body,
});
assert.equal(response.status >= 200 && response.status < 300, true, `answered ${response.status}`);
const deposit = await credited;
assert.equal(deposit.amount, 1000000000000000001n);
assert.equal(deposit.to, ours);
await callbacks.close();
server.close();
