import { readFile, writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { audit } from '../../audit/audit.ts';
import type { Comparison } from '../../audit/compare.ts';
import { htmlReport } from '../../audit/html-report.ts';
import { auditNotifier, notifierProbes } from '../../audit/notifier/audit-notifier.ts';
import type { Severity } from '../../audit/probe.ts';
import { probes } from '../../audit/probes/index.ts';
import { providerProbes } from '../../audit/provider/audit-provider.ts';
import type { AuditReport } from '../../audit/run-probes.ts';
import { createSigner } from '../../audit/signer.ts';
import { type Account, createState } from '../../audit/state.ts';
import { requireNetwork } from '../../networks/registry.ts';
import type { Store } from '../../stores/store.ts';
import type { AlarmRoute } from '../audit/alarm.ts';
import { auditWith } from '../audit/provider-profile.ts';
import { runRounds } from '../audit/rounds.ts';
import { listProbes, showReport } from '../audit/show-report.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { readObject, readUrl, withWords } from '../inputs.ts';
import { addStoreOption, openStore } from '../open-store.ts';
import { makeSigner, providerNames } from '../provider-table.ts';
import { addSecretOption, secretFrom } from '../secrets.ts';
import { parseCount, parseDuration } from '../times.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

interface AuditVerbOptions {
  secretEnv: string;
  apiKeyEnv?: string;
  store?: string;
  to?: string;
  asset?: string;
  amount: string;
  confirmations?: number;
  only?: string[];
  failOn: Severity | 'never';
  html?: string;
  lang: 'en' | 'zh';
  report?: string;
  ca?: string;
  plainUrl?: string;
  slow: number;
  patience: number;
  list?: boolean;
  json?: boolean;
  notifier?: boolean;
  provider?: string;
  event?: string;
  body?: string;
  options?: Readonly<Record<string, unknown>>;
  keyEnv: string;
  keep?: string;
  every?: number;
  alarmUrl?: string;
  alarmSecretEnv: string;
}

/** Tries every probe against an endpoint of one's own. */
export function addAudit(program: Command, context: Context, finish: (code: number) => void): void {
  const { output } = context;
  const command = program
    .command('audit')
    .description('attack your own callback endpoint, or notifier, and report what got through')
    .argument('[url]', 'the callback URL, or that of the notifier')
    .option('--api-key-env <name>', 'environment variable with the API key')
    .option('--to <address>', 'EVM test account of yours; its credits are reverted at the end')
    .option('--asset <id>', 'CAIP-19 id of an asset listed in the policy')
    .option('--amount <units>', 'in smallest units, above the minimum', '1000000')
    .option('--confirmations <count>', 'of valid deposits; default: from the network registry', parseCount)
    .option('--only <probe...>', 'only these probes')
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 if a probe of this severity or higher is red')
        .choices(['low', 'medium', 'high', 'never'])
        .default('low'),
    )
    .option('--html <file>', 'write the report as an HTML page')
    .addOption(new Option('--lang <language>', 'of the HTML page').choices(['en', 'zh']).default(output.language))
    .option('--report <file>', 'write the report as JSON')
    .option('--ca <file>', 'extra certificate authorities (PEM)')
    .option('--plain-url <url>', 'plain-HTTP URL of the same service; default: port 80 of the host')
    .addOption(
      new Option('--slow <duration>', 'how long a slow sender is tolerated')
        .argParser(parseDuration)
        .default(15_000, '15s'),
    )
    .addOption(
      new Option('--patience <duration>', 'how long to wait for an answer')
        .argParser(parseDuration)
        .default(30_000, '30s'),
    )
    .option('--list', 'list the probes without running them')
    .option('--json', 'print the report as JSON');
  addStoreOption(command);
  addProviderOptions(command);
  addNotifierOptions(command);
  addRegularOptions(command);
  addSecretOption(command, 'the signing key').action(async (url: string | undefined, options: AuditVerbOptions) => {
    if (options.notifier && options.provider !== undefined)
      throw refuse('--provider', phrase('and --notifier exclude each other'));
    const known = options.notifier ? notifierProbes : options.provider === undefined ? probes : providerProbes;
    if (options.list) {
      listProbes(known, output, options.json === true);
      finish(exitCodes.ok);
      return;
    }
    if (url === undefined)
      throw refuse('url', phrase('is required, for example https://example.com/callbacks/imtoken'));
    const unknown = options.only?.find((id) => !known.some((probe) => probe.id === id));
    if (unknown !== undefined)
      throw refuse('--only', phrase('unknown probe {probe}; run with --list to see all probes', { probe: unknown }));
    finish(await auditAt(readUrl(url), options, context));
  });
}

function addProviderOptions(command: Command): void {
  command
    .addOption(
      withWords(new Option('--provider <name>', 'whose callbacks the endpoint takes; default: imtoken'), providerNames),
    )
    .option('--event <type>', 'with --provider: the sample to send; default: a deposit to nobody')
    .option('--body <file>', 'with --provider: the exact bytes to send in place of a sample')
    .option('--options <json>', 'with --provider: its options needed for signing', readObject);
}

function addNotifierOptions(command: Command): void {
  command
    .option('--notifier', 'the URL is that of the API of a notifier: https://example.com/notifier')
    .option('--key-env <name>', "environment variable with a customer's API key, for --notifier", 'NOTIFIER_KEY');
}

function addRegularOptions(command: Command): void {
  command
    .option('--keep <file>', 'keep the report here, and compare with the one before')
    .addOption(new Option('--every <duration>', 'audit again and again, until stopped').argParser(parseDuration))
    .option('--alarm-url <url>', 'post a signed alarm here when a probe turns red')
    .option('--alarm-secret-env <name>', 'environment variable with the key that signs it', 'AUDIT_ALARM_SECRET');
}

