import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { openExchange } from './exchange.ts';

const secret = process.env.CALLBACK_SECRET;
if (secret === undefined) {
  console.error(
    'Set CALLBACK_SECRET to the secret that the sender signs with, for example whsec_ and 32 random bytes in base64:',
  );
  console.error(
    `  CALLBACK_SECRET=whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')} npm start`,
  );
  process.exit(2);
}

const { app, callbacks } = await openExchange({
  path: process.env.DATABASE ?? 'exchange.db',
  providers: [imtoken({ secrets: [secret] })],
  logger: console,
});
const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
console.log(`Balances:     http://127.0.0.1:${port}/`);
console.log(`Callback URL: http://127.0.0.1:${port}/callbacks/imtoken`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    callbacks.close().then(() => process.exit(0));
  });
}
