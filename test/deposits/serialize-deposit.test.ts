import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { copyDeposit, type DepositRecord } from '../../lib/deposits/deposit.ts';
import { parseDeposit, serializeDeposit } from '../../lib/deposits/serialize-deposit.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const anyDeposit: fc.Arbitrary<DepositRecord> = fc.record(
  {
    id: text,
    generation: fc.nat(),
    network: text,
    asset: text,
    symbol: text,
    decimals: fc.integer({ min: 0, max: 77 }),
    amount: fc.bigInt({ min: 0n, max: 10n ** 78n - 1n }),
    from: text,
    to: text,
    memo: text,
    account: text,
    transaction: fc.record(
      { id: text, position: text, block: fc.record({ number: text, hash: text }, { noNullPrototype: true }) },
      { requiredKeys: ['id'], noNullPrototype: true },
    ),
    payment: text,
    confirmations: fc.nat(),
    status: fc.constantFrom('pending', 'confirmed', 'reverted'),
    code: fc.constantFrom('HELD', 'CONFLICT'),
    providers: fc.array(text, { maxLength: 3 }),
    firstSeenAt: fc.nat(),
    callbackIds: fc.array(text, { maxLength: 3 }),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      ...(['id', 'generation', 'network', 'asset', 'amount', 'to', 'transaction', 'status', 'providers'] as const),
      ...(['firstSeenAt', 'callbackIds'] as const),
    ],
  },
);

test('a deposit comes back from its text exactly, and as one that JSON.stringify takes', () => {
  fc.assert(
    fc.property(anyDeposit, (deposit) => {
      const again = parseDeposit(serializeDeposit(deposit));
      assert.deepEqual({ ...again }, deposit);
      assert.equal(JSON.parse(JSON.stringify(again)).amount, deposit.amount.toString());
      assert.equal(serializeDeposit(again), serializeDeposit(deposit));
    }),
    { numRuns: 200 },
  );
});

const deposit: DepositRecord = {
  id: 'dep_1',
  generation: 1,
  network: 'eip155:1',
  asset: 'eip155:1/slip44:60',
  amount: 2n ** 255n,
  to: '0xa',
  transaction: { id: '0xb' },
  status: 'confirmed',
  providers: ['imtoken'],
  firstSeenAt: 0,
  callbackIds: [],
};

test('a spread of a deposit, which JSON.stringify refuses, is written', () => {
  assert.throws(() => JSON.stringify({ ...copyDeposit(deposit) }), TypeError);
  assert.equal(parseDeposit(serializeDeposit({ ...copyDeposit(deposit) })).amount, 2n ** 255n);
});

test('the text of today is read for ever', () => {
  const written =
    '{"version":1,"deposit":{"id":"dep_1","generation":1,"network":"eip155:1","asset":"eip155:1/slip44:60","amount":"7","to":"0xa","transaction":{"id":"0xb"},"status":"confirmed","providers":["imtoken"],"firstSeenAt":0,"callbackIds":[]}}';
  assert.deepEqual({ ...parseDeposit(written) }, { ...deposit, amount: 7n });
});

test('any other text is refused, one of a later version by name', () => {
  assert.throws(() => parseDeposit(serializeDeposit(deposit).replace('"version":1', '"version":2')), {
    code: 'JSON_INVALID',
    message: /version 2.*upgrade deposit-callback/,
  });
  const broken = (change: object): string =>
    JSON.stringify({ version: 1, deposit: { ...JSON.parse(serializeDeposit(deposit)).deposit, ...change } });
  const wrong: unknown[] = [
    '',
    'null',
    '{}',
    '[]',
    '{"version":1}',
    undefined,
    7,
    JSON.stringify(copyDeposit(deposit)),
  ];
  for (const change of [
    { amount: 7 },
    { amount: '-1' },
    { amount: '1e3' },
    { amount: '' },
    { id: 7 },
    { providers: 'a' },
    { transaction: {} },
    { to: null },
  ])
    wrong.push(broken(change));
  for (const one of wrong) assert.throws(() => parseDeposit(one as string), { code: 'JSON_INVALID' }, String(one));
});
