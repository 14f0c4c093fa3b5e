import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Codec } from '../../lib/networks/network.ts';
import { coinpayments } from '../../lib/providers/coinpayments.ts';
import { signCallback } from '../../lib/testing/sign-callback.ts';
import { receiver } from '../helpers/receiver.ts';
import { send, serve } from '../helpers/serve.ts';

const asset = 'acme:main/slip44:9999';
const codec: Codec = {
  account(text) {
    if (!/^acme1[a-z0-9]{38}$/i.test(text)) throw new Error('an Acme address begins with acme1');
    return { address: text.toLowerCase() };
  },
  transactionId: (text) => text.toLowerCase(),
  blockHash: (text) => text.toLowerCase(),
  token: (reference, namespace = 'denom') => (namespace === 'denom' ? { namespace, reference } : undefined),
};

test("a purchase on a network of the user's own is credited to the account that the provider's option names", async (t) => {
  const account = `ACME1${'q'.repeat(38)}`;
  const secret = 'an IPN secret of a merchant';
  const provider = coinpayments({
    secrets: [secret],
    merchant: 'm',
    assets: { ACM: asset },
    accounts: { 'acme:main': account },
  });
  const { callbacks, deposits } = await receiver(t, {
    providers: [provider],
    networks: [
      {
        id: 'acme:main',
        codec,
        native: { asset, symbol: 'ACM', decimals: 6 },
        confirmations: 10,
        reorgDepth: 20,
      },
    ],
    policy: { assets: [{ asset, decimals: 6 }], isOurs: ({ address }) => address === account.toLowerCase() },
  });
  const port = await serve(t, callbacks);
  const body = Buffer.from(
    'ipn_version=1.1&ipn_type=api&ipn_mode=hmac&ipn_id=1&merchant=m&status=100&txn_id=CPFK3A8T2V&currency2=ACM&received_amount=15.30000000&received_confirms=20',
  );
  const signed = signCallback(provider, { secret, body });
  assert.equal((await send(port, { path: provider.path, headers: signed.headers, body: signed.body })).status, 200);
  await callbacks.idle();
  assert.deepEqual(
    deposits.map(({ network, amount, to }) => [network, amount, to]),
    [['acme:main', 15_300_000n, account.toLowerCase()]],
  );
});
