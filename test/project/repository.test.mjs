import assert from 'node:assert/strict';
import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { manifest, root, run } from '../../scripts/tools.mjs';

const filled = 'github:owner-of-a-test/name-of-a-test';

/**
 * Users find the source, and the place to report to, by the `repository` of package.json; npm makes the pages for `bugs` and
 * `homepage` of it, and the registry compares it with the provenance. It may be missing until the first release, so
 * package.json itself is held to this only by `--publish`, which prepublishOnly and the release workflow give.
 * @param {Record<string, any>} written
 */
function findings({ repository }) {
  const address = typeof repository === 'object' && repository !== null ? repository.url : repository;
  if (/^(?:github:|(?:git\+)?https:\/\/github\.com\/)[\w-]+\/[\w.-]+$/.test(address ?? '')) return [];
  return [
    `package.json: "repository" is ${JSON.stringify(address)}; write "git+https://github.com/OWNER/NAME.git" there before publishing`,
  ];
}

/**
 * What npm says when it publishes with this `repository`, and what a registry is then given.
 * @param {import('node:test').TestContext} t
 * @param {string} [repository]
 */
async function publish(t, repository) {
  /** @type {any[]} */
  const received = [];
  const registry = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    if (request.method === 'PUT') received.push(JSON.parse(body));
    response.writeHead(request.method === 'PUT' ? 201 : 404, { 'content-type': 'application/json' }).end('{}');
  }).listen(0, '127.0.0.1');
  t.after(() => registry.close());
  await once(registry, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (registry.address());

  const folder = mkdtempSync(join(tmpdir(), 'deposit-callback-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const path of ['scripts/tools.mjs', 'test/project/repository.test.mjs']) {
    cpSync(join(root, path), join(folder, path));
  }
  const { name, version, type, scripts } = manifest();
  const written = { name, version, type, repository, scripts: { prepublishOnly: scripts.prepublishOnly } };
  const publishConfig = { registry: `http://127.0.0.1:${port}/` };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...written, publishConfig, files: ['package.json'] }));
  writeFileSync(join(folder, '.npmrc'), `//127.0.0.1:${port}/:_authToken=of-a-test\n`);
  // Of the test runner above this one: a run inside it would report to it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { code, output } = await run('npm', ['publish', '--no-provenance'], { cwd: folder, env });
  return { code, output, published: received.map((one) => Object.values(one.versions)[0]) };
}

if (process.argv.includes('--publish')) {
  test('What is published names its repository', () => {
    assert.equal(findings(manifest()).join('\n'), '');
  });
} else {
  test('Publishing is refused while package.json names no repository', async (t) => {
    const { code, output, published } = await publish(t);
    assert.notEqual(code, 0);
    assert.match(output, /"repository" is undefined; write "git\+https:\/\/github\.com\/OWNER\/NAME\.git" there/);
    assert.deepEqual(published, []);
  });

  test('Publishing passes with a repository, of which npm makes the pages for bugs and homepage', async (t) => {
    const { code, output, published } = await publish(t, filled);
    assert.equal(code, 0, output);
    const [{ repository, bugs, homepage }] = published;
    const page = 'https://github.com/owner-of-a-test/name-of-a-test';
    assert.deepEqual(
      { repository: repository.url, bugs: bugs.url, homepage },
      { repository: `git+${page}.git`, bugs: `${page}/issues`, homepage: `${page}#readme` },
    );
  });

  test('What is no address of a repository is refused', () => {
    for (const repository of [undefined, null, '', ' ', 'TODO', 'https://github.com/', 'https://example.com/a/b', {}]) {
      assert.equal(findings({ repository }).length, 1, JSON.stringify(repository));
    }
    for (const repository of [filled, { type: 'git', url: 'git+https://github.com/owner/name.git' }]) {
      assert.deepEqual(findings({ repository }), []);
    }
  });
}
