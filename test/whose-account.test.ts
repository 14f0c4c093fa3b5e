import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Alarm } from '../lib/observe/news.ts';
import type { Policy } from '../lib/policy/policy.ts';
import { alice, bob, callbackBody, usdt } from './helpers/deposits.ts';
import { type Receiver, receiver } from './helpers/receiver.ts';
import { keepLog } from './helpers/serve.ts';

const assets = [{ asset: usdt, decimals: 6 }];

async function receiving(t: TestContext, policy: Omit<Policy, 'assets'>): Promise<Receiver & { alarms: Alarm[] }> {
  const received = await receiver(t, { policy: { assets, ...policy }, logger: keepLog() });
  const alarms: Alarm[] = [];
  received.callbacks.on('alarm', (alarm) => alarms.push(alarm));
  return { ...received, alarms };
}

const codes = (alarms: readonly Alarm[]): string[] => alarms.map(({ code }) => code);

test('a table in lower case credits, and the deposit carries the account that its Map gave', async (t) => {
  const { send, deposits, callbacks } = await receiving(t, {
    accounts: new Map([[alice.toLowerCase(), 'customer-7']]),
  });
  await send();
  assert.deepEqual(
    deposits.map(({ to, account }) => ({ to, account })),
    [{ to: alice, account: 'customer-7' }],
  );
  const [stored] = await callbacks.store.deposits({ limit: 1 });
  assert.equal(stored?.account, 'customer-7');
  assert.equal(JSON.parse(JSON.stringify(deposits[0])).account, 'customer-7');
});

test('a forgotten return is a 503 with an alarm, and the deposit is credited once it is mended', async (t) => {
  let isOurs: Policy['isOurs'] = (() => {}) as never;
  const { send, events, alarms } = await receiving(t, { isOurs: (account) => isOurs?.(account) as boolean });
  assert.equal((await send({}, { id: 'msg_1' })).status, 503);
  assert.deepEqual(codes(alarms), ['POLICY_FAILED']);
  assert.match(
    alarms[0]?.message ?? '',
    /policy\.isOurs returned undefined for 0x\w+ on eip155:1; .* Is a return missing\?/,
  );
  isOurs = () => true;
  assert.equal((await send({}, { id: 'msg_1' })).status, 200);
  assert.deepEqual(events, ['deposit 1500000']);
});

test('an account of ours whose customer is unknown is quarantined with an alarm, and credited once released', async (t) => {
  const { send, events, alarms, callbacks, lastOutcome } = await receiving(t, { isOurs: () => 'unassigned' });
  assert.equal((await send()).status, 200);
  assert.equal(lastOutcome(), 'quarantined UNASSIGNED');
  assert.deepEqual(codes(alarms), ['DEPOSIT_QUARANTINED']);
  assert.deepEqual(events, []);
  await callbacks.release(alarms[0]?.deposit?.id ?? '', { reason: 'the customer wrote in', actor: 'ann' });
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000']);
});

test('what went to an unknown customer is credited once, to the account that the policy names by the time of reprocess', async (t) => {
  const customers = new Map<string, string>();
  const { send, events, deposits, callbacks } = await receiving(t, {
    accounts: ({ address }) => customers.get(address) ?? 'unassigned',
  });
  await send();
  await send({ to: bob, amount: '700' });
  assert.deepEqual(await callbacks.reprocess(), { read: 0, recorded: 0, passedOver: 0 });
  assert.deepEqual(events, []);

  customers.set(alice, 'user-17');
  assert.deepEqual(await callbacks.reprocess(), { read: 0, recorded: 0, passedOver: 0, assigned: 1 });
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000']);
  assert.equal(deposits[0]?.account, 'user-17');
  const { deposit, transactionKey } = (await callbacks.store.deposit(deposits[0]?.id ?? '')) ?? {};
  assert.deepEqual([deposit?.status, deposit?.code, deposit?.account], ['confirmed', undefined, 'user-17']);
  const [state] = await callbacks.store.load([transactionKey ?? '']);
  assert.deepEqual(
    state?.decisions.map(({ kind, actor, codes, correction }) => [kind, actor, codes, correction]),
    [['correct', 'policy.accounts', ['UNASSIGNED'], { account: 'user-17' }]],
  );

  customers.set(alice, 'user-18');
  assert.deepEqual(await callbacks.reprocess(), { read: 0, recorded: 0, passedOver: 0 });
  const [waiting] = await callbacks.store.deposits({ status: 'quarantined', limit: 9 });
  customers.set(bob, 'user-19');
  const [callbackId = ''] = waiting?.callbackIds ?? [];
  assert.equal((await callbacks.reprocess({ callbackId })).assigned, 1);
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000', 'deposit 700']);
  assert.equal(deposits[1]?.account, 'user-19');
});

test('what an operator holds is not credited by the account that the policy names', async (t) => {
  let answer: string | boolean = 'unassigned';
  const { send, events, callbacks } = await receiving(t, { isOurs: () => answer as boolean });
  await send();
  const [one] = await callbacks.store.deposits({ limit: 1 });
  await callbacks.hold(one?.id ?? '', { reason: 'asked the customer', actor: 'ann' });
  answer = true;
  await callbacks.reprocess();
  await callbacks.idle();
  assert.deepEqual(events, []);
  await callbacks.release(one?.id ?? '', { reason: 'the customer wrote in', actor: 'ann' });
  await callbacks.idle();
  assert.deepEqual(events, ['deposit 1500000']);
});

test('when the first ten transfers of a provider are all to strangers, an alarm shows both spellings', async (t) => {
  const table = new Set([alice.toLowerCase()]);
  const { sendBody, alarms } = await receiving(t, { isOurs: ({ address }) => table.has(address) });
  for (let i = 0; i < 12; i += 1) {
    await sendBody(callbackBody({ hash: `0x${String(i).padStart(64, '0')}`, to: alice.toLowerCase() }));
    assert.equal(alarms.length, i < 9 ? 0 : 1, `after ${i + 1}`);
  }
  assert.equal(alarms[0]?.code, 'ALL_NOT_OURS');
  const message = alarms[0]?.message ?? '';
  assert.ok(message.includes(alice) && message.includes(alice.toLowerCase()), message);
  assert.match(message, /isOurs accepts another spelling of it/);
});

test('of a provider that has had transfers of ours, an hour of strangers alone raises the alarm, once', async (t) => {
  const { sendBody, alarms, clock } = await receiving(t, { accounts: [alice] });
  let sent = 0;
  const stranger = (): Promise<unknown> => {
    sent += 1;
    return sendBody(callbackBody({ hash: `0x${String(sent).padStart(64, '0')}`, to: bob }));
  };
  await sendBody(callbackBody());
  for (let i = 0; i < 11; i += 1) await stranger();
  assert.deepEqual(codes(alarms), []);
  clock.advance(3_600_000);
  await stranger();
  await stranger();
  assert.deepEqual(codes(alarms), ['ALL_NOT_OURS']);
  await sendBody(callbackBody({ hash: `0x${'f'.repeat(64)}` }));
  for (let i = 0; i < 11; i += 1) await stranger();
  assert.deepEqual(codes(alarms), ['ALL_NOT_OURS']);
});
