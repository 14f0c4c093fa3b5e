import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createNotifier } from '../../lib/notifier/index.ts';
import { createApiKeys } from '../../lib/notifier/store/api-keys.ts';
import { createEndpoints } from '../../lib/notifier/store/endpoints.ts';
import { openNotifierDatabase } from '../../lib/notifier/store/open-database.ts';
import { migrations } from '../../lib/notifier/store/schema.ts';
import { createSecretBox, sealStored } from '../../lib/notifier/store/secret-box.ts';
import { openDatabase } from '../../lib/stores/sqlite/driver.ts';

const client = { request: () => Promise.reject(new Error('not asked')) };
const networks = [{ network: 'eip155:1', client }];
const key = (byte: number): Buffer => Buffer.alloc(32, byte);

async function folder(t: TestContext): Promise<string> {
  const made = await mkdtemp(join(tmpdir(), 'notifier-secrets-'));
  t.after(() => rm(made, { recursive: true }));
  return made;
}

async function holds(directory: string, secret: string): Promise<boolean> {
  const files = await Promise.all((await readdir(directory)).map((name) => readFile(join(directory, name))));
  return files.some((bytes) => bytes.includes(secret));
}

async function secretsOf(path: string, keys: readonly Buffer[], id: string): Promise<readonly string[] | undefined> {
  const database = await openNotifierDatabase(path);
  const box = createSecretBox(keys);
  try {
    await sealStored(database, box);
    const [endpoint] = await createEndpoints(database, box, () => 0, 1).list(id);
    return endpoint?.secrets;
  } finally {
    await database.close();
  }
}

test('a secret is sealed for its owner alone, in another form each time, and opens only whole and with its key', () => {
  const box = createSecretBox([key(1)]);
  const sealed = box.seal('a', 'whsec_x');
  assert.doesNotMatch(sealed, /whsec/);
  assert.notEqual(box.seal('a', 'whsec_x'), sealed);
  assert.equal(box.open('a', sealed), 'whsec_x');
  assert.equal(createSecretBox([key(2), key(1)]).open('a', sealed), 'whsec_x');
  const flipped = Buffer.from(sealed.slice('sealed:1:'.length), 'base64');
  flipped[30] = (flipped[30] ?? 0) ^ 1;
  for (const [owner, stored, other] of [
    ['b', sealed, box],
    ['a', sealed, createSecretBox([key(2)])],
    ['a', sealed, createSecretBox([])],
    ['a', `sealed:1:${flipped.toString('base64')}`, box],
    ['a', sealed.slice(0, 30), box],
  ] as const) {
    assert.throws(() => other.open(owner, stored), { code: 'OPTION_INVALID' });
  }
});

test('no signing secret stands in the file, neither a new one nor a rotated one', async (t) => {
  const directory = await folder(t);
  const secretsKey = key(1).toString('base64');
  const notifier = createNotifier({ path: join(directory, 'n.db'), networks, secretsKey });
  const made = await notifier.createKey('shop');
  assert.equal(await holds(directory, made.signingSecret), false);
  await notifier.close();
  assert.equal(await holds(directory, made.signingSecret), false);
});

test('a database of before is sealed when it is opened with a key, both secrets, and no clear one stays in the file', async (t) => {
  const directory = await folder(t);
  const path = join(directory, 'n.db');
  const old = await openDatabase(path, undefined);
  old.exec(`PRAGMA journal_mode = WAL; PRAGMA user_version = 1; ${migrations[0]}
    INSERT INTO api_keys VALUES ('key_1', 'shop', 'hash', 0, NULL);
    INSERT INTO endpoints VALUES ('key_1', NULL, 'whsec_now', 'whsec_earlier', 1000, 1, NULL, NULL, NULL);`);
  old.close();
  const plain = createNotifier({ path, networks, allowPlainSecrets: true });
  await plain.ready();
  await plain.close();
  assert.equal(await holds(directory, 'whsec_now'), true, 'the test sees what stands in clear');
  assert.deepEqual(await secretsOf(path, [key(1)], 'key_1'), ['whsec_now', 'whsec_earlier']);
  for (const secret of ['whsec_now', 'whsec_earlier']) assert.equal(await holds(directory, secret), false);
});

test('a key can be changed; without it, or with another, the database does not open and stays as it is', async (t) => {
  const path = join(await folder(t), 'n.db');
  const database = await openNotifierDatabase(path);
  const { id, signingSecret } = await createApiKeys(database, createSecretBox([key(1)]), () => 0).create('shop');
  await database.close();
  const refused = { code: 'OPTION_INVALID', message: /secretsKey/ };
  await assert.rejects(secretsOf(path, [key(2)], id), refused);
  const plain = createNotifier({ path, networks, allowPlainSecrets: true });
  await assert.rejects(plain.ready(), refused);
  await plain.close();
  assert.deepEqual(await secretsOf(path, [key(2), key(1)], id), [signingSecret]);
  assert.deepEqual(await secretsOf(path, [key(2)], id), [signingSecret], 'it was sealed anew with the first key');
  await assert.rejects(secretsOf(path, [key(1)], id), refused);
});
