import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { watchAlchemy } from '../../lib/providers/alchemy.ts';
import { watchBlockcypher } from '../../lib/providers/blockcypher.ts';
import { watchCoinbaseCdp } from '../../lib/providers/coinbase-cdp.ts';
import { watchHelius } from '../../lib/providers/helius.ts';
import type { AddressWatch } from '../../lib/providers/kit/api-client.ts';
import { watchMoralis } from '../../lib/providers/moralis.ts';
import { watchQuicknode } from '../../lib/providers/quicknode.ts';
import { watchTatum } from '../../lib/providers/tatum.ts';

interface Request {
  /** Method, path and query. */
  line: string;
  body?: unknown;
}

interface Api {
  baseUrl: string;
  /** Requests since the last call. */
  requests(): Request[];
  /** Headers of the last request. */
  headers(): IncomingMessage['headers'];
}

type Answer = { status?: number; json?: unknown; headers?: Record<string, string>; hangUp?: boolean; silent?: boolean };

/** A provider's API on the loopback, which answers what `answer` makes of each request. */
async function api(t: TestContext, answer: (line: string, body: unknown) => Answer): Promise<Api> {
  let seen: Request[] = [];
  let headers: IncomingMessage['headers'] = {};
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const written = Buffer.concat(chunks).toString();
    const line = `${req.method} ${req.url}`;
    const body: unknown = written === '' ? undefined : JSON.parse(written);
    headers = req.headers;
    assert.equal(req.headers.accept, 'application/json');
    assert.equal(req.headers['content-type'], written === '' ? undefined : 'application/json');
    seen.push(body === undefined ? { line } : { line, body });
    const { status = 200, json, headers: sent = {}, hangUp = false, silent = false } = answer(line, body);
    if (silent) return;
    if (hangUp) {
      req.socket.destroy();
      return;
    }
    res.writeHead(status, sent);
    res.end(json === undefined ? '' : JSON.stringify(json));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => {
      const all = seen;
      seen = [];
      return all;
    },
    headers: () => headers,
  };
}

const address = '0xF64E82131BE01618487Da5142fc9d289cbb60E9d';
const url = 'https://example.com/callbacks?secret=s3cret';

test('Alchemy: addresses of a webhook, page by page', async (t) => {
  const pages: Record<string, Answer> = {
    'GET /webhook-addresses?webhook_id=wh_1&limit=100': {
      json: { data: ['0x1', '0x2'], pagination: { cursors: { after: 'MQ==' }, total_count: 3 } },
    },
    'GET /webhook-addresses?webhook_id=wh_1&limit=100&after=MQ%3D%3D': {
      json: { data: ['0x3'], pagination: { cursors: {}, total_count: 3 } },
    },
  };
  const { baseUrl, requests, headers } = await api(t, (line) => pages[line] ?? { json: {} });
  const watch = watchAlchemy({ authToken: 'token', webhookId: 'wh_1', baseUrl });
  await watch.watch(address);
  await watch.unwatch(address);
  assert.equal(headers()['x-alchemy-token'], 'token');
  const line = 'PATCH /update-webhook-addresses';
  assert.deepEqual(requests(), [
    { line, body: { webhook_id: 'wh_1', addresses_to_add: [address], addresses_to_remove: [] } },
    { line, body: { webhook_id: 'wh_1', addresses_to_add: [], addresses_to_remove: [address] } },
  ]);
  assert.deepEqual(await watch.list(), ['0x1', '0x2', '0x3']);
  assert.deepEqual(
    requests().map((one) => one.line),
    Object.keys(pages),
  );
});

test('Moralis: addresses of a stream, page by page', async (t) => {
  const path = '/streams/evm/c28d9e2e-ae9d-4fe6-9fc0-5fcde2dcdd17/address';
  const pages: Record<string, Answer> = {
    [`GET ${path}?limit=100`]: { json: { result: [{ address: '0x1' }], cursor: 'next', total: 2 } },
    [`GET ${path}?limit=100&cursor=next`]: { json: { result: [{ address: '0x2' }], total: 2 } },
  };
  const { baseUrl, requests, headers } = await api(t, (line) => pages[line] ?? { json: { streamId: 'x', address } });
  const watch = watchMoralis({ apiKey: 'key', streamId: 'c28d9e2e-ae9d-4fe6-9fc0-5fcde2dcdd17', baseUrl });
  await watch.watch(address);
  await watch.unwatch(address);
  assert.equal(headers()['x-api-key'], 'key');
  assert.deepEqual(requests(), [
    { line: `POST ${path}`, body: { address } },
    { line: `DELETE ${path}`, body: { address } },
  ]);
  assert.deepEqual(await watch.list(), ['0x1', '0x2']);
});

