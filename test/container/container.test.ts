import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import '../../scripts/ensure-build.mjs';
import { run } from '../cli/cli.ts';
import { alice, callbackBody, ether, secret, signed } from '../helpers/deposits.ts';
import { startPostgres } from '../helpers/postgres-server.ts';
import { send } from '../helpers/serve.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

interface Service {
  image?: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  ports?: string[];
  volumes?: string[];
  healthcheck?: object;
  build?: object;
  depends_on?: Record<string, object>;
}

interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
}

const compose = (): Compose => parse(read('container/compose.yaml'), { merge: true }) as Compose;

/** Instructions of the Dockerfile, lines that go on joined. */
const instructions = (): string[] =>
  read('container/Dockerfile')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));

test('The Dockerfile has no fault that its linter knows', () => {
  const faults = validate(read('container/Dockerfile')).map(({ message, range }) => `${range.start.line}: ${message}`);
  assert.deepEqual(faults, []);
  const broken = validate(`${read('container/Dockerfile')}\nCOPYY a b\n`);
  assert.equal(broken.length, 1, 'the linter looks');
});

test('The image runs as a user, checks its health, and is built from what there is, without secrets', () => {
  const all = instructions();
  const last = all.slice(all.findLastIndex((line) => line.startsWith('FROM ')));
  assert.deepEqual(
    last.filter((line) => line.startsWith('USER ')),
    ['USER node'],
  );
  assert.ok(last.indexOf('USER node') < last.findIndex((line) => line.startsWith('CMD ')), 'before it runs');
  assert.ok(
    last.some((line) => line.startsWith('HEALTHCHECK ') && line.includes('/health')),
    'health is checked',
  );
  for (const line of all.filter((one) => one.startsWith('FROM '))) assert.match(line, /^FROM node:\d+-slim( AS \w+)?$/);
  assert.ok(!all.some((line) => /^(ARG|ENV) .*(SECRET|PASSWORD|KEY|TOKEN)/i.test(line)), 'no secret is built in');
  const ignored = read('container/Dockerfile.dockerignore');
  for (const line of all.filter((one) => one.startsWith('COPY ') && !one.includes('--from='))) {
    for (const source of line
      .split(' ')
      .slice(1, -1)
      .filter((one) => one !== '.')) {
      assert.ok(existsSync(new URL(source, root)), `${source} is there`);
      assert.ok(ignored.includes(`!${source}\n`), `${source} is in the context`);
    }
  }
});

test('Every service of the compose file is hardened, and takes its secrets from files', () => {
  const { services, secrets, volumes } = compose();
  assert.deepEqual(Object.keys(services), ['notifier', 'receiver', 'postgres']);
  const used = new Set<string>();
  for (const [name, service] of Object.entries(services)) {
    assert.equal(service.read_only, true, name);
    assert.deepEqual(service.cap_drop, ['ALL'], name);
    assert.deepEqual(service.security_opt, ['no-new-privileges:true'], name);
    assert.ok(service.user !== undefined && service.user !== 'root' && service.user !== '0', name);
    for (const port of service.ports ?? []) assert.match(port, /^127\.0\.0\.1:/, name);
    for (const volume of service.volumes ?? []) assert.ok((volume.split(':')[0] ?? '') in volumes, volume);
    for (const [variable, value] of Object.entries(service.environment ?? {})) {
      if (!/SECRET|PASSWORD|KEY|DATABASE_URL/.test(variable)) continue;
      assert.match(variable, /_FILE$/, `${name} takes ${variable} from a file`);
      assert.ok(service.secrets?.includes(value.replace('/run/secrets/', '')), `${name} is given ${value}`);
    }
    for (const one of service.secrets ?? []) used.add(one);
    for (const other of Object.keys(service.depends_on ?? {})) {
      const checked = services[other]?.healthcheck ?? services[other]?.build;
      assert.ok(checked !== undefined, `${other} has a health check of its own or of its image`);
    }
  }
  assert.deepEqual([...used].sort(), Object.keys(secrets).sort());
  assert.ok(read('.gitignore').includes('container/secrets/'), 'secrets are not committed');
});

test('The configuration of the image is one that the notifier takes', async () => {
  const config = fileURLToPath(new URL('container/notifier.config.json', root));
  const env = {
    ...{ ETHEREUM_NODE: 'http://127.0.0.1:8545', NOTIFIER_SECRETS_KEY: '07'.repeat(32) },
    NOTIFIER_DATABASE_URL: 'postgres://postgres:secret@postgres/deposits',
  };
  const ran = await run(['notifier', '--check', '--config', config], { env });
  assert.equal(ran.code, 0, ran.stderr);
});

test('The receiver of the image credits a deposit in PostgreSQL once, says that it is well, and stops when asked', async (t) => {
  const postgres = await startPostgres();
  t.after(() => postgres.remove());
  const child = spawn(process.execPath, [fileURLToPath(new URL('container/receiver.mjs', root))], {
    env: { ...process.env, DATABASE_URL: postgres.url, CALLBACK_SECRET: secret, DEPOSIT_ADDRESSES: alice, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => void child.kill('SIGKILL'));
  const port = await new Promise<number>((resolve, reject) => {
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      const found = /Listening on port (\d+)/.exec(said);
      if (found) resolve(Number(found[1]));
    });
    child.once('exit', () => reject(new Error(`It ended: ${said}`)));
  });
  assert.equal((await fetch(`http://127.0.0.1:${port}/health`)).status, 200);
  const body = callbackBody({ asset: ether });
  for (const id of ['msg_1', 'msg_2']) {
    const { status } = await send(port, { path: '/callbacks/imtoken', ...signed(body, { id }) });
    assert.equal(status, 200);
  }
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number];
  assert.equal(code, 0);
  const { rows } = await postgres.pool().query('SELECT account, amount FROM credits');
  assert.deepEqual(
    rows.map(({ account }: { account: string }) => account),
    [alice],
  );
});
