import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, type TestContext, test } from 'node:test';
import { callbackBody, ether, signed } from '../helpers/deposits.ts';
import { forgetPacked, type RecipeProject, recipeProject } from '../helpers/recipe-project.ts';
import { type Answered, codeOf, readAll, type Sent, send } from '../helpers/serve.ts';

// The recipe of docs/recipes/nginx.md: Debian's nginx in front, TLS ended there, the packed package behind.

after(forgetPacked);

const provider = '127.0.0.5';
const stranger = '127.0.0.6';

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** The page's own server block, with ports and paths of this test, in a configuration that needs no system folder. */
async function startNginx(
  t: TestContext,
  { folder, file }: RecipeProject,
  app: number,
  change = (text: string) => text,
) {
  const [http = 0, https = 0] = await freePorts(2);
  const [key, certificate] = [join(folder, 'callbacks.key'), join(folder, 'callbacks.pem')];
  const subject = ['-subj', '/CN=callbacks.example.com', '-days', '1', '-nodes'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-keyout', key, '-out', certificate, ...subject], {
    stdio: 'ignore',
  });
  const server = change(file('callbacks.conf'))
    .replace('listen 80;', `listen 127.0.0.1:${http};`)
    .replace('listen 443 ssl;', `listen 127.0.0.1:${https} ssl;`)
    .replace('/etc/nginx/tls/callbacks.pem', certificate)
    .replace('/etc/nginx/tls/callbacks.key', key)
    .replace('127.0.0.1:3000', `127.0.0.1:${app}`);
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const root = process.getuid?.() === 0 ? 'user root;' : '';
  await writeFile(
    join(folder, 'nginx.conf'),
    `${root} daemon off; pid ${folder}/nginx.pid; error_log stderr notice; worker_processes 1;
     events { worker_connections 1024; }
     http { access_log off; ${folders.join(' ')} ${server} }`,
  );
  const nginx = spawn('nginx', ['-p', folder, '-c', 'nginx.conf'], {
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  t.after(async () => {
    nginx.kill('SIGTERM');
    if (nginx.exitCode === null) await once(nginx, 'exit');
  });
  const told: string[] = [];
  for await (const line of createInterface(nginx.stderr)) {
    told.push(line);
    if (line.includes('start worker process ')) return { http, https };
  }
  throw new Error(`nginx did not start: ${told.join('\n')}`);
}

/** Over TLS, from an address of 127.0.0.0/8. */
async function sendTls(
  port: number,
  from: string,
  { headers = {}, body = '', method = 'POST' }: Sent,
): Promise<Answered> {
  const outgoing = request({
    host: '127.0.0.1',
    port,
    method,
    path: '/callbacks/imtoken',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    localAddress: from,
    // Self-signed, made a moment ago.
    rejectUnauthorized: false,
    agent: false,
  });
  outgoing.end(body);
  const [res] = (await once(outgoing, 'response')) as [IncomingMessage];
  return { status: res.statusCode ?? 0, headers: res.headers, text: await readAll(res) };
}

const good = (amount = '5') => signed(callbackBody({ asset: ether, amount, position: 'native' }));

async function behindNginx(t: TestContext, change?: (text: string) => string) {
  const project = await recipeProject(t, 'nginx');
  const app = await project.start('server.mjs', { CALLBACK_SOURCES: provider });
  return { app, ...(await startNginx(t, project, app.port, change)) };
}

test('over TLS, from the provider, a callback is credited once; a forged one is refused', async (t) => {
  const { app, https } = await behindNginx(t);
  const sent = good();
  assert.equal((await sendTls(https, provider, sent)).status, 200);
  assert.equal((await sendTls(https, provider, sent)).status, 200);
  const forged = await sendTls(https, provider, { ...sent, body: good('9').body });
  assert.deepEqual([forged.status, codeOf(forged)], [401, 'SIGNATURE_INVALID']);
  await app.until(/^credited/);
  assert.deepEqual(app.credited(), ['5']);
});

test('a stranger is refused, and what it writes into X-Forwarded-For is of no effect', async (t) => {
  const { app, https } = await behindNginx(t);
  const { headers, body } = good();
  for (const written of [undefined, provider, `${provider}, ${provider}`, 'unknown']) {
    const forwarded = written === undefined ? {} : { 'x-forwarded-for': written, 'x-real-ip': provider };
    const answered = await sendTls(https, stranger, { headers: { ...headers, ...forwarded }, body });
    // The stranger's address is a private one here, so that it may be a second proxy which nobody has named.
    const expected = written === undefined ? [403, 'SOURCE_NOT_ALLOWED'] : [503, 'SOURCE_UNKNOWN'];
    assert.deepEqual([answered.status, codeOf(answered)], expected, written);
  }
  assert.deepEqual(app.credited(), []);
});

test('over plain HTTP it is refused, whatever X-Forwarded-Proto the sender writes', async (t) => {
  const { http } = await behindNginx(t);
  const { headers, body } = good();
  const sent = {
    path: '/callbacks/imtoken',
    headers: { ...headers, 'x-forwarded-proto': 'https' },
    body,
    from: provider,
  };
  const answered = await send(http, sent);
  assert.deepEqual([answered.status, codeOf(answered)], [403, 'HTTPS_REQUIRED']);
});

test('where nginx leaves its headers out, that is our own trouble: 503, and no callback is refused for good', async (t) => {
  const { https } = await behindNginx(t, (text) => text.replace(/^.*X-Forwarded-Proto.*$/m, ''));
  const answered = await sendTls(https, provider, good());
  assert.deepEqual([answered.status, codeOf(answered)], [503, 'SOURCE_UNKNOWN']);
  assert.match(String(answered.headers['retry-after']), /^\d+$/);
});

test('many at the same time, over connections that nginx keeps: each is credited once', async (t) => {
  const { app, https } = await behindNginx(t);
  const all = Array.from({ length: 60 }, (_, index) => good(String(index + 1)));
  const answers = await Promise.all([...all, ...all].map((sent) => sendTls(https, provider, sent)));
  assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
  await app.until(/^credited/, 60);
  assert.equal(new Set(app.credited()).size, 60);
  assert.equal(app.credited().length, 60);
});
