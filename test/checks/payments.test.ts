import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checks } from '../../lib/checks/checks.ts';
import { checkResults } from '../../lib/deposits/codes.ts';
import type { PaymentDifference, Transfer } from '../../lib/deposits/transfer.ts';
import type { ProviderTraits } from '../../lib/policy/context.ts';
import { eth, isCreditable, policyOf, provider, run, stranger, token, xrp } from '../deposits/attacks.ts';

const differences: readonly PaymentDifference[] = ['underpaid', 'overpaid', 'late', 'resolved'];
const gateway: ProviderTraits = { ...provider, keyedBy: 'payment', reportsMemos: false };
const differing = (...those: PaymentDifference[]): Transfer => ({ ...eth, evidence: { differences: those } });

describe('policy.payments', () => {
  for (const difference of differences) {
    const code = `PAYMENT_${difference.toUpperCase()}`;

    it(`holds a payment that is ${difference} unless told otherwise`, () => {
      for (const policy of [policyOf(), policyOf({ payments: {} }), policyOf({ payments: { [difference]: 'hold' } })]) {
        const held = run(differing(difference), checks, policy);
        assert.deepEqual([held.outcome, held.code, held.statement?.check], ['quarantined', code, code]);
        assert.equal(held.statement?.amount, 1000n);
      }
    });

    it(`credits or ignores a payment that is ${difference} when told so`, () => {
      assert.ok(isCreditable(run(differing(difference), checks, policyOf({ payments: { [difference]: 'credit' } }))));
      const ignoring = policyOf({ payments: { [difference]: 'ignore' } });
      const ignored = { outcome: 'ignored', code: 'PAYMENT_IGNORED' };
      assert.deepEqual(run(differing(difference), checks, ignoring), ignored);
      assert.deepEqual(run({ ...differing(difference), kind: 'seen' }, checks, ignoring), ignored);
    });
  }

  it('takes the strictest rule for a payment that differs in several ways', () => {
    const both = differing('underpaid', 'late');
    const outcomeBy = (underpaid: 'credit' | 'hold', late: 'credit' | 'hold' | 'ignore'): string =>
      run(both, checks, policyOf({ payments: { underpaid, late } })).code ?? 'none';
    assert.equal(outcomeBy('credit', 'credit'), 'none');
    assert.equal(outcomeBy('credit', 'hold'), 'PAYMENT_LATE');
    assert.equal(outcomeBy('hold', 'credit'), 'PAYMENT_UNDERPAID');
    assert.equal(outcomeBy('hold', 'ignore'), 'PAYMENT_IGNORED');
  });

  it('does not hold what is only seen, which may still become what was asked for', () => {
    const { outcome, code } = run({ ...differing('underpaid'), kind: 'seen' });
    assert.deepEqual([outcome, code], ['recorded', undefined]);
  });

  it('asks of nothing that takes a payment back', () => {
    for (const kind of ['failed', 'removed'] as const)
      assert.equal(
        run({ ...differing('late'), kind }, checks, policyOf({ payments: { late: 'ignore' } })).code,
        undefined,
      );
  });

  it('leaves the payment of a stranger to NOT_OURS', () => {
    assert.equal(run({ ...differing('underpaid'), to: stranger }).code, 'NOT_OURS');
  });

  it('has a result for each code', () => {
    assert.equal(checkResults.PAYMENT_IGNORED, 'ignored');
    for (const { code } of checks.filter((check) => check.code.startsWith('PAYMENT_')))
      assert.ok(Object.hasOwn(checkResults, code));
  });

  for (const [name, payments] of Object.entries({
    'a difference that is not known': { underpayed: 'hold' },
    'a rule that is not known': { underpaid: 'yes' },
    'no object': 'hold',
    null: null,
  })) {
    it(`is refused at construction with ${name}`, () => {
      assert.throws(() => policyOf({ payments: payments as never }), {
        code: 'OPTION_INVALID',
        message: /policy\.payments/,
      });
    });
  }
});

describe('Rules of on-chain reports', () => {
  const bare: Transfer = { ...xrp, payment: 'p1', memo: null, transaction: {}, evidence: {} };

  it('are not asked of a payment: XRP without tag and delivered amount is credited by its payment id', () => {
    const { payment, ...unpaid } = bare;
    assert.equal(run(unpaid).code, 'TRANSACTION_MALFORMED');
    assert.equal(run({ ...bare, transaction: xrp.transaction }).code, 'DELIVERED_MISSING');
    const { code, statement } = run(bare, checks, policyOf(), gateway);
    assert.deepEqual([code, statement?.group?.payment, statement?.check], [undefined, `test/${payment}`, undefined]);
  });

  it('are asked of a payment that ought to say what was delivered and does not', () => {
    const silent = { ...bare, evidence: { delivered: null } };
    assert.equal(run(silent, checks, policyOf(), gateway).code, 'DELIVERED_MISSING');
  });

  it('are asked of a transfer by transaction, also if it names a payment', () => {
    const { code, statement } = run({ ...xrp, payment: 'p1', evidence: {} });
    assert.deepEqual([code, statement?.group?.payment], ['DELIVERED_MISSING', undefined]);
  });

  it('let a payment stand in for no id that can be read as none', () => {
    const { code } = run({ ...eth, payment: 'p1', transaction: { id: 'garbage' } });
    assert.equal(code, 'TRANSACTION_MALFORMED');
  });

  it('let a payment stand in for a hash that names no transaction on its network', () => {
    const toncoin = 'tvm:-239/slip44:607';
    const policy = policyOf({ assets: [{ asset: toncoin, decimals: 9 }] });
    const told: Transfer = {
      ...token,
      network: 'tvm:-239',
      asset: toncoin,
      to: `0:${'a1'.repeat(32)}`,
      transaction: { id: 'c'.repeat(64) },
      evidence: {},
    };
    assert.equal(run(told, checks, policy).code, 'TRANSACTION_HASH_ONLY');
    const { code, statement } = run({ ...told, payment: 'track-1' }, checks, policy);
    assert.deepEqual([code, statement?.group?.payment], [undefined, 'test/track-1']);
    const rules = policy.rulesFor({ network: 'xrpl:0', asset: '', to: '', transactionId: '', payment: 'test/track-1' });
    assert.deepEqual([rules.keyedBy, rules.networkHasMemos], ['payment', false]);
  });
});
