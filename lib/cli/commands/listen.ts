import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Argument, type Command } from 'commander';
import { type DepositCallbacks, depositCallbacks } from '../../deposit-callbacks.ts';
import type { EventKind } from '../../deposits/deposit.ts';
import { canonicalAddress } from '../../networks/address.ts';
import { networks } from '../../networks/registry.ts';
import type { Policy } from '../../policy/policy.ts';
import type { Provider } from '../../providers/kit/provider.ts';
import type { CallbackRecord, Store } from '../../stores/store.ts';
import { callbackJson, depositJson } from '../callback-json.ts';
import { noteLogger } from '../config.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { createForwarder } from '../forward.ts';
import { readObject, readUrl, withWords } from '../inputs.ts';
import { openStore } from '../open-store.ts';
import type { Output } from '../output.ts';
import { makeProvider, providerNames } from '../provider-table.ts';
import { secretVariable } from '../secrets.ts';
import { parseCount, parsePort } from '../times.ts';
import { trialInspector } from '../trial-inspector.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';
import { amountText } from './deposits.ts';

interface ListenOptions {
  store: string;
  host: string;
  port: number;
  secretEnv: string;
  asset?: string[];
  to?: string[];
  options?: Readonly<Record<string, unknown>>;
  trustMined?: boolean;
  confirmations?: number;
  trustProxy?: number;
  forwardTo?: string;
  json?: boolean;
}

const eventKinds: readonly EventKind[] = ['deposit', 'deposit.pending', 'deposit.reverted', 'deposit.failed'];

/** A receiver for trials: shows each callback and each event as it comes. */
export function addListen(program: Command, context: Context, finish: (code: number) => void): void {
  program
    .command('listen')
    .description('receive callbacks and show them, with the inspector; for trials: nobody is credited')
    .addArgument(withWords(new Argument('[provider...]', 'default: imtoken'), providerNames))
    .option('--store <where>', 'SQLite file (created if missing) or URL', 'deposit-callback.db')
    .option('--host <address>', 'to listen on', '127.0.0.1')
    .option('--port <number>', '0 for any free port', parsePort, 3000)
    .option(
      '--secret-env <name>',
      'environment variable with the secret, or NAME_PROVIDER for each; if none is set, one is generated and shown',
      secretVariable,
    )
    .option('--asset <id=decimals...>', 'assets to credit, for example eip155:1/slip44:60=18; default: any')
    .option('--to <address...>', 'accounts to credit; default: any')
    .option('--options <json>', `options of providers, by name: {"helius":{"network":"solana-devnet"}}`, readObject)
    .option('--trust-mined', 'credit mined transfers regardless of confirmations')
    .option(
      '--confirmations <count>',
      'confirmations required on every network; default: from the network registry',
      parseCount,
    )
    .option('--forward-to <url>', 'send each callback on, as it came, to the same path below this URL')
    .option('--trust-proxy <hops>', 'number of proxies in front', Number)
    .option('--json', 'print a line of JSON per callback and event')
    .action(async (names: string[], options: ListenOptions) => {
      const secretOf = secretsOf(options.secretEnv, context);
      const providers = await Promise.all(
        (names.length === 0 ? ['imtoken'] : names).map((name) =>
          makeProvider(name, {
            ...(options.trustMined ? { trustMined: true } : {}),
            ...(options.options?.[name] as object | undefined),
            secrets: [secretOf(name)],
          }),
        ),
      );
      const store = await openStore(options.store, { create: true });
      try {
        await serve(providers, store, options, context);
      } finally {
        await store.close();
      }
      finish(exitCodes.ok);
    });
}

