import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { type Described, exercised, operations } from './contract.ts';
import { agreeOnCallbackUrls } from './contract-cases/callback-urls.ts';
import { agreeOnKeys } from './contract-cases/keys.ts';
import { hangingNode } from './hanging-node.ts';
import { adminSecret, type Stage, stage } from './stage.ts';

const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
const network = 'eip155:1';

// Each exchange of each test goes through `assertDescribed`; here every operation is made to answer in every way that the document describes.
describe("the notifier's API and its OpenAPI document", () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
    await anvil.mine(20);
  });
  after(() => anvil.close());

  const pathOf = ({ path }: Described): string =>
    path.replace('{network}', network).replace('{address}', alice).replace('{id}', 'none');
  const isAdmins = ({ path }: Described): boolean => path.startsWith('/v1/keys');

  /** Asks each operation, with a body that fits. */
  async function askAll(
    made: Stage,
    key: (one: Described) => string,
    of = operations,
    headers: Record<string, string> = {},
  ): Promise<Map<string, number>> {
    const bodies: Record<string, object> = {
      createKey: { name: 'x' },
      addWatch: { network, address: alice },
      addBackfill: { network, fromBlock: '1' },
      setCallbackUrl: { url: made.receiver.url },
      addCallbackUrl: { url: made.receiver.url },
      changeCallbackUrl: { apiKey: null },
      resendCallbacks: { state: 'sent' },
      changeKey: { scopes: null },
    };
    const statuses = new Map<string, number>();
    for (const one of of) {
      const asked = { body: bodies[one.id], key: key(one), headers };
      const { status } = await made.ask(one.method.toUpperCase(), pathOf(one), asked);
      statuses.set(one.id, status);
    }
    return statuses;
  }

  const uniform = (statuses: Map<string, number>, status: number, of = operations): void =>
    assert.deepEqual(Object.fromEntries(statuses), Object.fromEntries(of.map(({ id }) => [id, status])));

  it('name the same paths', async (t) => {
    const made = await stage(t, anvil);
    const routed = made
      .notifier()
      .router.stack.flatMap(({ route }) =>
        (route?.stack ?? []).map(({ method }) => `${method} ${route?.path.replace(/:(\w+)/g, '{$1}')}`),
      );
    assert.deepEqual(operations.map((one) => `${one.method} ${one.path}`).sort(), routed.sort());
  });

  it('agree on who may ask', async (t) => {
    const made = await stage(t, anvil);
    uniform(await askAll(made, () => 'dck_nobody'), 401);
    uniform(await askAll(made, (one) => (isAdmins(one) ? made.key.key : adminSecret)), 401);
  });

  it('agree on who may not ask from there, or now', async (t) => {
    const made = await stage(t, anvil);
    const customers = operations.filter((one) => !isAdmins(one));
    for (const [rights, status] of [
      [{ allowedSources: ['203.0.113.7'] }, 403],
      [{ requestsPerMinute: 1 }, 429],
    ] as const) {
      const { body } = await made.api('POST', '/v1/keys', { name: 'x', ...rights }, adminSecret);
      const key = String(body.key);
      await made.api('GET', '/v1/key', undefined, key);
      uniform(await askAll(made, () => key, customers), status, customers);
    }
  });

  it('agree on idempotency keys', async (t) => {
    const node = hangingNode(anvil.url);
    const made = await stage(t, anvil, { networks: [{ network, client: node.client }] });
    const posts = operations.filter((one) => one.method === 'post');
    const customers = posts.filter((one) => !isAdmins(one));
    const keyOf = (one: Described): string => (isAdmins(one) ? adminSecret : made.key.key);
    const headers = { 'idempotency-key': 'x' };
    for (const wrong of ['', 'a b', '"', '"a', `"${'x'.repeat(256)}"`, 'x'.repeat(256), '"a"b"']) {
      uniform(await askAll(made, keyOf, posts, { 'idempotency-key': wrong }), 400, posts);
    }
    const asked = node.hang();
    const body = { network, address: alice, fromBlock: '1' };
    const first = made.ask('POST', '/v1/watches', { body, headers });
    await asked;
    uniform(await askAll(made, keyOf, customers, headers), 409, customers);
    node.goOn();
    assert.equal((await first).status, 201);
    await made.ask('POST', '/v1/keys', { body: { name: 'y' }, key: adminSecret, headers });
    uniform(await askAll(made, keyOf, posts, headers), 422, posts);
  });

  it('agree on what is too large', async (t) => {
    const made = await stage(t, anvil);
    for (const one of operations.filter((each) => each.hasBody)) {
      const { status } = await made.api(one.method.toUpperCase(), pathOf(one), { name: 'x'.repeat(300_000) });
      assert.equal(status, 413, one.id);
    }
  });

  it('agree on an answer of a notifier that cannot answer', async (t) => {
    const made = await stage(t, anvil);
    await made.notifier().close();
    uniform(await askAll(made, () => adminSecret), 503);
  });

  it('agree on keys', async (t) => agreeOnKeys(await stage(t, anvil)));

  it('agree on watches', async (t) => {
    const { api } = await stage(t, anvil, { maxWatches: 3 });
    const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
    const add = async (body: object): Promise<number> => (await api('POST', '/v1/watches', body)).status;
    assert.equal(await add({ network, address: alice }), 201);
    assert.equal(await add({ network, addresses: [alice, bob], fromBlock: '1' }), 201);
    const block = { network, address: alice };
    for (const wrong of [
      {},
      [],
      { network },
      { address: alice },
      { network, address: '' },
      { network, address: 7 },
      { network, address: 'x'.repeat(129) },
      { network: 'x'.repeat(65), address: alice },
      { network, address: alice, addresses: [alice] },
      { network, addresses: [] },
      { network, addresses: [7] },
      { network, addresses: Array.from({ length: 1_001 }, () => alice) },
      { network, addresses: [alice], memo: '1' },
      { ...block, memo: '' },
      { ...block, memo: 'x'.repeat(257) },
      { ...block, fromBlock: 1 },
      { ...block, fromBlock: '0x1' },
      { ...block, from: '1' },
      { ...block, from: -1 },
      { ...block, from: 1.5 },
      { ...block, from: 1, fromBlock: '1' },
      { ...block, label: '' },
      { ...block, label: 'x'.repeat(201) },
      { ...block, label: 7 },
      { ...block, assets: [] },
      { ...block, assets: [7] },
      { ...block, assets: 'all' },
      { ...block, assets: ['x'.repeat(257)] },
      { ...block, expiresAt: '1' },
      { ...block, expiresAt: -1 },
      { ...block, expiresAt: 1.5 },
      { ...block, more: 1 },
    ]) {
      assert.equal(await add(wrong), 400, JSON.stringify(wrong));
    }
    assert.equal(await add({ network: 'eip155:56', address: alice }), 422);
    assert.equal(await add({ network, address: alice.toLowerCase().replace('0x5', '0xA5').slice(0, 41) }), 422);
    assert.equal(await add({ ...block, assets: ['eip155:56/slip44:60'] }), 422);
    assert.equal(await add({ ...block, expiresAt: 1 }), 422);
    assert.equal(await add({ network, addresses: [alice, bob] }), 409);
    assert.equal((await api('GET', '/v1/watches?limit=1')).body.next, `${network}/${alice}`);
    assert.equal((await api('GET', `/v1/watches?network=${network}&limit=1000&after=${network}/${alice}`)).status, 200);
    for (const wrong of ['limit=0', 'limit=1001', 'limit=x', 'limit=', 'after=', `network=${'x'.repeat(65)}`]) {
      assert.equal((await api('GET', `/v1/watches?${wrong}`)).status, 400, wrong);
    }
    const path = `/v1/watches/${network}/`;
    for (const [address, status] of [
      [alice, 200],
      [`${alice}?memo=`, 400],
      [`0x${'11'.repeat(20)}`, 404],
      ['0x12', 422],
      ['x'.repeat(129), 400],
    ] as const) {
      assert.equal((await api('GET', `${path}${address}`)).status, status, address);
    }
    assert.equal((await api('DELETE', `${path}${alice}`)).status, 204);
    assert.equal((await api('DELETE', `${path}${alice}`)).status, 404);
    assert.equal((await api('DELETE', `${path}0x12`)).status, 422);
    assert.equal((await api('DELETE', `${path}${'x'.repeat(129)}`)).status, 400);
  });

  it('agree on backfills', async (t) => {
    const { api } = await stage(t, anvil, { networks: [{ network, url: anvil.url, backfillBlocks: 10 }] });
    const head = await anvil.height();
    const add = (body: object) => api('POST', '/v1/backfills', body);
    const made = await add({ network, fromBlock: String(head - 5) });
    assert.equal(made.status, 201);
    for (const wrong of [
      {},
      { network },
      { network, fromBlock: '' },
      { network, fromBlock: '1', from: 1 },
      { fromBlock: '1' },
    ]) {
      assert.equal((await add(wrong)).status, 400, JSON.stringify(wrong));
    }
    assert.equal((await add({ network, fromBlock: '1' })).status, 422);
    assert.equal((await add({ network: 'eip155:56', from: 1 })).status, 422);
    for (let more = 1; more < 20; more += 1) await add({ network, fromBlock: String(head) });
    assert.equal((await add({ network, fromBlock: String(head) })).status, 409);
    const { body } = await api('GET', '/v1/backfills?limit=5');
    assert.equal((await api('GET', `/v1/backfills?before=${body.next}`)).status, 200);
    assert.equal((await api('GET', '/v1/backfills?limit=0')).status, 400);
    assert.equal((await api('DELETE', `/v1/backfills/${made.body.id}`)).status, 204);
    assert.equal((await api('DELETE', `/v1/backfills/${made.body.id}`)).status, 404);
    assert.equal((await api('DELETE', `/v1/backfills/${'x'.repeat(65)}`)).status, 400);
  });

  it('agree on the callback URL, the secret, networks and callbacks', async (t) => {
    const made = await stage(t, anvil);
    const { api, receiver } = made;
    assert.equal((await api('GET', '/v1/networks')).status, 200);
    assert.equal((await api('GET', '/v1/callback-url')).status, 404);
    assert.equal((await api('POST', '/v1/callback-url/enable')).status, 404);
    for (const wrong of [
      {},
      { url: '' },
      { url: 7 },
      { url: `https://x.example/${'x'.repeat(2_048)}` },
      { url: receiver.url, more: 1 },
    ]) {
      assert.equal((await api('PUT', '/v1/callback-url', wrong)).status, 400, JSON.stringify(wrong).slice(0, 80));
    }
    assert.equal((await api('PUT', '/v1/callback-url', { url: 'ftp://shop.example' })).status, 422);
    assert.equal((await api('PUT', '/v1/callback-url', { url: receiver.url })).status, 200);
    receiver.answer = () => 410;
    assert.equal((await api('POST', '/v1/callback-url/test')).status, 202);
    await made.run();
    const disabled = await api('GET', '/v1/callback-url');
    assert.deepEqual([disabled.status, disabled.body.enabled], [200, false]);
    assert.equal((await api('POST', '/v1/callback-url/enable')).status, 200);
    await fillTests(made);
    assert.equal((await api('POST', '/v1/callback-url/test')).status, 429);
    for (let time = 0; time < 4; time += 1) assert.equal((await api('POST', '/v1/signing-secret')).status, 201);
    assert.equal((await api('POST', '/v1/signing-secret')).status, 409);
    assert.equal((await api('POST', '/v1/signing-secret', { overlapMs: -1 })).status, 400);
    assert.equal((await api('POST', '/v1/signing-secret', { algorithm: 'rsa' })).status, 400);
    assert.equal((await api('POST', '/v1/signing-secret', { overlapMs: 0 })).status, 201);
    assert.equal((await api('POST', '/v1/signing-secret', { algorithm: 'ed25519' })).status, 201);
    const { body } = await api('GET', '/v1/callbacks?state=owed&limit=2');
    const [first] = body.callbacks as { id: string }[];
    assert.equal((await api('GET', `/v1/callbacks?before=${body.next}`)).status, 200);
    for (const wrong of [
      ...['state=garbage', 'limit=1001', 'before=', 'type=heartbeat', 'callbackUrl=', `callbackUrl=${'x'.repeat(65)}`],
      ...['httpStatus=99', 'httpStatus=600', 'httpStatus=x', 'since=-1', 'until=1.5', 'address=', 'transaction='],
      ...[`network=${'x'.repeat(65)}`, `asset=${'x'.repeat(257)}`],
    ]) {
      assert.equal((await api('GET', `/v1/callbacks?${wrong}`)).status, 400, wrong);
    }
    assert.equal((await api('GET', '/v1/callbacks?network=eip155:56')).status, 422);
    assert.equal((await api('GET', '/v1/callbacks?asset=nothing')).status, 422);
    assert.equal((await api('GET', `/v1/callbacks/${first?.id}`)).status, 200);
    assert.equal((await api('GET', '/v1/callbacks/msg_none')).status, 404);
    assert.equal((await api('GET', `/v1/callbacks/${'x'.repeat(65)}`)).status, 400);
    const resend = async (body: object): Promise<number> => (await api('POST', '/v1/callbacks/resend', body)).status;
    assert.equal(await resend({ state: 'owed', type: 'test', httpStatus: 410, since: 0, before: first?.id }), 202);
    for (const wrong of [
      {},
      { before: first?.id },
      { state: 'all' },
      { httpStatus: '410' },
      { since: -1 },
      { more: 1 },
      [],
    ]) {
      assert.equal(await resend(wrong), 400, JSON.stringify(wrong));
    }
    assert.equal(await resend({ network: 'eip155:56' }), 422);
    assert.equal((await api('POST', `/v1/callbacks/${first?.id}/resend`)).status, 202);
    assert.equal((await api('POST', '/v1/callbacks/msg_none/resend')).status, 404);
    assert.equal((await api('POST', `/v1/callbacks/${'x'.repeat(65)}/resend`)).status, 400);
  });

  it('agree on callback URLs', async (t) => agreeOnCallbackUrls(await stage(t, anvil)));

  async function fillTests({ api }: Stage): Promise<void> {
    for (let test = 0; test < 9; test += 1) await api('POST', '/v1/callback-url/test');
  }

  it('agree on nothing that no test has seen', () => {
    const described = operations.flatMap(({ id, statuses }) => statuses.map((status) => `${id} ${status}`));
    assert.deepEqual(
      described.filter((one) => !exercised.has(one)),
      [],
    );
  });
});
