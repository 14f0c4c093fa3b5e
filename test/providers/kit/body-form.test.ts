import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BodyForm, type BodyFormOption, custom, type Json } from '../../../lib/providers/custom.ts';
import type { InboundCallback, Provider } from '../../../lib/providers/kit/provider.ts';
import { signCallback } from '../../../lib/testing/index.ts';
import { inbound } from '../../helpers/inbound.ts';

const key = 'a key of the test';

/** What the reader was given. */
function reader(form: BodyFormOption | undefined): { provider: Provider; given: Json[] } {
  const given: Json[] = [];
  const provider = custom({
    name: 'example',
    secrets: [key],
    scheme: { algorithm: 'hmac-sha256', signature: { header: 'x-sig' }, signed: ['body', 'url'] },
    methods: ['POST', 'GET'],
    ...(form === undefined ? {} : { form }),
    read(content) {
      given.push(content);
      return { kind: 'unknown', transfers: [], removals: [] };
    },
  });
  return { provider, given };
}

function sent(provider: Provider, written: string, over: Partial<InboundCallback> = {}): InboundCallback {
  const { method = 'POST', url = '/callbacks' } = over;
  const { headers, body } = signCallback(provider, { secret: key, body: written, method, url });
  return inbound({ body, method, url, ...over, headers: { ...headers, ...over.headers } });
}

async function taken(
  form: BodyFormOption | undefined,
  written: string,
  over: Partial<InboundCallback> = {},
): Promise<Json> {
  const { provider, given } = reader(form);
  const callback = sent(provider, written, over);
  provider.read(callback, await provider.verify(callback));
  return given[0] ?? null;
}

const json = '{"a":"1","b":1.10}';
const form = 'a=1&b=%7B+%7D';

test('A body is read in the form that the provider declares, JSON where it declares none', async () => {
  assert.deepEqual(Object.keys((await taken(undefined, json)) as object), ['a', 'b']);
  assert.deepEqual(await taken('form', form), { a: '1', b: '{ }' });
  assert.deepEqual(await taken('query', '', { method: 'GET', url: '/callbacks?a=1&b=%7B+%7D' }), { a: '1', b: '{ }' });
  assert.deepEqual(await taken('query', '', { method: 'GET', url: '/callbacks' }), {});
});

test('The form may be told from the method and the bytes, which are signed, and never from the content-type', async () => {
  const told: BodyFormOption = ({ method, body }): BodyForm =>
    method === 'GET' ? 'query' : body[0] === 0x7b ? 'json' : 'form';
  assert.deepEqual(await taken(told, '{"a":"1"}'), { a: '1' });
  assert.deepEqual(await taken(told, 'a=1'), { a: '1' });
  assert.deepEqual(await taken(told, '', { method: 'GET', url: '/callbacks?a=1' }), { a: '1' });
  await assert.rejects(taken(told, 'a=1', { headers: { 'content-type': 'application/json' } }), { code: 'BODY_FORM' });
});

test('A content-type that names another form is refused before the signature is believed', async () => {
  const types: [BodyForm, string, string][] = [
    ['json', json, 'application/x-www-form-urlencoded'],
    ['json', json, 'application/x-www-form-urlencoded; charset=utf-8'],
    ['json', json, 'Application/X-WWW-Form-Urlencoded'],
    ['json', json, 'multipart/form-data; boundary=x'],
    ['json', json, 'application/xml'],
    ['form', form, 'application/json'],
    ['form', form, 'application/problem+json'],
    ['form', form, 'multipart/form-data; boundary=x'],
  ];
  for (const [declared, written, type] of types) {
    await assert.rejects(
      taken(declared, written, { headers: { 'content-type': type } }),
      { code: 'BODY_FORM', status: 415 },
      `${declared} ${type}`,
    );
  }
});

test('Without a content-type, or with one that names no form, a body is read in the declared form', async () => {
  for (const [declared, written] of [
    ['json', '{"a":"1"}'],
    ['form', 'a=1'],
  ] as const) {
    for (const type of [undefined, '', 'text/plain', 'application/octet-stream']) {
      const headers = { 'content-type': type };
      assert.deepEqual(await taken(declared, written, { headers }), { a: '1' }, `${declared} ${type}`);
    }
  }
  for (const type of [
    'application/json; charset=utf-8',
    'text/json',
    'application/vnd.acme.event+json',
    'APPLICATION/JSON',
  ])
    assert.deepEqual(await taken('json', '{"a":"1"}', { headers: { 'content-type': type } }), { a: '1' }, type);
});

test('A stored callback of another form is not read either', () => {
  const { provider, given } = reader('form');
  const stored = inbound({ body: Buffer.from('{"x":"&a=1&y="}'), headers: { 'content-type': 'application/json' } });
  assert.throws(() => provider.read(stored, {}), { code: 'BODY_FORM' });
  assert.deepEqual(given, []);
});

test('The reader gets the headers that the provider keeps, and no others', () => {
  const names: string[][] = [];
  const provider = custom({
    name: 'example',
    secrets: [key],
    scheme: { algorithm: 'hmac-sha256', signature: { header: 'x-sig' }, signed: [{ header: 'x-type' }, 'body'] },
    keptHeaders: ['x-type'],
    read(_content, _verified, headers) {
      names.push(Object.keys(headers));
      return { kind: 'unknown', transfers: [], removals: [] };
    },
  });
  provider.read(inbound({ body: Buffer.from('{}'), headers: { 'x-type': 'deposit', 'x-forged': 'yes' } }), {});
  assert.deepEqual(names, [['x-type']]);
});