async function serve(providers: Provider[], store: Store, options: ListenOptions, context: Context): Promise<void> {
  const { output } = context;
  const logger = noteLogger(output);
  const callbacks = depositCallbacks({
    providers,
    store,
    policy: policyOf(options),
    logger,
    ...(options.trustProxy === undefined ? {} : { trustProxy: options.trustProxy }),
  });
  const { page, credentials } = trialInspector(callbacks, logger);
  const forwarder = options.forwardTo === undefined ? undefined : createForwarder(readUrl(options.forwardTo), output);
  const received: Mountable = (req, res) => {
    forwarder?.watch(req, res, req.url ?? '/');
    callbacks(req, res);
  };
  show(callbacks, options, output);
  await callbacks.ready();
  const server = createServer(mounted({ '/callbacks': received, '/inspector': page }));
  server.listen(options.port, options.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const address = `${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`;
  for (const provider of providers) {
    const url = `http://${address}/callbacks${provider.path}`;
    output.note(output.say('Listening: POST {url}', { url }));
  }
  output.note(output.say('Inspector: {url}', { url: `http://${credentials}@${address}/inspector/` }));
  await context.stopped();
  server.close();
  page.close();
  await callbacks.close();
  await forwarder?.idle();
  server.closeAllConnections();
}

type Mountable = (req: IncomingMessage, res: ServerResponse) => void;

/** Requests below a path go to what is mounted there, which sees the rest of it, as in Express. */
function mounted(paths: Readonly<Record<string, Mountable>>): Mountable {
  return (req, res) => {
    const url = req.url ?? '/';
    const found = Object.entries(paths).find(([path]) => url.startsWith(`${path}/`));
    if (!found) {
      res.writeHead(404, { 'content-length': 0 }).end();
      return;
    }
    const [path, mount] = found;
    Object.assign(req, { originalUrl: url, url: url.slice(path.length) });
    mount(req, res);
  };
}

function show(callbacks: DepositCallbacks, { json }: ListenOptions, output: Output): void {
  callbacks.on('outcome', (record: CallbackRecord) => {
    if (json) output.jsonLine({ callback: callbackJson(record) });
    else {
      const colour = record.outcome === 'rejected' ? 'red' : record.outcome === 'quarantined' ? 'yellow' : 'dim';
      const code = record.code === undefined ? '' : ` ${record.code}`;
      output.line(
        `${timeOf(record.receivedAt)}  `,
        { text: `${record.outcome}${code}`, colour },
        `  ${record.provider}  ${record.id}`,
      );
    }
  });
  for (const kind of eventKinds) {
    callbacks.on(kind, (deposit, { eventId }) => {
      if (json) output.jsonLine({ event: kind, eventId, deposit: depositJson(deposit) });
      else
        output.line(
          `${timeOf(Date.now())}  `,
          { text: kind, colour: 'green' },
          `  ${output.say('{amount} to {to}', { amount: amountText(deposit, output), to: deposit.to })}  ${deposit.id}`,
        );
    });
  }
}

function policyOf({ asset, to, confirmations }: ListenOptions): Policy {
  const assets = asset?.map(assetIn);
  return {
    assets: assets ?? 'any',
    ...(confirmations === undefined
      ? {}
      : { confirmations: Object.fromEntries(networks.map(({ id }) => [id, confirmations])) }),
    isOurs: ({ network, address }) => to === undefined || to.some((one) => isSame(network, one, address)),
  };
}

/** `<CAIP-19>=<decimals>`; those of a network's own coin are known. */
function assetIn(text: string): { asset: string; decimals: number } {
  const [, id = text, digits] = /^(.+)=(\d{1,2})$/.exec(text) ?? [];
  if (!id.includes('/'))
    throw refuse('--asset', phrase('{text} is not CAIP-19; write eip155:1/slip44:60=18', { text }));
  const native = networks.find((one) => one.native.asset === id)?.native;
  const decimals = digits === undefined ? native?.decimals : Number(digits);
  if (decimals === undefined)
    throw refuse('--asset', phrase('{text} has no decimals; write {text}=6 for six of them', { text }));
  return { asset: id, decimals };
}

function isSame(network: string, text: string, address: string): boolean {
  try {
    return canonicalAddress(network, text) === address;
  } catch {
    // An account of another network.
    return false;
  }
}

/** The secret of a provider: of a variable of its own (CALLBACK_SECRET_TATUM), else the common one, else one that is made. */
function secretsOf(variable: string, { env, output }: Context): (provider: string) => string {
  let made: string | undefined;
  return (provider) => {
    const given = env[`${variable}_${provider.toUpperCase().replaceAll('-', '_')}`] ?? env[variable] ?? made;
    if (given !== undefined) return given;
    made = `whsec_${randomBytes(32).toString('base64')}`;
    output.note(output.say('Generated a secret: {variable}={secret}', { variable, secret: made }));
    return made;
  };
}

function timeOf(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
