const assert = require('node:assert/strict');
const express = require('express');
const { depositCallbacks, memoryStore } = require('deposit-callback');
const { imtoken } = require('deposit-callback/providers/imtoken');
const { signCallback } = require('deposit-callback/testing');

// No driver is installed here, and none is loaded before a store is opened.
assert.equal(typeof require('deposit-callback/stores/sqlite').sqliteStore, 'function');

const secret = 'whsec_c2VjcmV0LW9mLWEtY29uc3VtZXItcHJvamVjdA==';
const ours = '0x52908400098527886E0F7030069857D2E4169EE7';
const provider = imtoken({ secrets: [secret] });
const callbacks = depositCallbacks({
  providers: [provider],
  store: memoryStore(),
  policy: {
    assets: [{ asset: 'eip155:1/slip44:60', decimals: 18 }],
    isOurs: ({ address }) => address === ours,
  },
});
const amounts = [];
callbacks.on('deposit', (deposit) => {
  amounts.push(deposit.amount);
});

const app = express();
app.use('/callbacks', callbacks);
const server = app.listen(0, () => {
  receiveOne().then(
    () => server.close(),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function receiveOne() {
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
  const url = `http://127.0.0.1:${server.address().port}/callbacks/imtoken`;
  const response = await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body });
  assert.equal(response.status >= 200 && response.status < 300, true, `answered ${response.status}`);
  // With memoryStore the answer waits for the listeners.
  assert.deepEqual(amounts, [1000000000000000001n]);
  const tampered = await fetch(url, { method: 'POST', headers: signed.headers, body: `${signed.body} ` });
  assert.equal(tampered.status, 401);
  await callbacks.close();
}
