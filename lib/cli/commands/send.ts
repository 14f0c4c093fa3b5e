import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { attacks, held } from '../../audit/attacks.ts';
import { describeSeen, type Seen } from '../../audit/exchange.ts';
import { sampleBody, sampleEvents, sampleFields } from '../../audit/sample.ts';
import { createSigner, type Signer } from '../../audit/signer.ts';
import { invalidOption } from '../../errors.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { readObject, readUrl } from '../inputs.ts';
import { makeSigner, providerNames } from '../provider-table.ts';
import { addSecretOption, secretFrom } from '../secrets.ts';
import { parseCount, parseDuration } from '../times.ts';

interface SendOptions {
  url: string;
  secretEnv: string;
  apiKeyEnv?: string;
  body?: string;
  event: string;
  network?: string;
  asset?: string;
  amount?: string;
  to?: string;
  from?: string;
  memo?: string;
  hash?: string;
  position?: string;
  confirmations?: number;
  status?: string;
  id?: string;
  method: string;
  options?: Readonly<Record<string, unknown>>;
  header?: string[];
  attack?: string;
  patience: number;
  json?: boolean;
}

/** Sends one callback as a provider does, good or spoiled. */
export function addSend(program: Command, context: Context, finish: (code: number) => void): void {
  const { output, env } = context;
  const command = program
    .command('send')
    .description('send a callback, signed as its provider signs it')
    .argument('<provider>', `one of ${providerNames.join(', ')}`)
    .requiredOption('--url <url>', 'the callback URL')
    .option('--api-key-env <name>', 'environment variable with the API key')
    .option(
      '--body <file>',
      'file with the exact bytes to send, or - for standard input; required for every provider except imtoken',
    )
    .addOption(
      new Option('--event <type>', 'event that the imtoken profile reports')
        .choices([...sampleEvents])
        .default('deposit.confirmed'),
    )
    .option('--network <id>', 'CAIP-2')
    .option('--asset <id>', 'CAIP-19')
    .option('--amount <units>', 'smallest units')
    .option('--to <address>', 'recipient; default: nobody')
    .option('--from <address>', 'sender')
    .option('--memo <text>', 'memo or tag')
    .option('--hash <id>', 'transaction; default: a new one')
    .option('--position <text>', 'for example log:3 or native')
    .option('--confirmations <count>', 'as counted by the provider', parseCount)
    .option('--status <text>', 'success or failed')
    .option('--id <id>', 'of the delivery; default: a new one')
    .option('--method <method>', 'HTTP method', 'POST')
    .option('--options <json>', 'provider options needed for signing', readObject)
    .option('--header <line...>', 'extra header, for example "x-test: 1"')
    .addOption(new Option('--attack <kind>', attackHelp()).choices(Object.keys(attacks)))
    .option('--patience <duration>', 'how long to wait for the answer', parseDuration, 30_000)
    .option('--json', 'print JSON');
  addSecretOption(command, 'the signing key').action(async (name: string, options: SendOptions) => {
    const provider = await makeSigner(name, options.options);
    const secret = secretFrom(env, options.secretEnv);
    const signer = createSigner({
      provider,
      secret,
      route: { url: readUrl(options.url), patienceMs: options.patience },
      method: options.method,
      apiKey: options.apiKeyEnv === undefined ? undefined : secretFrom(env, options.apiKeyEnv),
      now: context.now,
    });
    const body = await bodyOf(name, options, context);
    const attack = options.attack === undefined ? undefined : attacks[options.attack];
    if (options.attack === 'slow') output.progress('Sending a byte a second');
    const seen = attack ? await attack.run(signer, body) : await sendGood(signer, body, options);
    const right = attack ? held(attack, seen) : seen.status !== undefined && seen.status < 300;
    tell(seen, right, options, context);
    finish(seen.status === undefined && !attack ? exitCodes.failed : right ? exitCodes.ok : exitCodes.found);
  });
}

function sendGood(signer: Signer, body: Buffer, { id, header = [] }: SendOptions): Promise<Seen> {
  const signed = signer.sign(body, id === undefined ? {} : { id });
  return signer.send({ ...signed, headers: { ...signed.headers, ...Object.fromEntries(header.map(readHeader)) } });
}

function readHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 1) throw invalidOption('--header', `${line} is not a header; write "name: value"`);
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

async function bodyOf(name: string, options: SendOptions, { stdin, now }: Context): Promise<Buffer> {
  if (options.body === '-') return stdin();
  if (options.body !== undefined) return readFile(options.body);
  if (name !== 'imtoken') {
    throw invalidOption('--body', `is required for ${name}: sample bodies can be generated for imtoken only`);
  }
  const { event, network, asset, amount, to, from, memo, hash, position, confirmations, status } = options;
  if (amount !== undefined && !/^\d{1,78}$/.test(amount)) {
    throw invalidOption('--amount', 'must be in smallest units, digits only');
  }
  const given = { network, asset, amount, to, from, memo, hash, position, confirmations, status };
  const set = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return Buffer.from(JSON.stringify(sampleBody({ ...sampleFields(now()), type: event, ...set })));
}

function tell(seen: Seen, right: boolean, { attack, json }: SendOptions, { output }: Context): void {
  if (json) {
    const { tookMs } = seen;
    const answer =
      seen.status === undefined
        ? { failure: seen.failure }
        : { status: seen.status, headers: seen.headers, body: seen.text };
    output.json({ ...(attack === undefined ? {} : { attack, held: right }), ...answer, tookMs });
    return;
  }
  const verdict = attack === undefined ? '' : right ? '  attack refused' : '  attack not refused';
  output.line({ text: describeSeen(seen), colour: right ? 'green' : 'red' }, `  ${seen.tookMs} ms${verdict}`);
}

function attackHelp(): string {
  return `send an attack instead; exits with 1 if the receiver fails it. ${Object.entries(attacks)
    .map(([name, { does }]) => `${name}: ${does}`)
    .join('; ')}`;
}