test('QuickNode: items of the list that the filter asks, in lower case', async (t) => {
  const { baseUrl, requests, headers } = await api(t, (line) => {
    if (line === 'POST /kv/rest/v1/lists') return { status: 409, json: { msg: 'exists' } };
    return { json: { code: 200, msg: '', data: { items: [address.toLowerCase()] } } };
  });
  const watch = watchQuicknode({ apiKey: 'key', list: 'watched', baseUrl });
  await watch.create();
  await watch.watch(address);
  await watch.unwatch(address);
  assert.deepEqual(await watch.list(), [address.toLowerCase()]);
  assert.equal(headers()['x-api-key'], 'key');
  assert.deepEqual(requests(), [
    { line: 'POST /kv/rest/v1/lists', body: { key: 'watched', items: [] } },
    { line: 'POST /kv/rest/v1/lists/watched/items', body: { item: address.toLowerCase() } },
    { line: `DELETE /kv/rest/v1/lists/watched/items/${address.toLowerCase()}` },
    { line: 'GET /kv/rest/v1/lists/watched' },
  ]);
});

test('Tatum: a subscription for each address, found again by address, chain and URL', async (t) => {
  const other = (id: number): object => ({
    id: `o${id}`,
    type: 'ADDRESS_EVENT',
    attr: { address: `0x${id}`, chain: 'ethereum-mainnet', url: 'https://other' },
  });
  const own = {
    id: '5e68c66581f2ee32bc354087',
    type: 'ADDRESS_EVENT',
    attr: { address, chain: 'ethereum-mainnet', url },
  };
  const pages: Record<string, Answer> = {
    'GET /v4/subscription?pageSize=50&offset=0': { json: Array.from({ length: 50 }, (_, id) => other(id)) },
    'GET /v4/subscription?pageSize=50&offset=50': { json: [own] },
  };
  const { baseUrl, requests, headers } = await api(
    t,
    (line) => pages[line] ?? { status: line.startsWith('POST') ? 200 : 204 },
  );
  const watch = watchTatum({ apiKey: 'key', chain: 'ethereum-mainnet', url, baseUrl });
  await watch.setSecret('hmac-secret');
  await watch.watch(address.toLowerCase());
  assert.deepEqual(await watch.list(), [address]);
  assert.equal(
    requests().some(({ line }) => line.startsWith('POST')),
    false,
    'It is watched already',
  );
  await watch.watch('0x690B9A9E9aa1C9dB991C7721a92d351Db4FaC990');
  await watch.unwatch(address);
  assert.equal(headers()['x-api-key'], 'key');
  assert.deepEqual(
    requests().filter(({ line }) => !line.startsWith('GET')),
    [
      {
        line: 'POST /v4/subscription',
        body: {
          type: 'ADDRESS_EVENT',
          attr: { chain: 'ethereum-mainnet', address: '0x690B9A9E9aa1C9dB991C7721a92d351Db4FaC990', url },
          templateId: 'legacy',
        },
      },
      { line: 'DELETE /v4/subscription/5e68c66581f2ee32bc354087' },
    ],
  );
});

test('Tatum: a test network is named in every request, and the template where the chain has templates', async (t) => {
  const own = { id: 'mine', type: 'ADDRESS_EVENT', attr: { address: 'tb1q', chain: 'bitcoin-testnet', url } };
  const { baseUrl, requests } = await api(t, (line) => ({ json: line.startsWith('GET') ? [own] : {} }));
  const watch = watchTatum({ apiKey: 'key', chain: 'bitcoin-testnet', url, baseUrl });
  await watch.watch('tb1p');
  await watch.unwatch('tb1q');
  assert.deepEqual(
    requests().filter(({ line }) => !line.startsWith('GET')),
    [
      {
        line: 'POST /v4/subscription?type=testnet',
        body: { type: 'ADDRESS_EVENT', attr: { chain: 'bitcoin-testnet', address: 'tb1p', url } },
      },
      { line: 'DELETE /v4/subscription/mine?type=testnet' },
    ],
  );
  await watchTatum({ apiKey: 'key', chain: 'tron-mainnet', url, baseUrl }).watch('TJG7');
  assert.deepEqual(requests().at(-1), {
    line: 'POST /v4/subscription',
    body: {
      type: 'ADDRESS_EVENT',
      attr: { chain: 'tron-mainnet', address: 'TJG7', url },
      templateId: 'legacy',
    },
  });
});

