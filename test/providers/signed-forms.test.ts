import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { makeProvider } from '../../lib/cli/provider-table.ts';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { basswallet } from '../../lib/providers/basswallet.ts';
import { cregis } from '../../lib/providers/cregis.ts';
import { custom, text } from '../../lib/providers/custom.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { nowpayments } from '../../lib/providers/nowpayments.ts';
import { udun } from '../../lib/providers/udun.ts';
import { nowOf, type SentCallback, sentCallback, startReceiver } from '../../lib/testing/provider-cases/sending.ts';
import type { ExpectedEvent, ProviderCase, ProviderFixtures } from '../../lib/testing/provider-fixtures.ts';
import { choicesOf, forged } from '../helpers/forged-callbacks.ts';
import { everyProvider, fixturesOf } from '../helpers/published.ts';
import { propertyRuns } from '../helpers/runs.ts';
import { keepLog } from '../helpers/serve.ts';

// What can be made without the key out of one or two signed callbacks credits at most what was signed, once; and the signed
// ones are credited all the same, whatever came before them.

const withFixtures = everyProvider.filter((name) => name !== 'custom' && name !== 'standard-webhooks');

async function configured(name: string): Promise<{ provider: Provider; fixtures: ProviderFixtures }> {
  const fixtures = fixturesOf(name);
  const provider = await makeProvider(name, { ...fixtures.options, secrets: [fixtures.keys.first.key] });
  return { provider, fixtures };
}

/** Deposits, as a text each, that the callbacks credit by themselves. */
async function creditedBy(
  { provider, fixtures }: { provider: Provider; fixtures: ProviderFixtures },
  callbacks: readonly SentCallback[],
  then: readonly SentCallback[] = [],
): Promise<readonly string[]> {
  const receiver = await startReceiver(provider, fixtures);
  try {
    for (const callback of [...callbacks, ...then]) await receiver.send(callback);
    return creditedIn(await receiver.events());
  } finally {
    await receiver.close();
  }
}

function creditedIn(events: readonly ExpectedEvent[]): readonly string[] {
  return events
    .filter(({ event }) => event === 'deposit')
    .map((one) => JSON.stringify(one))
    .sort();
}

/** Two signed callbacks that are credited, of two deposits; or what signed callbacks there are. */
async function captured(given: { provider: Provider; fixtures: ProviderFixtures }): Promise<SentCallback[]> {
  const { provider, fixtures } = given;
  const deposits = fixtures.cases.filter(({ kind, after }) => kind === 'deposit' && after === undefined);
  const found: SentCallback[] = [];
  for (const one of [...deposits, ...deposits.map((each) => ofAnotherPayment(each, given))]) {
    const sent = sentCallback(provider, one, fixtures);
    const credited = await creditedBy(given, [...found, sent]);
    if (credited.length > found.length) found.push(sent);
    if (found.length === 2) return found;
  }
  return found.length > 0 ? found : fixtures.cases.map((each) => sentCallback(provider, each, fixtures));
}

/** The same callback about another payment, for a provider that is keyed by payment. */
function ofAnotherPayment(
  one: ProviderCase,
  { provider, fixtures }: { provider: Provider; fixtures: ProviderFixtures },
): ProviderCase {
  const sent = sentCallback(provider, one, fixtures);
  const [transfer] = provider.read({ ...sent, receivedAt: nowOf(fixtures) }, {}).transfers;
  const payment = transfer?.payment;
  if (payment === undefined) return one;
  return { ...one, body: Buffer.from(one.body.toString().replaceAll(payment, withOtherDigits(payment))) };
}

function withOtherDigits(payment: string): string {
  return payment.replace(/\d/g, (digit) => String((Number(digit) % 8) + 1));
}

const contentSigned: string[] = [];
const sentSecrets: string[] = [];
for (const name of withFixtures) {
  const { provider } = await configured(name);
  if (provider.signs === 'content') contentSigned.push(name);
  if (provider.signs === 'nothing') sentSecrets.push(name);
}

test('docs/signed-forms.md names the providers that do not sign their bytes, as they declare it', () => {
  const page = readFileSync(new URL('../../docs/signed-forms.md', import.meta.url), 'utf8');
  const namesUnder = (heading: string): string[] => {
    const section = page.split('\n## ').find((one) => one.startsWith(heading)) ?? '';
    return [...section.matchAll(/^\| \[([\w-]+)\]/gm)].map(([, name = '']) => name);
  };
  assert.deepEqual(namesUnder('Providers that sign something made from the body'), contentSigned);
  assert.deepEqual(namesUnder('Providers that sign nothing'), sentSecrets);
});

