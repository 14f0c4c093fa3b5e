import { Argument, type Command, Option } from 'commander';
import { attacks, held } from '../../audit/attacks.ts';
import { describeSeen, type Seen } from '../../audit/exchange.ts';
import { createSigner, newId, type Signed, type Signer } from '../../audit/signer.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { readObject, readUrl, withWords } from '../inputs.ts';
import type { Output } from '../output.ts';
import { providerNames, unknownProvider } from '../provider-table.ts';
import { samplesOf } from '../sample-callbacks.ts';
import { addSecretOption, secretFrom } from '../secrets.ts';
import { sendingProvider } from '../sending-provider.ts';
import { sentLines } from '../sent.ts';
import { parseCount, parseDuration } from '../times.ts';
import { type FieldOptions, type ToSend, whatToSend } from '../what-to-send.ts';
import { chineseAttacks } from '../words/chinese-usage.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

interface SendOptions extends FieldOptions {
  url: string;
  secretEnv: string;
  apiKeyEnv?: string;
  body?: string;
  event?: string;
  id?: string;
  method?: string;
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
    .addArgument(withWords(new Argument('<provider>', 'who sends it'), providerNames))
    .requiredOption('--url <url>', 'the callback URL')
    .option('--api-key-env <name>', 'environment variable with the API key')
    .option('--body <file>', 'file with the exact bytes to send, or - for standard input; default: a sample')
    .option('--event <type>', 'the event that a sample reports, as the provider calls it; default: a deposit')
    .option('--network <network>', 'of the imtoken profile, as all up to --status: a name, or CAIP-2')
    .option('--asset <asset>', 'a symbol, or CAIP-19')
    .option('--amount <units>', 'smallest units')
    .option('--to <address>', 'recipient, in any spelling; default: nobody')
    .option('--from <address>', 'sender')
    .option('--memo <text>', 'memo or tag')
    .option('--hash <id>', 'transaction; default: a new one')
    .option('--position <text>', 'for example log:3 or native')
    .option('--confirmations <count>', 'as counted by the provider', parseCount)
    .option('--status <text>', 'success or failed')
    .option('--id <id>', 'of the delivery; default: a new one')
    .option('--method <method>', 'HTTP method; default: that of the sample')
    .option('--options <json>', 'provider options needed for signing', readObject)
    .option('--header <line...>', 'extra header, for example "x-test: 1"')
    .addOption(new Option('--attack <kind>', attackHelp(output)).choices(Object.keys(attacks)))
    .addOption(
      new Option('--patience <duration>', 'how long to wait for the answer')
        .argParser(parseDuration)
        .default(30_000, '30s'),
    )
    .option('--json', 'print JSON');
  addSecretOption(command, 'the signing key').action(async (name: string, options: SendOptions) => {
    if (!providerNames.includes(name)) throw unknownProvider(name);
    const samples = await samplesOf(name);
    const toSend = await whatToSend(name, options, samples, context);
    const provider = await sendingProvider(name, { samples, toSend, options: options.options, env });
    const { method = options.method ?? provider.methods[0] ?? 'POST', body } = toSend;
    const url = readUrl(options.url);
    if (toSend.query !== undefined) url.search = [url.search.slice(1), toSend.query].filter(Boolean).join('&');
    const signer = createSigner({
      provider,
      secret: secretFrom(env, options.secretEnv),
      route: { url, patienceMs: options.patience },
      method,
      apiKey: options.apiKeyEnv === undefined ? undefined : secretFrom(env, options.apiKeyEnv),
      now: context.now,
    });
    const attack = options.attack === undefined ? undefined : attacks[options.attack];
    if (options.attack === 'slow') output.progress(output.say('Sending a byte a second'));
    const id = options.id ?? newId();
    const signed = signedWith(signer, id, toSend, options.header);
    const seen = attack ? await attack.run(signer, body) : await signer.send(signed);
    const request = { ...signed, method, id: attack ? undefined : id, receivedAt: context.now() };
    const sent = sentLines(provider, request, options.json ? undefined : output.said);
    const right = attack ? held(attack, seen) : seen.status !== undefined && seen.status < 300;
    tell(seen, right, sent, options, context);
    finish(seen.status === undefined && !attack ? exitCodes.failed : right ? exitCodes.ok : exitCodes.found);
  });
}

function signedWith(signer: Signer, id: string, { body, headers }: ToSend, lines: readonly string[] = []): Signed {
  const signed = signer.sign(body, { id });
  return { ...signed, headers: { ...signed.headers, ...headers, ...Object.fromEntries(lines.map(readHeader)) } };
}

function readHeader(line: string): [name: string, value: string] {
  const colon = line.indexOf(':');
  if (colon < 1) throw refuse('--header', phrase('{line} is not a header; write "name: value"', { line }));
  return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()];
}

function tell(
  seen: Seen,
  right: boolean,
  sent: Readonly<Record<string, string>>[],
  { attack, json }: SendOptions,
  { output }: Context,
): void {
  if (json) {
    const { tookMs } = seen;
    const answer =
      seen.status === undefined
        ? { failure: seen.failure }
        : { status: seen.status, headers: seen.headers, body: seen.text };
    output.json({ ...(attack === undefined ? {} : { attack, held: right }), ...answer, tookMs, sent });
    return;
  }
  const refused = right ? phrase('attack refused') : phrase('attack not refused');
  const verdict = attack === undefined ? '' : `  ${output.said(refused)}`;
  output.line({ text: describeSeen(seen), colour: right ? 'green' : 'red' }, `  ${seen.tookMs} ms${verdict}`);
  for (const one of sent) output.fields(one);
}

function attackHelp(output: Output): string {
  const list = Object.entries(attacks).map(([name, { does }]) => {
    return `${name}: ${output.said({ en: does, zh: chineseAttacks[name] ?? does })}`;
  });
  return output.say('send an attack instead; exits with 1 if the receiver fails it. {attacks}', {
    attacks: list.join('; '),
  });
}