test('Helius: an edit keeps the encoding and the status filter that the webhook was made with', async (t) => {
  const webhook = {
    webhookID: 'id',
    webhookURL: url,
    transactionTypes: ['ANY'],
    webhookType: 'raw',
    accountAddresses: ['A'],
    encoding: 'jsonParsed',
    txnStatus: 'success',
  };
  const { baseUrl, requests } = await api(t, () => ({ json: webhook }));
  await watchHelius({ apiKey: 'key', webhookId: 'id', authHeader: 'Bearer x', baseUrl }).watch('B');
  const { webhookID: _, ...kept } = webhook;
  assert.deepEqual(requests().at(-1)?.body, { ...kept, accountAddresses: ['A', 'B'], authHeader: 'Bearer x' });
});

test('Helius: edits that replace the whole list run one after another, and none is lost', async (t) => {
  let addresses = ['A'];
  const webhook = { webhookID: 'id', webhookURL: url, transactionTypes: ['ANY'], webhookType: 'raw' };
  const { baseUrl, requests } = await api(t, (line, body) => {
    if (line.startsWith('PUT')) addresses = (body as { accountAddresses: string[] }).accountAddresses;
    return { json: { ...webhook, accountAddresses: addresses } };
  });
  const watch = watchHelius({ apiKey: 'a key', webhookId: 'id', authHeader: 'Bearer x', baseUrl });
  await Promise.all([watch.watch('B'), watch.watch('C'), watch.unwatch('A'), watch.watch('B')]);
  assert.deepEqual(await watch.list(), ['B', 'C']);
  const puts = requests().filter(({ line }) => line.startsWith('PUT'));
  assert.deepEqual(puts[0], {
    line: 'PUT /v0/webhooks/id?api-key=a+key',
    body: {
      webhookURL: url,
      transactionTypes: ['ANY'],
      accountAddresses: ['A', 'B'],
      webhookType: 'raw',
      authHeader: 'Bearer x',
    },
  });
  assert.equal(puts.length, 3, 'What changes nothing is not written');
});

test('BlockCypher: a hook for each address, of this URL alone', async (t) => {
  const hooks = [
    { id: 'h1', event: 'tx-confirmation', address: '1A', url },
    { id: 'h2', event: 'tx-confirmation', address: '1B', url: 'https://other' },
  ];
  const { baseUrl, requests } = await api(t, (line) => {
    if (line.startsWith('GET')) return { json: hooks };
    return line.startsWith('POST') ? { status: 201, json: { id: 'h3' } } : { status: 204 };
  });
  const watch = watchBlockcypher({ token: 'tok', chain: 'btc/main', url, baseUrl });
  await watch.watch('1A');
  await watch.watch('1C');
  await watch.unwatch('1A');
  assert.deepEqual(await watch.list(), ['1A']);
  assert.deepEqual(
    requests().filter(({ line }) => !line.startsWith('GET')),
    [
      {
        line: 'POST /v1/btc/main/hooks?token=tok',
        body: { event: 'tx-confirmation', address: '1C', url, confirmations: 6 },
      },
      { line: 'DELETE /v1/btc/main/hooks/h1?token=tok' },
    ],
  );
  assert.throws(() => watchBlockcypher({ token: 'tok', chain: 'btc/main', url, confirmations: 11 }), {
    code: 'OPTION_INVALID',
  });
});

test('BlockCypher without any hook answers null', async (t) => {
  const { baseUrl } = await api(t, () => ({ json: null }));
  assert.deepEqual(await watchBlockcypher({ token: 'tok', chain: 'btc/main', url, baseUrl }).list(), []);
});

test('Coinbase: a subscription for each address, whose secret is handed over', async (t) => {
  const contract = '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913';
  const path = '/platform/v2/data/webhooks/subscriptions';
  const labels = {
    network: 'base-mainnet',
    contract_address: contract.toLowerCase(),
    event_name: 'Transfer',
    'params.to': address,
  };
  const pages: Record<string, Answer> = {
    [`GET ${path}?pageSize=100`]: {
      json: { subscriptions: [{ subscriptionId: 's1', labels, target: { url } }], nextPageToken: 'p2' },
    },
    [`GET ${path}?pageSize=100&pageToken=p2`]: {
      json: { subscriptions: [{ subscriptionId: 's2', labels, target: { url: 'https://other' } }] },
    },
  };
  const created = { subscriptionId: 's3', metadata: { secret: 'a1b2c3d4' } };
  const { baseUrl, requests, headers } = await api(
    t,
    (line) => pages[line] ?? (line.startsWith('POST') ? { status: 201, json: created } : { status: 204 }),
  );
  const secrets: string[] = [];
  const watch = watchCoinbaseCdp({
    token: ({ method, path: asked }) => `jwt-${method}-${asked}`,
    network: 'base-mainnet',
    contract,
    url,
    onSecret: (secret, id) => void secrets.push(`${id}:${secret}`),
    baseUrl,
  });
  await watch.watch(address.toLowerCase());
  assert.deepEqual(secrets, []);
  const other = '0x690B9A9E9aa1C9dB991C7721a92d351Db4FaC990';
  await watch.watch(other);
  assert.equal(headers().authorization, `Bearer jwt-POST-${path}`);
  assert.deepEqual(secrets, ['s3:a1b2c3d4']);
  await watch.unwatch(address);
  assert.deepEqual(await watch.list(), [address]);
  assert.deepEqual(
    requests().filter(({ line }) => !line.startsWith('GET')),
    [
      {
        line: `POST ${path}`,
        body: {
          description: `Transfers to ${other}`,
          eventTypes: ['onchain.activity.detected'],
          labels: { network: 'base-mainnet', contract_address: contract, event_name: 'Transfer', 'params.to': other },
          target: { url },
          isEnabled: true,
        },
      },
      { line: `DELETE ${path}/s1` },
    ],
  );
});