const draws = fc.noShrink(fc.array(fc.nat(), { minLength: 40, maxLength: 40 }));
const attempts = fc.noShrink(fc.array(fc.tuple(draws, fc.boolean()), { minLength: 8, maxLength: 16 }));

for (const name of contentSigned) {
  test(`${name}: what is made of captured callbacks without the key credits what was signed, once`, async () => {
    const given = await configured(name);
    const [one, other = one] = await captured(given);
    assert.ok(one && other, `${name} has no case`);
    const signed = await creditedBy(given, [one, other]);
    await fc.assert(
      fc.asyncProperty(attempts, async (streams) => {
        const forgeries = streams.map(([stream, isOther]) => {
          const choices = choicesOf(stream);
          return isOther ? forged(other, one, choices) : forged(one, other, choices);
        });
        const credited = await creditedBy(given, forgeries);
        // Each signed deposit once: two of them may look alike.
        const left = [...signed];
        for (const deposit of credited) {
          const place = left.indexOf(deposit);
          assert.ok(place >= 0, `Credited ${credited.join(' ')}`);
          left.splice(place, 1);
        }
        // Nothing that was forged keeps the signed ones from being credited.
        assert.deepEqual(await creditedBy(given, forgeries, [one, other]), signed);
      }),
      { numRuns: propertyRuns(8) },
    );
  });
}

for (const name of sentSecrets) {
  test(`${name}: without the secret, which is all that it sends, nothing is credited and no hint is taken`, async () => {
    const { provider, fixtures } = await configured(name);
    const [one] = fixtures.cases.filter(({ kind }) => kind === 'deposit');
    assert.ok(one);
    const sent = sentCallback(provider, one, fixtures, { key: fixtures.keys.second });
    const receiver = await startReceiver(provider, fixtures);
    try {
      await fc.assert(
        fc.asyncProperty(draws, async (stream) => {
          const { status, outcome } = await receiver.send(forged(sent, sent, choicesOf(stream)));
          assert.ok(status >= 400 || outcome?.code === 'PING', `Answered ${status} ${outcome?.code}`);
          assert.deepEqual(await receiver.events(), []);
        }),
        { numRuns: propertyRuns(30) },
      );
    } finally {
      await receiver.close();
    }
  });
}

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

function post(provider: Provider, headers: Record<string, string>, body: string): SentCallback {
  return { method: 'POST', url: provider.path, headers, body: Buffer.from(body) };
}

async function amountsOf(name: string, provider: Provider, callbacks: readonly SentCallback[]): Promise<string[]> {
  const credited = await creditedBy({ provider, fixtures: fixturesOf(name) }, callbacks);
  return credited.map((one) => (JSON.parse(one) as ExpectedEvent).amount);
}

test('NOWPayments: 25 is credited once, however its payment_id is spelled', async () => {
  const provider = nowpayments({ secrets: ['secret'], trustMined: true });
  const body = (id: string): string =>
    `{"payment_id":${id},"payment_status":"finished","pay_address":"TJRabPrwbZy45sbavfcjinPJC18kjpRTv8","actually_paid":25,"pay_currency":"usdttrc20"}`;
  const sorted = JSON.stringify(JSON.parse(body('1')), Object.keys(JSON.parse(body('1')) as object).sort());
  const headers = { ...json, 'x-nowpayments-sig': createHmac('sha512', 'secret').update(sorted).digest('hex') };
  const callbacks = ['1', '1.0', '1e0', '10e-1', '1.00000000000000001'].map((id) => post(provider, headers, body(id)));
  assert.deepEqual(await amountsOf('nowpayments', provider, callbacks), ['25000000']);
});

test('NOWPayments: an amount is credited as it was signed, not as it is spelled, and null is no amount', async () => {
  const provider = nowpayments({ secrets: ['secret'], trustMined: true });
  const body = (paid: string): string =>
    `{"actually_paid":${paid},"pay_address":"TJRabPrwbZy45sbavfcjinPJC18kjpRTv8","pay_currency":"usdttrc20","payment_id":1,"payment_status":"finished"}`;
  const signed = (written: string): Record<string, string> => ({
    ...json,
    'x-nowpayments-sig': createHmac('sha512', 'secret').update(written).digest('hex'),
  });
  const long = post(provider, signed(body('1234567.1')), body('1234567.10000000009999'));
  assert.deepEqual(await amountsOf('nowpayments', provider, [long]), ['1234567100000']);
  assert.deepEqual(await amountsOf('nowpayments', provider, [post(provider, signed(body('null')), body('1e999'))]), []);
});

