import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createTokenFacts } from '../../lib/notifier/token-facts.ts';

const word = (hex: string): string => hex.padEnd(64, '0');
const number = (value: number): string => value.toString(16).padStart(64, '0');
const text = (value: string): string =>
  `${number(32)}${number(Buffer.byteLength(value))}${word(Buffer.from(value).toString('hex'))}`;

function contract(symbol: string | Error, decimals: string | Error) {
  let calls = 0;
  const facts = createTokenFacts({
    async request({ params }) {
      calls += 1;
      const [{ data }] = params as [{ data: string }];
      const answer = data === '0x95d89b41' ? symbol : decimals;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  return { facts: () => facts('0x01'), calls: () => calls };
}

test('a contract is asked once for its symbol and decimals, in the old form and the new', async () => {
  const token = contract(`0x${text('USDT')}`, `0x${number(6)}`);
  assert.deepEqual(await token.facts(), { symbol: 'USDT', decimals: 6 });
  await token.facts();
  assert.equal(token.calls(), 2);
  const old = contract(`0x${word(Buffer.from('MKR').toString('hex'))}`, `0x${number(18)}`);
  assert.deepEqual(await old.facts(), { symbol: 'MKR', decimals: 18 });
});

test('what cannot be shown is left out', async () => {
  for (const symbol of [
    '0x',
    `0x${text('a'.repeat(32))}00${'ff'.repeat(10)}`.slice(0, 70),
    `0x${text('US\nDT')}`,
    `0x${'ff'.repeat(96)}`,
    `0x${text('')}`,
  ]) {
    const { symbol: found } = await contract(symbol, `0x${'ff'.repeat(32)}`).facts();
    assert.ok(found === undefined || /^\P{Cc}+$/u.test(found), found);
  }
  assert.deepEqual(await contract('0x', `0x${number(256)}`).facts(), {});
});

test('a contract that reverts has no facts, and a node that is away is an error', async () => {
  const reverted = Object.assign(new Error('execution reverted'), { code: 3 });
  assert.deepEqual(await contract(reverted, new Error('', { cause: reverted })).facts(), {});
  await assert.rejects(contract(new Error('socket hang up'), '0x').facts());
});
