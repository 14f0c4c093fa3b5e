import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contractFacts } from '../../lib/notifier/reading/token-facts.ts';
import { unitOfCost } from '../helpers/cost.ts';

const word = (hex: string): string => hex.padEnd(64, '0');
const number = (value: number): string => value.toString(16).padStart(64, '0');
const text = (value: string): string =>
  `${number(32)}${number(Buffer.byteLength(value))}${word(Buffer.from(value).toString('hex'))}`;

type Answer = string | Error | Promise<string>;

const prefix = 'eip155:1/erc20:';

function contract(symbol: Answer, decimals: Answer) {
  let calls = 0;
  const client = {
    async request({ params }: { params?: unknown }) {
      calls += 1;
      const [{ data }] = params as [{ data: string }];
      const answer = await (data === '0x95d89b41' ? symbol : decimals);
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const asked = contractFacts(client, prefix);
  const facts = async (address = '0x01') => {
    asked.known(prefix + address);
    await asked.settled();
    return asked.known(prefix + address);
  };
  return { facts, asked, calls: () => calls };
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
    `0x${text('US\u202eDT')}`,
    `0x${text('a'.repeat(33))}`,
  ]) {
    const found = (await contract(symbol, `0x${'ff'.repeat(32)}`).facts())?.symbol;
    assert.ok(found === undefined || /^[^\p{Cc}\p{Cf}]{1,32}$/u.test(found), found);
  }
  assert.deepEqual(await contract('0x', `0x${number(256)}`).facts(), {});
});

test('a contract that reverts has no facts, and a node that is away leaves them out for a while', async () => {
  const reverted = Object.assign(new Error('execution reverted'), { code: 3 });
  assert.deepEqual(await contract(reverted, new Error('', { cause: reverted })).facts(), {});
  const away = contract(new Error('socket hang up'), '0x');
  assert.deepEqual(await away.facts(), {});
  assert.deepEqual(await away.facts(), {});
  assert.equal(away.calls(), 2, 'asked once more at once');
});

test('a contract that never answers is not waited for, and only so many are asked at once', async () => {
  const silent = contract(new Promise<string>(() => {}), `0x${number(6)}`);
  assert.equal(silent.asked.known(`${prefix}0x01`), undefined);
  for (let block = 0; block < 1_000; block += 1) silent.asked.known(`${prefix}${block}`);
  assert.equal(silent.calls(), 2 * 128, 'calls on their way at once');
  assert.deepEqual(silent.asked.known(`${prefix}0x02`), {}, 'a callback about it need not wait');
});

test('what is no token of the chain is not asked for', () => {
  const token = contract('0x', '0x');
  assert.deepEqual(token.asked.known('eip155:1/slip44:60'), {});
  assert.equal(token.calls(), 0);
});

test('a symbol of any length costs the work of a short one', async () => {
  for (const symbol of [
    `0x${number(32)}${number(200_000)}${'00'.repeat(200_000)}`,
    `0x${number(32)}${number(200_000)}${'00'.repeat(199_999)}41`,
    `0x${'00'.repeat(199_999)}41`,
    `0x${number(32)}${'f'.repeat(64)}${'41'.repeat(200_000)}`,
  ]) {
    const token = contract(symbol, `0x${number(6)}`);
    const before = process.cpuUsage();
    assert.deepEqual(await token.facts(), { decimals: 6 });
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 100 * unitOfCost(), `${user + system} us`);
  }
});
