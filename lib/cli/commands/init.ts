import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { type App, creditedIn, signingVariable } from '../init/app-files.ts';
import { filesOf, type Json, startScript } from '../init/app-project.ts';
import { type Ask, type Choices, choose, questions } from '../init/choices.ts';
import { readIfThere, writeFiles } from '../init/write-files.ts';
import { withWords } from '../inputs.ts';
import { makeSecret } from '../make-secret.ts';
import { samplesOf } from '../sample-callbacks.ts';
import { parsePort } from '../times.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

interface InitOptions extends Partial<Record<keyof Choices, string>> {
  port: number;
  force?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** The commands that try an app out. */
interface Steps {
  start: string;
  /** Undefined for a provider of which the package has no sample. */
  send: string | undefined;
  show: string;
}

/** Writes a small app that credits deposits, and says how to try it. */
export function addInit(program: Command, context: Context, finish: (code: number) => void): void {
  const command = program
    .command('init')
    .description('write a small app that receives callbacks and credits deposits')
    .argument('[folder]', 'where to; created if missing', '.');
  for (const [name, { what, answers, usual }] of Object.entries(questions)) {
    const option = new Option(`--${name} <${name}>`, `${what.en.toLowerCase()}; default: ${usual}`);
    command.addOption(withWords(option, answers));
  }
  command
    .option('--port <number>', 'of the app', parsePort, 3000)
    .option('--force', 'write over files that are there')
    .option('--yes', 'ask nothing')
    .option('--json', 'print JSON; ask nothing')
    .action(async (where: string, options: InitOptions) => {
      const asking = options.yes || options.json ? undefined : asker(context);
      try {
        await init(where, options, context, asking?.ask);
      } finally {
        asking?.close();
      }
      finish(exitCodes.ok);
    });
}

async function init(where: string, options: InitOptions, { output }: Context, ask: Ask): Promise<void> {
  const folder = resolve(where);
  const manifest = manifestIn(await readIfThere(folder, 'package.json'));
  const choices = await choose(options, fixedBy(manifest, options.module), ask, output.said);
  const samples = await samplesOf(choices.provider);
  const app: App = { choices, samples, secret: await makeSecret(choices.provider, samples), port: options.port };
  const [gitignore, env] = [await readIfThere(folder, '.gitignore'), await readIfThere(folder, '.env')];
  const files = filesOf(app, folder, { manifest, gitignore, env });
  const written = await writeFiles(folder, files, { force: options.force === true, ask, said: output.said });
  const steps = stepsOf(where, manifest, app);
  if (options.json) {
    output.json({ folder, ...choices, files: written, ...steps });
    return;
  }
  output.line(output.say('Wrote {files}.', { files: written.join(', ') }));
  output.line('');
  output.line({ text: output.say('Start the app:'), colour: 'bold' });
  output.line(`  ${steps.start}`);
  const next = output.say('In another terminal, in the same folder, send a callback and see the credit:');
  output.line({ text: next, colour: 'bold' });
  output.line(`  ${steps.send ?? `npx deposit-callback send ${choices.provider} --help`}`);
  output.line(`  ${steps.show}`);
  if (samples.events.length > 0 && samples.to === undefined) {
    const { provider } = choices;
    output.note(
      output.say('{provider} says only what to look up: nothing is credited without the option chains.', { provider }),
    );
  }
}

function asker({ terminal }: Context): { ask: Ask; close(): void } | undefined {
  if (terminal === undefined) return undefined;
  const asked = createInterface(terminal);
  // Lines that come before their question is there are kept for it.
  const lines = asked[Symbol.asyncIterator]();
  return {
    async ask(question) {
      asked.setPrompt(question);
      asked.prompt();
      const { value, done } = await lines.next();
      if (done) throw refuse('--yes', phrase('is needed if nobody answers'));
      return value;
    },
    close: () => asked.close(),
  };
}

function manifestIn(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw refuse('folder', phrase('its package.json is not JSON'));
  }
}

/** What the package.json that is there leaves no choice of. */
function fixedBy(manifest: Json | undefined, wanted: string | undefined): Partial<Choices> {
  if (manifest?.type === undefined) return {};
  const module = manifest.type === 'module' ? 'esm' : 'commonjs';
  if (wanted !== undefined && wanted !== module) {
    throw refuse(
      '--module',
      phrase('package.json says "type": "{type}"; leave the option out, or change that', {
        type: String(manifest.type),
      }),
    );
  }
  return { module };
}

function stepsOf(where: string, manifest: Json | undefined, app: App): Steps {
  const { choices, samples, secret, port } = app;
  const { provider } = choices;
  const script = (manifest?.scripts as Json | undefined)?.start;
  const isOurs = script === undefined || script === startScript(choices);
  const start = `npm install && ${isOurs ? 'npm start' : startScript(choices).replace('tsc', 'npx tsc')}`;
  const url = `http://127.0.0.1:${port}`;
  const send = [
    `npx deposit-callback send ${provider} --dotenv .env --url ${url}/callbacks/${provider}`,
    ...(provider === 'imtoken' ? [`--to ${creditedIn(samples).to}`] : []),
    ...(secret.signing === undefined ? [] : [`--secret-env ${signingVariable}`]),
  ];
  return {
    start: where === '.' ? start : `cd ${where} && ${start}`,
    send: samples.events.length === 0 ? undefined : send.join(' '),
    show: `curl -s ${url}/ledger`,
  };
}