const quick = { timeoutMs: 500, firstWaitMs: 1 };

function moralis(baseUrl: string, over: object = {}): AddressWatch {
  return watchMoralis({ apiKey: 'top-secret', streamId: 'id', baseUrl, ...quick, ...over });
}

test('What is busy or broken is asked again, up to a bound', async (t) => {
  const failures: Answer[] = [{ status: 429 }, { status: 500 }, { hangUp: true }];
  const { baseUrl, requests } = await api(t, () => failures.shift() ?? { json: {} });
  await moralis(baseUrl).watch(address);
  assert.equal(requests().length, 4);

  const always = await api(t, () => ({ status: 503 }));
  await assert.rejects(moralis(always.baseUrl, { attempts: 2 }).watch(address), {
    code: 'REQUEST_FAILED',
    message: 'The API of moralis answered 503 to POST /streams/evm/id/address',
  });
  assert.equal(always.requests().length, 2);
});

test('A refusal is not asked again, and the error names the request and the fix, never the key', async (t) => {
  const { baseUrl, requests } = await api(t, () => ({ status: 401, json: { message: 'top-secret is no key' } }));
  const error = await moralis(baseUrl)
    .watch(address)
    .then(
      () => assert.fail('It was accepted'),
      (thrown: Error) => thrown,
    );
  assert.equal(error.message, 'The API of moralis answered 401 (check its key) to POST /streams/evm/id/address');
  assert.doesNotMatch(JSON.stringify([error, error.cause, error.stack]), /top-secret/);
  assert.equal(requests().length, 1);
});

test('What must not happen twice is not asked again where it may have happened', async (t) => {
  const { baseUrl, requests } = await api(t, (line) => (line.startsWith('GET') ? { json: [] } : { status: 502 }));
  const watch = watchBlockcypher({ token: 'top-secret', chain: 'btc/main', url, baseUrl, ...quick });
  const error = await watch.watch('1A').then(
    () => assert.fail('It was accepted'),
    (thrown: Error) => thrown,
  );
  assert.equal(error.message, 'The API of blockcypher answered 502 to POST /v1/btc/main/hooks');
  assert.doesNotMatch(JSON.stringify([error, error.cause, error.stack]), /top-secret|s3cret/);
  assert.equal(requests().length, 2);
});

test('An API that says nothing is given up after the time-out', async (t) => {
  const { baseUrl } = await api(t, () => ({ silent: true }));
  await assert.rejects(moralis(baseUrl, { timeoutMs: 50, attempts: 2 }).watch(address), /did not answer/);
});

test('An answer without end is given up at the bound, not read to its end', async (t) => {
  let sent = 0;
  const server = createServer((_req, res) => {
    const piece = Buffer.alloc(1_048_576, '[');
    const more = (): void => {
      while (!res.destroyed && sent < 400) {
        sent += 1;
        if (!res.write(piece)) {
          res.once('drain', more);
          return;
        }
      }
      res.end();
    };
    more();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const watch = watchMoralis({ apiKey: 'key', streamId: 's', baseUrl, attempts: 1, timeoutMs: 60_000 });
  await assert.rejects(watch.list(), { code: 'REQUEST_FAILED' });
  assert.ok(sent < 100, `${sent} MiB were taken`);
});

test('Redirects are not followed: they would carry the key elsewhere', async (t) => {
  const { baseUrl, requests } = await api(t, () => ({ status: 302, headers: { location: '/elsewhere' } }));
  await assert.rejects(moralis(baseUrl, { attempts: 1 }).watch(address), { code: 'REQUEST_FAILED' });
  assert.equal(requests().length, 1);
});

test('Options that are missing are refused by name', () => {
  assert.throws(() => watchAlchemy({ authToken: '', webhookId: 'wh_1' }), /watchAlchemy\.authToken/);
  assert.throws(() => moralis('nowhere'), /moralis\.baseUrl/);
  assert.throws(() => moralis('https://example.com', { attempts: 0 }), /moralis\.attempts/);
});
