import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { inspector } from 'deposit-callback/inspector';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { openExchange } from './exchange.ts';
import { operators } from './operators.ts';

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
const password = process.env.INSPECTOR_PASSWORD;
const page =
  password === undefined || password === ''
    ? undefined
    : inspector({ callbacks, ...operators(password), challenge: 'Basic realm="inspector"', actions: true });
if (page) app.use('/inspector', page);

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
console.log(`Balances:     http://127.0.0.1:${port}/`);
console.log(`Callback URL: http://127.0.0.1:${port}/callbacks/imtoken`);
console.log(`Inspector:    ${page ? `http://127.0.0.1:${port}/inspector/` : 'off; set INSPECTOR_PASSWORD to open it'}`);

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close();
    page?.close();
    callbacks.close().then(() => process.exit(0));
  });
}