test('NOWPayments: a list that its own code signs as an object verifies, and is one callback with the object', async () => {
  const provider = nowpayments({ secrets: ['secret'], trustMined: true });
  const body = (ids: string): string =>
    `{"actually_paid":25,"pay_address":"TJRabPrwbZy45sbavfcjinPJC18kjpRTv8","pay_currency":"usdttrc20","payment_extra_ids":${ids},"payment_id":1,"payment_status":"finished"}`;
  const mac = createHmac('sha512', 'secret').update(body('{"0":5513339153}')).digest('hex');
  const headers = { ...json, 'x-nowpayments-sig': mac };
  const callbacks = ['[5513339153]', '{"0":5513339153}'].map((ids) => post(provider, headers, body(ids)));
  assert.deepEqual(await amountsOf('nowpayments', provider, callbacks), ['25000000']);
});

test('Udun: the JSON that is a form to the reader is refused, and credits nothing', async () => {
  const provider = udun({ secrets: ['key'], trustMined: true });
  const trade = (txId: string, amount: string): string =>
    JSON.stringify({
      address: 'TTSgF6XEd1TbEH3fPuC4Zypn7UZsxetEcH',
      amount,
      decimals: 6,
      coinType: 'TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t',
      mainCoinType: '195',
      status: 3,
      tradeId: `trade-${txId}`,
      tradeType: 1,
      txId,
      fee: '0',
      businessId: '',
      memo: '',
    });
  const body = trade('aa'.repeat(32), '1000000');
  const [nonce, timestamp] = ['123456', '1767225600'];
  const sign = createHash('md5').update(`${body}key${nonce}${timestamp}`).digest('hex');
  const own = new URLSearchParams({ body: trade('bb'.repeat(32), '999000000') }).toString();
  const stolen = JSON.stringify({ body, nonce, timestamp, sign, z: `&${own}&y=` });
  const honest = post(provider, form, new URLSearchParams({ body, nonce, timestamp, sign }).toString());
  const forgeries = [json, form, {}, { 'content-type': 'text/plain' }].map((headers) =>
    post(provider, headers, stolen),
  );
  assert.deepEqual(await amountsOf('udun', provider, [...forgeries, honest, ...forgeries]), ['1000000']);
});

test('BassWallet: a value that can be opened into members credits nothing, and a harmless & costs nothing', async () => {
  const provider = basswallet({ secrets: ['secret'] });
  const members = (businessId: string): Record<string, string> => ({
    businessId,
    webhookType: 'Payment',
    status: 'Success',
    chainName: 'TRON',
    tokenName: 'USDT',
    toAddress: 'TTSgF6XEd1TbEH3fPuC4Zypn7UZsxetEcH',
    txHash: 'aa'.repeat(32),
    blockConfirmNum: '100',
    remark: 'x',
    amountActual: '10',
    id: '7',
  });
  const write = (given: Record<string, string>): string =>
    Object.entries(given)
      .map((pair) => pair.join('='))
      .join('&');
  const sent = (signed: Record<string, string>, body: Record<string, string>): SentCallback => {
    const signature = createHmac('sha256', 'secret').update(write(signed)).digest('hex');
    return post(provider, { ...json, signature }, JSON.stringify(body));
  };
  const honest = members('42&id=9&amountActual=99999');
  const { businessId: _business, remark, amountActual, id, ...between } = honest;
  const opened = {
    businessId: '42',
    id: '9',
    amountActual: '99999',
    ...between,
    remark: `${remark}&amountActual=${amountActual}&id=${id}`,
  };
  assert.equal(write(opened), write(honest));
  assert.deepEqual(await amountsOf('basswallet', provider, [sent(honest, opened), sent(honest, honest)]), []);
  const harmless = members('this & that');
  assert.deepEqual(await amountsOf('basswallet', provider, [sent(harmless, harmless)]), ['10000000']);
});

