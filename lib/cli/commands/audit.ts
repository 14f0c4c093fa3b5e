import { readFile, writeFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { type AuditReport, audit, hasRed } from '../../audit/audit.ts';
import { htmlReport } from '../../audit/html-report.ts';
import type { Severity, Verdict } from '../../audit/probe.ts';
import { probes } from '../../audit/probes/index.ts';
import { createSigner } from '../../audit/signer.ts';
import { type Account, createState } from '../../audit/state.ts';
import { invalidOption } from '../../errors.ts';
import { requireNetwork } from '../../networks/registry.ts';
import type { Store } from '../../stores/store.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { readUrl } from '../inputs.ts';
import { addStoreOption, openStore } from '../open-store.ts';
import type { Colour, Output } from '../output.ts';
import { makeSigner } from '../provider-table.ts';
import { addSecretOption, secretFrom } from '../secrets.ts';
import { parseCount, parseDuration } from '../times.ts';

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
}

/** Tries every probe against an endpoint of one's own. */
export function addAudit(program: Command, context: Context, finish: (code: number) => void): void {
  const { output } = context;
  const command = program
    .command('audit')
    .description('attack your own imtoken endpoint and report what got through')
    .argument('[url]', 'the callback URL')
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
    .addOption(new Option('--lang <language>', 'of the HTML page').choices(['en', 'zh']).default('en'))
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
  addSecretOption(command, 'the signing key').action(async (url: string | undefined, options: AuditVerbOptions) => {
    if (options.list) {
      listProbes(output, options.json === true);
      finish(exitCodes.ok);
      return;
    }
    if (url === undefined) throw invalidOption('url', 'is required, for example https://example.com/callbacks/imtoken');
    const unknown = options.only?.find((id) => !probes.some((probe) => probe.id === id));
    if (unknown !== undefined)
      throw invalidOption('--only', `unknown probe ${unknown}; run with --list to see all probes`);
    const account = accountOf(options);
    const store = account === undefined ? undefined : await openStore(options.store);
    try {
      const report = await run(readUrl(url), options, store && account ? { store, account } : undefined, context);
      if (options.report !== undefined) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`);
      if (options.html !== undefined) await writeFile(options.html, htmlReport(report, { language: options.lang }));
      if (options.json) output.json(report);
      else show(report, output);
      finish(options.failOn !== 'never' && hasRed(report, options.failOn) ? exitCodes.found : exitCodes.ok);
    } finally {
      await store?.close();
    }
  });
}

async function run(
  url: URL,
  options: AuditVerbOptions,
  seen: { store: Store; account: Account } | undefined,
  { output, env, now }: Context,
): Promise<AuditReport> {
  const apiKey = options.apiKeyEnv === undefined ? undefined : secretFrom(env, options.apiKeyEnv);
  const ca = options.ca === undefined ? undefined : await readFile(options.ca, 'utf8');
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
    throw invalidOption(
      '--store, --to, --asset',
      'must be set together; without them the audit judges by responses alone',
    );
  }
  const network = requireNetwork(asset.split('/', 1)[0] ?? '');
  if (network.family !== 'evm') throw invalidOption('--asset', 'must be an asset of an EVM network (eip155:...)');
  if (!/^\d{1,60}$/.test(amount)) throw invalidOption('--amount', 'must be in smallest units, digits only');
  // Fewer than make a block final: what is final cannot be taken back.
  const usual = Math.max(network.confirmations, network.reorgDepth - 1);
  return { network: network.id, asset, to, amount: BigInt(amount), confirmations: confirmations ?? usual };
}

function listProbes(output: Output, json: boolean): void {
  const rows = probes.map(({ run: _, ...probe }) => probe);
  if (json) output.json(rows);
  else
    output.table(
      ['probe', 'group', 'severity', 'holds when'],
      rows.map(({ id, group, severity, title }) => [id, group, severity, title]),
    );
}

const colours: Readonly<Record<Verdict, Colour>> = { green: 'green', red: 'red', skipped: 'dim' };

function show({ url, startedAt, probes: done, counts, verdict, tookMs, takenBack }: AuditReport, output: Output): void {
  output.table(
    ['verdict', 'probe', 'severity', 'saw'],
    done.map((one) => [{ text: one.verdict, colour: colours[one.verdict] }, one.id, one.severity, one.saw]),
  );
  output.line();
  for (const one of done.filter((probe) => probe.verdict === 'red')) {
    output.line({ text: `${one.id}: does not hold: ${one.title}. The probe ${one.did}.`, colour: 'red' });
  }
  if (takenBack.length > 0)
    output.line(`${takenBack.length} deposits were made on the test account and reported as reverted.`);
  output.line(
    `${startedAt}  ${url}  `,
    { text: verdict, colour: colours[verdict] },
    `: ${counts.green} green, ${counts.red} red, ${counts.skipped} skipped, ${(tookMs / 1_000).toFixed(1)} s`,
  );
}