async function auditAt(url: URL, options: AuditVerbOptions, context: Context): Promise<number> {
  const account = options.notifier || options.provider !== undefined ? undefined : accountOf(options);
  const ca = options.ca === undefined ? undefined : await readFile(options.ca, 'utf8');
  const store = account === undefined ? undefined : await openStore(options.store);
  const seen = store && account ? { store, account } : undefined;
  try {
    return await runRounds(
      {
        audit: () => auditOnce(url, ca, options, seen, context),
        tell: (report, comparison) => tell(report, comparison, options, context),
        failOn: options.failOn,
        keep: options.keep,
        everyMs: options.every,
        alarm: alarmOf(options, ca, context),
      },
      context,
    );
  } finally {
    await store?.close();
  }
}

function auditOnce(
  url: URL,
  ca: string | undefined,
  options: AuditVerbOptions,
  seen: { store: Store; account: Account } | undefined,
  context: Context,
): Promise<AuditReport> {
  if (options.notifier) return runNotifier(url, ca, options, context);
  return options.provider === undefined
    ? run(url, ca, options, seen, context)
    : runProvider(options.provider, url, ca, options, context);
}

async function tell(
  report: AuditReport,
  comparison: Comparison | undefined,
  { report: file, html, lang: language, json, every }: AuditVerbOptions,
  { output }: Context,
): Promise<void> {
  if (file !== undefined) await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
  const changes = comparison && { since: comparison.since, verdicts: comparison.verdicts };
  if (html !== undefined) await writeFile(html, htmlReport(report, { language, changes }));
  const compared = comparison === undefined ? report : { ...report, comparison };
  if (json && every !== undefined) output.jsonLine(compared);
  else if (json) output.json(compared);
  else showReport(report, comparison, output);
}

function alarmOf(
  { alarmUrl, alarmSecretEnv, patience }: AuditVerbOptions,
  ca: string | undefined,
  { env }: Context,
): AlarmRoute | undefined {
  if (alarmUrl === undefined) return undefined;
  const secret = secretFrom(env, alarmSecretEnv);
  return { url: readUrl(alarmUrl), secret, patienceMs: patience, ...(ca === undefined ? {} : { ca }) };
}

function runNotifier(
  url: URL,
  ca: string | undefined,
  options: AuditVerbOptions,
  { output, env, now }: Context,
): Promise<AuditReport> {
  return auditNotifier({
    route: { url, patienceMs: options.patience, ...(ca === undefined ? {} : { ca }) },
    key: secretFrom(env, options.keyEnv),
    ...(options.plainUrl === undefined ? {} : { plainUrl: readUrl(options.plainUrl) }),
    only: options.only,
    progress: (probe, index, count) => output.progress(`${index + 1}/${count} ${probe.id}`),
    now,
  });
}

function runProvider(
  name: string,
  url: URL,
  ca: string | undefined,
  options: AuditVerbOptions,
  context: Context,
): Promise<AuditReport> {
  const { secretEnv, apiKeyEnv, event, body, options: signing, slow, patience, plainUrl, only } = options;
  return auditWith(
    {
      ...{ name, event, body, options: signing, only },
      secret: secretFrom(context.env, secretEnv),
      apiKey: apiKeyEnv === undefined ? undefined : secretFrom(context.env, apiKeyEnv),
      route: { url, patienceMs: patience, ...(ca === undefined ? {} : { ca }) },
      slowMs: slow,
      plainUrl: plainUrl === undefined ? undefined : readUrl(plainUrl),
      progress: (probe, index, count) => context.output.progress(`${index + 1}/${count} ${probe.id}`),
    },
    context,
  );
}

async function run(
  url: URL,
  ca: string | undefined,
  options: AuditVerbOptions,
  seen: { store: Store; account: Account } | undefined,
  { output, env, now }: Context,
): Promise<AuditReport> {
  const apiKey = options.apiKeyEnv === undefined ? undefined : secretFrom(env, options.apiKeyEnv);
  const signer = createSigner({
    provider: await makeSigner('imtoken'),
    secret: secretFrom(env, options.secretEnv),
    route: { url, patienceMs: options.patience, ...(ca === undefined ? {} : { ca }) },
    apiKey,
    now,
  });
  return audit({
    signer,
    apiKey,
    slowMs: options.slow,
    ...(options.plainUrl === undefined ? {} : { plainUrl: readUrl(options.plainUrl) }),
    ...(seen === undefined ? {} : { state: createState(seen.store, seen.account) }),
    only: options.only,
    progress: (probe, index, count) => output.progress(`${index + 1}/${count} ${probe.id}`),
  });
}

/** The test account, if all its options are set; undefined if nothing of it is. */
function accountOf({ store, to, asset, amount, confirmations }: AuditVerbOptions): Account | undefined {
  if (to === undefined && asset === undefined) return undefined;
  if (to === undefined || asset === undefined || store === undefined) {
    throw refuse(
      '--store, --to, --asset',
      phrase('must be set together; without them the audit judges by responses alone'),
    );
  }
  const network = requireNetwork(asset.split('/', 1)[0] ?? '');
  if (network.family !== 'evm') throw refuse('--asset', phrase('must be an asset of an EVM network (eip155:...)'));
  if (!/^\d{1,60}$/.test(amount)) throw refuse('--amount', phrase('must be in smallest units, digits only'));
  // Fewer than make a block final: what is final cannot be taken back.
  const usual = Math.max(network.confirmations, network.reorgDepth - 1);
  return { network: network.id, asset, to, amount: BigInt(amount), confirmations: confirmations ?? usual };
}
