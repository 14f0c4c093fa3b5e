import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Policy } from '../../lib/policy/policy.ts';
import { alchemy } from '../../lib/providers/alchemy.ts';
import type { Provider } from '../../lib/providers/kit/provider.ts';
import { moralis } from '../../lib/providers/moralis.ts';
import { tenderly } from '../../lib/providers/tenderly.ts';
import { alice, randomHash, secret, usdt } from '../helpers/deposits.ts';
import { alchemyBody, story } from '../helpers/stories.ts';

// Whatever a contract can answer to decimals(), symbol() and name(), and put into the data of a log, as a provider's JSON may
// hold it.
const answers: Readonly<Record<string, unknown>> = {
  'no answer': '',
  'no answer, in hex': '0x',
  nothing: null,
  '64 bytes': `0x${'0'.repeat(63)}1${'f'.repeat(64)}`,
  '33 bytes': `0x${'ab'.repeat(33)}`,
  '2^256-1': (2n ** 256n - 1n).toString(),
  '2^256-1, in hex': `0x${'f'.repeat(64)}`,
  '2^200 as a number': Number(2n ** 200n),
  'a negative number': -1,
  'a fraction': 1e-18,
  NULs: '\u0000\u0000\u0000',
  'a lone surrogate, as JSON escapes what is no UTF-8': '\ud800',
  'the sign of what was no UTF-8': '\ufffd\ufffd',
  'a line that moves the cursor': '\u001b[2J\u202e',
  '200 kB': 'A'.repeat(200_000),
  'a list': ['USDT'],
  'an object': { toString: 'USDT' },
};

const hostile = '0x000000000000000000000000000000000000bad1';
const from = '0x93f9ecdaf22f8b60bc24641dd5ed43ca92405cb7';
const contract = usdt.slice(usdt.lastIndexOf(':') + 1).toLowerCase();
const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const word = (digits: string): string => `0x${digits.padStart(64, '0')}`;
const topics = [transferTopic, word(from.slice(2)), word(alice.slice(2).toLowerCase())];

interface Hostile {
  name: string;
  provider: Provider;
  /** A body with a deposit and, before and after it, a hostile token's transfer to the same account. */
  body(answer: unknown, field: string): object;
  fields: readonly string[];
}

const providers: readonly Hostile[] = [
  {
    name: 'Alchemy',
    provider: alchemy({ secrets: [secret], trustMined: true }),
    fields: ['rawContract.decimals', 'rawContract.rawValue', 'asset', 'value', 'log.data'],
    body(answer, field) {
      const told = alchemyBody({ hash: randomHash(), block: randomHash(), amount: 5_000_000n, log: 3 }) as AlchemyBody;
      const deposit = told.event.activity[0] ?? {};
      const log = { ...deposit.log, address: hostile, logIndex: '0x4' };
      const odd = spoiled(
        { ...deposit, log, rawContract: { ...deposit.rawContract, address: hostile } },
        field,
        answer,
      );
      return { ...told, event: { ...told.event, activity: [odd, deposit, odd] } };
    },
  },
  {
    name: 'Moralis',
    provider: moralis({ secrets: [secret], trustMined: true }),
    fields: ['tokenDecimals', 'tokenSymbol', 'tokenName', 'value', 'valueWithDecimals'],
    body(answer, field) {
      const deposit = {
        transactionHash: randomHash(),
        logIndex: '3',
        contract,
        from,
        to: alice.toLowerCase(),
        value: '5000000',
        tokenName: 'Tether USD',
        tokenSymbol: 'USDT',
        tokenDecimals: '6',
        valueWithDecimals: '5',
      };
      const odd = spoiled({ ...deposit, contract: hostile, logIndex: '4' }, field, answer);
      const log = {
        transactionHash: deposit.transactionHash,
        logIndex: '5',
        address: hostile,
        data: answer,
        topic0: '',
      };
      const block = { number: '7', hash: randomHash(), timestamp: '1668676247' };
      return { confirmed: true, chainId: '0x1', block, logs: [log], txs: [], erc20Transfers: [odd, deposit, odd] };
    },
  },
  {
    name: 'Tenderly',
    provider: tenderly({ secrets: [secret], trustMined: true }),
    fields: ['data'],
    body(answer, field) {
      const deposit = { address: contract, topics, data: word((5_000_000).toString(16)) };
      const odd = spoiled({ ...deposit, address: hostile }, field, answer);
      const block = { block_hash: randomHash(), block_number: 24223192 };
      const transaction = { network: '1', ...block, hash: randomHash(), from, to: contract, value: '0' };
      return { id: randomHash(), event_type: 'ALERT', transaction: { ...transaction, logs: [odd, deposit, odd] } };
    },
  },
];

interface AlchemyBody {
  event: { activity: { log?: object; rawContract?: object }[] };
}

const policy: Policy = {
  assets: [{ asset: usdt, decimals: 6 }],
  isOurs: () => true,
  confirmations: { 'eip155:1': 12 },
};

for (const { name, provider, body, fields } of providers) {
  for (const [answer, value] of Object.entries(answers)) {
    test(`${name}: a token that answers ${answer} never delays the deposit beside it`, async (t) => {
      const { tell, events, callbacks } = await story(t, { providers: [provider], policy });
      const alarms: string[] = [];
      callbacks.on('alarm', ({ code }) => alarms.push(code));
      for (const [index, field] of fields.entries()) {
        await tell(provider, body(value, field), `delivery-${index}`);
        assert.equal(events.length, index + 1, field);
        assert.deepEqual(alarms, [], `${field} is nothing for a person: nobody lists that token`);
      }
      assert.deepEqual([...new Set(events)], ['deposit 5000000']);
    });
  }

  test(`${name}: a body that is no UTF-8 is kept whole, and never read with replacements`, async (t) => {
    const { tell, events, callbacks } = await story(t, { providers: [provider], policy });
    const codes: (string | undefined)[] = [];
    callbacks.on('quarantined', ({ code }) => codes.push(code));
    const json = JSON.stringify(body('?????', fields.at(-1) ?? ''));
    await tell(provider, Buffer.from(json.replaceAll('?????', '\xff\xfe\xc3\x28\xff'), 'latin1'));
    assert.deepEqual([events, codes], [[], ['BODY_UNREADABLE']]);
  });
}

/** The same row with another value in one of its fields, or in one of what it holds. */
function spoiled(row: object, field: string, value: unknown): object {
  const [key = '', ...rest] = field.split('.');
  const held: unknown = Object.hasOwn(row, key) ? (row as Record<string, unknown>)[key] : {};
  return { ...row, [key]: rest.length === 0 ? value : spoiled(held as object, rest.join('.'), value) };
}