test('Cregis: a memo that holds the fields after it does not make another deposit of them', async () => {
  const provider = cregis({ secrets: ['key'], trustMined: true });
  const memo = `1nonceabcdefpid1status1timestamp1token_id195txid${'bb'.repeat(32)}z`;
  const members: Record<string, string> = {
    address: 'TTSgF6XEd1TbEH3fPuC4Zypn7UZsxetEcH',
    amount: '5',
    chain_id: '195',
    cid: '9',
    currency: 'TRX',
    memo,
    nonce: 'ubqso3',
    pid: '1',
    status: '1',
    timestamp: '1767225600000',
    token_id: '195',
    txid: 'aa'.repeat(32),
  };
  const sign = createHash('md5')
    .update(`key${Object.entries(members).flat().join('')}`)
    .digest('hex');
  const { memo: _memo, nonce, pid, status, timestamp, token_id: token, txid, ...before } = members;
  const recut = {
    ...before,
    memo: '1',
    nonce: 'abcdef',
    pid: '1',
    status: '1',
    timestamp: '1',
    token_id: '195',
    txid: 'bb'.repeat(32),
    z: `nonce${nonce}pid${pid}status${status}timestamp${timestamp}token_id${token}txid${txid}`,
  };
  const callbacks = [members, recut].map((body) => post(provider, json, JSON.stringify({ ...body, sign })));
  const outcomes = [];
  const receiver = await startReceiver(provider, fixturesOf('cregis'));
  try {
    for (const callback of callbacks) outcomes.push((await receiver.send(callback)).outcome?.code);
    assert.deepEqual(creditedIn(await receiver.events()), []);
  } finally {
    await receiver.close();
  }
  // Authentic, so kept for a person; which of the two was meant, nobody can tell.
  assert.deepEqual(outcomes, ['BODY_UNREADABLE', 'BODY_UNREADABLE']);
});

test('custom: of a scheme over fields the reader gets these fields, and none that was added', async () => {
  const provider = custom({
    name: 'example',
    secrets: ['key'],
    scheme: {
      algorithm: 'hmac-sha256',
      signature: { bodyField: 'sign' },
      signed: [{ bodyField: 'id' }, { bodyField: 'data.hash' }, { bodyField: 'amount' }],
      separator: '|',
    },
    reportsConfirmations: 'count',
    read(content) {
      assert.deepEqual(Object.keys(content as object).sort(), ['amount', 'data', 'id']);
      return {
        kind: 'transfers',
        transfers: [
          {
            kind: 'confirmed',
            network: 'eip155:1',
            asset: 'eip155:1/slip44:60',
            amount: { units: text(content, 'amount') },
            to: '0x6E5eAf34c73D1CD0be4e24f923b97CF38e10d1f3',
            transaction: { id: text(content, 'data.hash'), position: 'native' },
            confirmations: 100,
            evidence: { success: true },
          },
        ],
        removals: [],
      };
    },
  });
  const hash = `0x${'ab'.repeat(32)}`;
  const sign = createHmac('sha256', 'key').update(`1|${hash}|100`).digest('hex');
  const body = (over: object): string => JSON.stringify({ id: 1, data: { hash }, amount: '100', sign, ...over });
  const callbacks = [{}, { id: '1' }, { amount: 100 }, { to: 'me' }, { data: { hash, to: 'me' } }].map((over) =>
    post(provider, json, body(over)),
  );
  const cut = post(provider, json, body({ id: `1|${hash}`, data: { hash: '100' }, amount: undefined }));
  const fixtures = { ...fixturesOf('udun'), assets: [{ asset: 'eip155:1/slip44:60', decimals: 18 }] };
  const credited = await creditedBy({ provider, fixtures }, [...callbacks, cut]);
  assert.deepEqual(
    credited.map((one) => (JSON.parse(one) as ExpectedEvent).amount),
    ['100'],
  );
});

test('custom: a scheme whose parts do not tell what is signed is refused at construction', () => {
  const make = (signed: Parameters<typeof custom>[0]['scheme']['signed'] & object, more: object = {}): Provider =>
    custom({
      name: 'example',
      secrets: ['key'],
      scheme: { algorithm: 'hmac-sha256', signature: { bodyField: 'sign' }, signed, ...more },
      read: () => ({ kind: 'unknown', transfers: [], removals: [] }),
    });
  const refused = { code: 'OPTION_INVALID', message: /scheme\.content/ };
  assert.throws(() => make([{ from: () => 'x' }]), refused);
  assert.throws(() => make([{ bodyField: 'a' }, { bodyField: 'b' }]), refused);
  assert.throws(() => make(['sortedBody'], { alsoSigned: [[{ bodyField: 'a' }]] }), refused);
  assert.equal(make([{ bodyField: 'a' }, { bodyField: 'b' }], { separator: '.' }).signs, 'content');
  assert.equal(make(['body']).signs, 'bytes');
  assert.equal(make([{ from: () => 'x' }, 'body']).signs, 'bytes');
});

