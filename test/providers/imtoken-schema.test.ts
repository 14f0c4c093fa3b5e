import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { readProviderFixtures } from '../../lib/testing/index.ts';

const docs = new URL('../../docs/openapi/', import.meta.url);
const schema = JSON.parse(readFileSync(new URL('imtoken.schema.json', docs), 'utf8')) as object;
const openapi = parse(readFileSync(new URL('imtoken.yaml', docs), 'utf8'));
const post = openapi.webhooks.deposit.post;
const validate = new Ajv2020({
  strict: true,
  allErrors: true,
  allowUnionTypes: true,
  strictRequired: false,
  strictTypes: false,
}).compile(schema);

function isValid(body: unknown): boolean {
  return validate(body);
}

const fixtures = readProviderFixtures(fileURLToPath(new URL('../fixtures/providers/imtoken', import.meta.url)));

test('The schema takes every body that the provider reads, and refuses the one that it does not', () => {
  for (const { name, body, outcome } of fixtures.cases) {
    assert.equal(
      isValid(JSON.parse(body.toString())),
      outcome !== 'quarantined',
      `${name}: ${JSON.stringify(validate.errors)}`,
    );
  }
});

test('The examples of the OpenAPI file fit the schema, and the provider reads them', () => {
  const provider = imtoken({ secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] });
  const examples = Object.entries<{ value: { type: string } }>(post.requestBody.content['application/json'].examples);
  assert.ok(examples.length > 3);
  for (const [name, { value }] of examples) {
    assert.ok(isValid(value), `${name}: ${JSON.stringify(validate.errors)}`);
    const delivery = { method: 'POST', url: '/', headers: {}, body: Buffer.from(JSON.stringify(value)), receivedAt: 0 };
    const { kind, transfers } = provider.read(delivery, {});
    assert.equal(
      kind,
      value.type.startsWith('deposit.') ? 'transfers' : value.type === 'test' ? 'ping' : value.type,
      name,
    );
    assert.equal(transfers.length, value.type.startsWith('deposit.') ? 1 : 0, name);
  }
});

test('The schema refuses what a sender must not write', () => {
  const good = () => JSON.parse(fixtures.cases[0]?.body.toString() ?? '');
  const broken: ((body: ReturnType<typeof good>) => void)[] = [
    (body) => (body.data.amount = 1_500_000),
    (body) => (body.data.amount = '1.5'),
    (body) => (body.data.transaction.position = 'log 3'),
    (body) => delete body.data.transaction.block.hash,
    (body) => delete body.data.to,
    (body) => delete body.data,
    (body) => (body.timestamp = '2026-01-01 00:00'),
  ];
  assert.ok(isValid(good()));
  for (const [index, spoil] of broken.entries()) {
    const body = good();
    spoil(body);
    assert.equal(isValid(body), false, `Case ${index}`);
  }
});

test('The OpenAPI file names the headers that are signed, and every status that a sender may get', () => {
  const names = post.parameters.map((parameter: { name: string }) => parameter.name);
  assert.deepEqual(names, ['webhook-id', 'webhook-timestamp', 'webhook-signature']);
  for (const status of ['200', '400', '401', '403', '413', '503']) assert.ok(post.responses[status], status);
});
