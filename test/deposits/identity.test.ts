import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { amountKey, depositId, eventId, groupKey, transactionKey } from '../../lib/deposits/identity.ts';
import type { Group } from '../../lib/deposits/statement.ts';

const group: Group = {
  network: 'eip155:1',
  asset: 'eip155:1/slip44:60',
  to: '0x52908400098527886E0F7030069857D2E4169EE7',
  transactionId: '0x01',
};
const payment: Group = { ...group, transactionId: '', payment: 'A/17' };

describe('Identity (rules 4, 6, 9, 26)', () => {
  test('of a transaction is its network and id, of a payment its instance and id', () => {
    assert.equal(transactionKey(group), 'eip155:1|0x01');
    assert.equal(transactionKey({ ...group, to: 'other', asset: 'other' }), 'eip155:1|0x01');
    assert.equal(transactionKey(payment), 'payment|A/17');
    assert.equal(transactionKey({ ...payment, transactionId: '0x01' }), 'payment|A/17');
  });

  test('of a group has asset and recipient, but for a payment', () => {
    const groups = [
      group,
      { ...group, to: 'other' },
      { ...group, asset: 'other' },
      { ...group, transactionId: '0x02' },
    ];
    assert.equal(new Set(groups.map(groupKey)).size, groups.length);
    assert.equal(groupKey(payment), groupKey({ ...payment, transactionId: '0x01', to: 'other' }));
  });

  test('of a deposit changes with each part of it, and stays the same from release to release', () => {
    assert.equal(depositId(group, 5n, undefined, 1), 'dep_00e27a53338c8c13c3c300619b78db88');
    assert.equal(depositId(group, 5n, 'tag', 2), 'dep_f583a0b965d577b445c7f1ca23d0ac1e');
    assert.equal(depositId(payment, 5n, undefined, 1), 'dep_b33baa265105e2d9f3ff7ee14f2e86dd');
    const ids = [
      depositId(group, 5n, undefined, 1),
      depositId(group, 5n, undefined, 2),
      depositId(group, 6n, undefined, 1),
      depositId(group, 5n, '', 1),
      depositId(group, 5n, 'tag', 1),
      depositId({ ...group, network: 'eip155:10' }, 5n, undefined, 1),
      depositId({ ...group, asset: 'other' }, 5n, undefined, 1),
      depositId({ ...group, to: 'other' }, 5n, undefined, 1),
      depositId({ ...group, transactionId: '0x02' }, 5n, undefined, 1),
      depositId(payment, 5n, undefined, 1),
      depositId({ ...payment, payment: 'B/17' }, 5n, undefined, 1),
    ];
    assert.equal(new Set(ids).size, ids.length);
    for (const id of ids) assert.match(id, /^dep_[0-9a-f]{32}$/);
  });

  test('of a payment is without amount, hash and memo', () => {
    const known = depositId(payment, 5n, undefined, 1);
    assert.equal(depositId({ ...payment, transactionId: '0x01' }, 7n, 'tag', 1), known);
  });

  test('of an event is readable', () => {
    assert.equal(eventId('dep_01', 2, 'deposit.reverted'), 'dep_01:2:deposit.reverted');
  });

  test('of an amount has its memo', () => {
    assert.equal(amountKey({ amount: 5n }), '5');
    assert.equal(amountKey({ amount: 5n, memo: 'tag' }), '5|tag');
  });
});