test('A body too long to be written again is refused before it is taken apart', async () => {
  const provider = nowpayments({ secrets: ['secret'], trustMined: true });
  const receiver = await startReceiver(provider, fixturesOf('nowpayments'));
  try {
    const { status } = await receiver.send(
      post(provider, { ...json, 'x-nowpayments-sig': '00' }, `{"a":"${'x'.repeat(65_536)}"}`),
    );
    assert.equal(status, 413);
  } finally {
    await receiver.close();
  }
});

test('ChainUp: blocks of two callbacks that make a third credit nothing more: an id names one transfer', async () => {
  const given = await configured('chainup-custody');
  const { provider, fixtures } = given;
  const one = fixtures.cases.find(({ kind }) => kind === 'deposit');
  assert.ok(one);
  const written = one.body.toString();
  // As long as the first, so that what stands in a block of the one stands there in the other.
  const changed = written
    .replace('"id":"1"', '"id":"2"')
    .replace('222.0000022111', '999.0000099999')
    .replace('6f0d9c83', '7f0d9c83')
    .replace('a3193486b', 'a3193486c');
  assert.equal(changed.length, written.length);
  const [first, second] = [one, { ...one, body: Buffer.from(changed) }].map((each) =>
    sentCallback(provider, each, fixtures),
  );
  assert.ok(first && second);
  const honest = await creditedBy(given, [first, second]);
  assert.equal(honest.length, 2);
  const third = (of: readonly SentCallback[]): SentCallback => {
    const blocks = of.map((sent, at) => sealedBlocks(sent)[at] ?? Buffer.alloc(0));
    const data = Buffer.concat(blocks).toString('base64url');
    return { ...first, body: Buffer.from(`app_id=${String(fixtures.options?.appId)}&data=${data}`) };
  };
  assert.equal(sealedBlocks(first).length, 2);
  for (const spliced of [third([first, second]), third([second, first])]) {
    assert.deepEqual(await creditedBy(given, [first, second, spliced]), honest);
    assert.ok((await creditedBy(given, [first, spliced, spliced])).length <= 2, 'before the second comes');
  }
});

/** Each is sealed by itself, and as long as the key. */
function sealedBlocks({ body }: SentCallback): readonly Buffer[] {
  const data = Buffer.from(new URLSearchParams(body.toString()).get('data') ?? '', 'base64url');
  return Array.from({ length: data.length / 256 }, (_, at) => data.subarray(at * 256, (at + 1) * 256));
}

test('ChainUp: the receiver says when it starts that parts of two callbacks could be put together', async () => {
  const { provider } = await configured('chainup-custody');
  const logger = keepLog();
  const callbacks = depositCallbacks({
    providers: [provider],
    policy: { assets: 'any', isOurs: () => true, confirmations: {} },
    logger,
  });
  await callbacks.close();
  assert.ok(logger.lines.some((line) => /encrypted separately/.test(JSON.stringify(line))));
});

test('CryptAPI: the URL of a GET, sent as the body of a POST, is not a callback without its first field', async () => {
  const { provider, fixtures } = await configured('cryptapi');
  const one = fixtures.cases.find(({ method }) => method === 'GET');
  assert.ok(one);
  const { url, headers } = sentCallback(provider, one, fixtures);
  const receiver = await startReceiver(provider, fixtures);
  try {
    for (const type of [form, json, { 'content-type': 'text/plain' }]) {
      const body = Buffer.from(`${String(fixtures.options?.origin)}${url}`);
      const { status } = await receiver.send({
        method: 'POST',
        url: provider.path,
        headers: { ...headers, ...type },
        body,
      });
      assert.ok(status === 401 || status === 415, `Answered ${status}`);
    }
    assert.deepEqual(await receiver.events(), []);
    assert.equal((await receiver.send({ method: 'GET', url, headers, body: Buffer.alloc(0) })).status, 200);
  } finally {
    await receiver.close();
  }
});
