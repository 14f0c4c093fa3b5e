import type { Command } from 'commander';
import { createSigner } from '../../audit/signer.ts';
import { addConfigOption, loadConfig } from '../config.ts';
import type { Context } from '../context.ts';
import { examineEndpoint } from '../doctor/endpoint.ts';
import { type DoctorFinding, findingJson, type Level } from '../doctor/finding.ts';
import { examineKeys } from '../doctor/keys.ts';
import { examineOptions } from '../doctor/options.ts';
import { examineNeeds, examineStore, examineTraffic } from '../doctor/store.ts';
import { exitCodes } from '../exit-codes.ts';
import { readUrl } from '../inputs.ts';
import { addStoreOption, openStore } from '../open-store.ts';
import type { Colour } from '../output.ts';
import { makeSigner } from '../provider-table.ts';
import { addSecretOption, secretFrom } from '../secrets.ts';
import { asIs, phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

interface DoctorOptions {
  config?: string;
  store?: string;
  url?: string;
  secretEnv: string;
  apiKeyEnv?: string;
  strict?: boolean;
  json?: boolean;
}

const colours: Readonly<Record<Level, Colour>> = { ok: 'green', note: 'dim', warn: 'yellow', bad: 'red' };
const supported = [20, 19] as const;

/** Looks at a configuration, its store and the mounted app, and reports what will hurt. */
export function addDoctor(program: Command, context: Context, finish: (code: number) => void): void {
  const { output } = context;
  const command = program
    .command('doctor')
    .description('check configuration, keys, store and the mounted app; exits with 1 if a check fails')
    .option('--url <url>', 'callback URL of the imtoken profile: sends signed test callbacks through the app')
    .option('--api-key-env <name>', 'environment variable with the API key')
    .option('--strict', 'exit with 1 for warnings too')
    .option('--json', 'print JSON');
  addConfigOption(command);
  addStoreOption(command);
  addSecretOption(command, 'the signing key, for --url').action(async (options: DoctorOptions) => {
    if (options.config === undefined && options.store === undefined && options.url === undefined) {
      throw refuse('--config, --store, --url', phrase('set at least one of them'));
    }
    const findings = [nodeFinding(), ...(await examine(options, context))];
    if (options.json) output.json(findings.map(findingJson));
    else {
      output.table(
        ['level', 'about', 'found', 'what to do'],
        findings.map(({ level, about, found, fix }) => [
          { text: level, colour: colours[level] },
          about,
          output.said(found),
          fix && output.said(fix),
        ]),
      );
    }
    const wrong = findings.some(({ level }) => level === 'bad' || (options.strict === true && level === 'warn'));
    finish(wrong ? exitCodes.found : exitCodes.ok);
  });
}

async function examine(options: DoctorOptions, context: Context): Promise<DoctorFinding[]> {
  const { env, now, output } = context;
  const findings: DoctorFinding[] = [];
  if (options.config !== undefined) {
    output.progress(output.say('Checking the configuration'));
    const { settings, findings: found } = examineOptions(await loadConfig(options.config));
    findings.push(...found);
    if (settings) {
      for (const provider of settings.providers) findings.push(...(await examineKeys(provider, now())));
      output.progress(output.say('Checking the store'));
      try {
        const stored = await examineStore(settings.store);
        findings.push(...stored);
        const isReady = !stored.some(({ id, level }) => id === 'durable' && level === 'bad');
        if (isReady) {
          const { store, providers, silenceMs } = settings;
          findings.push(...(await examineNeeds({ store, providers, silenceMs, now })));
          findings.push(...(await examineTraffic(settings, now())));
        }
      } finally {
        await settings.store.close().catch(() => {});
      }
    }
  } else if (options.store !== undefined) {
    const store = await openStore(options.store);
    try {
      findings.push(...(await examineStore(store)), ...(await examineNeeds({ store, now })));
    } finally {
      await store.close();
    }
  }
  if (options.url !== undefined) {
    output.progress(output.say('Sending signed test callbacks'));
    const signer = createSigner({
      provider: await makeSigner('imtoken'),
      secret: secretFrom(env, options.secretEnv),
      apiKey: options.apiKeyEnv === undefined ? undefined : secretFrom(env, options.apiKeyEnv),
      route: { url: readUrl(options.url), patienceMs: 15_000 },
      now,
    });
    findings.push(...(await examineEndpoint(signer)));
  }
  return findings;
}

function nodeFinding(): DoctorFinding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const isOld = major < supported[0] || (major === supported[0] && minor < supported[1]);
  const found = asIs(`Node ${process.versions.node}`);
  return isOld
    ? {
        ...{ id: 'node', level: 'bad', about: 'node', found },
        fix: phrase('the package requires {version} or newer', { version: supported.join('.') }),
      }
    : { id: 'node', level: 'ok', about: 'node', found };
}
