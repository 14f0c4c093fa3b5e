import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';
import '../../scripts/ensure-build.mjs';
import { providerNames } from '../../lib/cli/provider-table.ts';
import { samplesOf } from '../../lib/cli/sample-callbacks.ts';
import { pack } from '../../scripts/pack.mjs';
import { freePort } from '../helpers/empty-project.ts';
import { startPostgres } from '../helpers/postgres-server.ts';
import { redisServerMissing, startRedis } from '../helpers/redis-server.ts';
import { runHere, temporaryFolder } from './cli.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
let base = '';

interface Written {
  folder: string;
  port: number;
  send?: string;
}

const providers = new Map<string, Written>();
const combined = new Map<string, Written>();
const combinations = (['typescript', 'javascript'] as const).flatMap((language) =>
  (['esm', 'commonjs'] as const).flatMap((module) =>
    (['memory', 'sqlite', 'postgres', 'redis'] as const).map((store) => ({ language, module, store })),
  ),
);
const nameOf = (choices: object): string => Object.values(choices).join('-');

// Apps in the repository's own tree: their modules are those that are installed here, and the package as packed.
before(async () => {
  await mkdir(join(root, '.tmp'), { recursive: true });
  base = await mkdtemp(join(root, '.tmp', 'init-'));
  const modules = join(base, 'node_modules');
  await mkdir(join(modules, 'deposit-callback'), { recursive: true });
  const tarball = await pack();
  execFileSync('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, 'deposit-callback')]);
  await rm(tarball);
  for (const provider of providerNames) providers.set(provider, await init(provider, { provider, store: 'memory' }));
  for (const choices of combinations) combined.set(nameOf(choices), await init(nameOf(choices), choices));
  await compile();
});
after(() => rm(base, { recursive: true, force: true }));

async function init(name: string, choices: Readonly<Record<string, string>>): Promise<Written> {
  const folder = join(base, name);
  const port = await freePort();
  const options = Object.entries({ ...choices, port }).flatMap(([option, value]) => [`--${option}`, String(value)]);
  const ran = await runHere(['init', folder, '--json', ...options]);
  assert.equal(ran.code, 0, ran.stderr);
  return { ...(JSON.parse(ran.stdout) as Written), port };
}

/** The strict compiler on all apps at once, each under its own package.json; what it makes stands beside its source. */
async function compile(): Promise<void> {
  const { compilerOptions } = JSON.parse(await readFile(join(base, 'imtoken', 'tsconfig.json'), 'utf8'));
  assert.equal(compilerOptions.strict, true);
  const { outDir: _, ...beside } = compilerOptions;
  await writeFile(join(base, 'tsconfig.json'), JSON.stringify({ compilerOptions: beside, include: ['*/*.ts'] }));
  const { status, stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', base, '--pretty', 'false']);
  assert.equal(status, 0, String(stdout));
}

/** Starts an app, sends it the callback that `init` names, and gives its ledger. */
async function tried({ folder, port, send }: Written, credits: boolean, env = {}): Promise<unknown[]> {
  const { CALLBACK_SECRET: _, NODE_TEST_CONTEXT: _t, ...inherited } = process.env;
  const app = spawn(process.execPath, ['--env-file=.env', 'server.js'], {
    cwd: folder,
    env: { ...inherited, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [app.stdout, app.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  try {
    while (!said.includes('listening on')) {
      if (app.exitCode !== null) assert.fail(`${folder} ended: ${said}`);
      await Promise.race([once(app.stdout, 'data'), once(app, 'close')]);
    }
    if (send !== undefined) {
      const args = send.split(' ').slice(2);
      args.splice(args.indexOf('--dotenv'), 2);
      const variables = parseEnv(await readFile(join(folder, '.env'), 'utf8')) as Record<string, string>;
      const sent = await runHere(args, { env: variables });
      assert.equal(sent.code, 0, `${send}: ${sent.stdout}${sent.stderr}${said}`);
    }
    return await ledgerOf(port, credits);
  } finally {
    app.kill('SIGTERM');
    if (app.exitCode === null) await once(app, 'close');
  }
}

/** The entries, once there are any if a credit is due: a durable store answers before it is handed out. */
async function ledgerOf(port: number, isDue: boolean): Promise<unknown[]> {
  for (;;) {
    const entries = (await (await fetch(`http://127.0.0.1:${port}/ledger`)).json()) as unknown[];
    if (entries.length > 0 || !isDue) return entries;
  }
}

for (const provider of providerNames) {
  test(`the app for ${provider} compiles, starts, and credits the sample of it`, async () => {
    const { asset, to } = await samplesOf(provider);
    const written = providers.get(provider);
    assert.ok(written, `${provider} is written`);
    const entries = await tried(written, to !== undefined);
    // Providers of hints credit nothing.
    if (to === undefined) assert.deepEqual(entries, []);
    else
      assert.deepEqual(
        entries.map((entry) => ({ ...(entry as object), amount: '' })),
        [{ account: 'alice', asset: asset?.asset, amount: '' }],
      );
  });
}

async function environment(t: TestContext, store: string): Promise<Record<string, string>> {
  if (store === 'postgres') {
    const server = await startPostgres();
    t.after(() => server.remove());
    return { DATABASE_URL: server.url };
  }
  if (store !== 'redis' || redisServerMissing() !== undefined) return {};
  const server = await startRedis();
  t.after(() => server.remove());
  return { REDIS_URL: server.path };
}

for (const choices of combinations) {
  const skip = choices.store === 'redis' ? (redisServerMissing() ?? false) : false;
  test(`the app in ${nameOf(choices)} compiles and credits a deposit`, { skip }, async (t) => {
    const written = combined.get(nameOf(choices));
    assert.ok(written, `${nameOf(choices)} is written`);
    const entries = await tried(written, true, await environment(t, choices.store));
    assert.deepEqual(entries, [
      { account: 'alice', asset: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7', amount: '1000000' },
    ]);
  });
}

test('init writes over no file unasked, completes those that others write too, and keeps a secret', async (t) => {
  const folder = await temporaryFolder(t);
  const at = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  await writeFile(join(folder, 'package.json'), '{"name":"mine","type":"commonjs","dependencies":{"express":"5.0.0"}}');
  await writeFile(join(folder, '.env'), 'CALLBACK_SECRET=mine\nOTHER=1');
  await writeFile(join(folder, '.gitignore'), '.env\nnotes');
  const esm = await runHere(['init', folder, '--module', 'esm']);
  assert.equal(esm.code, 2);
  assert.match(esm.stderr, /--module: package\.json says "type": "commonjs"/);
  assert.equal((await runHere(['init', folder, '--language', 'javascript'])).code, 0);
  const manifest = JSON.parse(await at('package.json'));
  assert.deepEqual([manifest.name, manifest.type, manifest.dependencies.express], ['mine', 'commonjs', '5.0.0']);
  assert.ok(manifest.dependencies['deposit-callback'], 'its dependency is added');
  assert.equal(await at('.env'), 'CALLBACK_SECRET=mine\nOTHER=1\n');
  assert.match(await at('.gitignore'), /^\.env\nnotes\nnode_modules\/\n/);
  assert.match(await at('server.js'), /require\('express'\)/);

  await writeFile(join(folder, 'server.js'), 'mine');
  await rm(join(folder, 'callbacks.config.js'));
  const again = await runHere(['init', folder, '--language', 'javascript']);
  assert.equal(again.code, 2);
  assert.match(again.stderr, /--force: is needed to write over server\.js/);
  assert.equal(await at('server.js'), 'mine');
  assert.ok(!existsSync(join(folder, 'callbacks.config.js')), 'nothing is written if something may not be');
  assert.equal((await runHere(['init', folder, '--language', 'javascript', '--force'])).code, 0);
  assert.match(await at('server.js'), /depositCallbacks/);
});

test('a secret of init is new each time, and only its owner can read it', async (t) => {
  const folder = await temporaryFolder(t);
  const secretIn = async (name: string): Promise<string> => {
    assert.equal((await runHere(['init', join(folder, name)])).code, 0);
    return readFile(join(folder, name, '.env'), 'utf8');
  };
  assert.notEqual(await secretIn('one'), await secretIn('two'));
  assert.equal((await stat(join(folder, 'one', '.env'))).mode & 0o077, 0);
  assert.match(await readFile(join(folder, 'one', '.gitignore'), 'utf8'), /^\.env$/m);
});

test('init refuses what is none of its answers, with the near one', async () => {
  for (const [option, given, near] of [
    ['--provider', 'alchmy', 'alchemy'],
    ['--store', 'sqlit', 'sqlite'],
    ['--language', 'typescrit', 'typescript'],
  ] as const) {
    const refused = await runHere(['init', join(base, 'none'), option, given]);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, new RegExp(`${option}: ${given} is not known\\. Did you mean ${near}\\?`));
  }
});

test('on a terminal init asks for each choice that no option makes, again until it understands, and before it writes over a file', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'server.js'), 'mine');
  const answers = ['javscript', 'javascript', '4', 'imtoken', 'memory', 'n'];
  const ran = await runHere(['init', folder, '--module', 'commonjs'], { answers });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(ran.stdout, /Language \(typescript, javascript\) \[typescript\]: /);
  assert.match(ran.stdout, /javscript is not known\. Did you mean javascript\?/);
  assert.match(ran.stdout, /Write over server\.js\? \(y, n\) \[n\]: /);
  assert.equal(await readFile(join(folder, 'server.js'), 'utf8'), 'mine');
  assert.match(await readFile(join(folder, 'callbacks.config.js'), 'utf8'), /memoryStore/);
  const ended = await runHere(['init', join(folder, 'other')], { answers: ['javascript'] });
  assert.equal(ended.code, 2);
  assert.match(ended.stderr, /--yes: is needed if nobody answers/);
});

test('answers that come before their question are kept for it', async (t) => {
  const folder = await temporaryFolder(t);
  const answers = ['javascript\ncommonjs\n4\nimtoken\nmemory'];
  const ran = await runHere(['init', folder], { answers });
  assert.equal(ran.code, 0, ran.stderr);
  assert.match(await readFile(join(folder, 'callbacks.config.js'), 'utf8'), /memoryStore[\s\S]*module\.exports/);
});
