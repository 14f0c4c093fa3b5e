import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inspector } from 'deposit-callback/inspector';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { accounts, assets } from './accounts.ts';
import { openExchange } from './exchange.ts';
import { isFromHere, operators } from './operators.ts';
import type { ChainWallet } from './wallets/chain-wallet.ts';
import { openSignedWallet } from './wallets/signed-wallet.ts';
import { front } from './web/front.ts';
import { createLive } from './web/live.ts';
import { listen } from './web/told.ts';

const usage = `Usage: npm start [-- --signed]

Opens the example exchange for a browser on this machine. Nothing needs to be set.

  --signed   no local chain: the wallet signs callbacks by itself
  --help     this text

Environment:
  PORT                 3000; 0 for a free one
  DATABASE             a file that is kept, without a local chain; a new one each time
  CALLBACK_SECRET      the secret that callbacks are signed with, without a local chain; a new one
  INSPECTOR_PASSWORD   asked for by the inspector; without one, it opens on this machine alone`;

const values = readOptions();
if (values.help) {
  console.log(usage);
  process.exit(0);
}

const { env } = process;
const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-example-'));
const live = createLive();
const chain = await openChain();
const secret = chain?.secret ?? env.CALLBACK_SECRET ?? `whsec_${randomBytes(32).toString('base64')}`;

const exchange = await openExchange({
  path: (chain ? undefined : env.DATABASE) ?? join(directory, 'exchange.db'),
  providers: [
    imtoken({ secrets: [secret] }),
    // Its callbacks are allowed from one network only, and this machine is not in it.
    imtoken({ name: 'partner', secrets: [secret], sources: ['203.0.113.0/24'] }),
  ],
  ...(chain ? { chains: [chain.check], confirmations: { 'eip155:1': chain.confirmations } } : {}),
  // A local chain has Ethereum's accounts only.
  book: { accounts: accounts.filter(({ network }) => chain === undefined || network === 'eip155:1'), assets },
});
const { app, callbacks } = exchange;
const server = createServer(app).listen(Number(env.PORT ?? 3000), '127.0.0.1');
await once(server, 'listening').catch(stopAtOnce);
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const callbackUrl = `${url}/callbacks/imtoken`;

const { INSPECTOR_PASSWORD: password = '' } = env;
const entry =
  password === '' ? { authorize: isFromHere } : { ...operators(password), challenge: 'Basic realm="inspector"' };
const page = inspector({ callbacks, ...entry, actions: true });
app.use('/inspector', page);
const wallet = chain ?? openSignedWallet({ secret, callbackUrl });
app.use(
  front({
    ...{ exchange, wallet, live, callbackUrl, strangerUrl: `${url}/callbacks/partner` },
    told: listen(exchange, live.changed),
    confirmations: chain?.confirmations,
  }),
);
await chain?.start(callbackUrl, exchange.book.accounts);

callbacks.on('deposit', ({ account, amount, asset }) => console.log(`Credited: ${amount} of ${asset} to ${account}`));
console.log(`Example exchange: ${url}/`);
console.log(`Inspector:        ${url}/inspector/`);
console.log(`Callback URL:     ${callbackUrl}`);
console.log(
  chain
    ? 'Payments:         on a local chain (anvil), read by the notifier'
    : `Payments:         callbacks signed with ${secret}`,
);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void close());

async function close(): Promise<void> {
  live.close();
  page.close();
  server.close();
  server.closeIdleConnections();
  await wallet.close();
  await callbacks.close();
  await rm(directory, { recursive: true, force: true });
  process.exit(0);
}

/** Undefined without anvil, a development dependency of the package. */
async function openChain(): Promise<ChainWallet | undefined> {
  if (values.signed) return undefined;
  try {
    const { openChainWallet } = await import('./wallets/chain-wallet.ts');
    return await openChainWallet(directory, live.changed);
  } catch (error) {
    console.log(`No local chain: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

function readOptions(): { signed?: boolean | undefined; help?: boolean | undefined } {
  try {
    return parseArgs({ options: { signed: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

/** The port is another's. */
async function stopAtOnce(error: NodeJS.ErrnoException): Promise<never> {
  const isTaken = error.code === 'EADDRINUSE';
  console.error(isTaken ? `Port ${env.PORT ?? 3000} is in use: PORT=0 npm start takes a free one` : error.message);
  await chain?.close();
  await rm(directory, { recursive: true, force: true });
  process.exit(2);
}
