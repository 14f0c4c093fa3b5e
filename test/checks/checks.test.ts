import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { assessRemoval } from '../../lib/checks/assess.ts';
import { checks } from '../../lib/checks/checks.ts';
import { type CheckCode, checkResults } from '../../lib/deposits/codes.ts';
import type { Transfer } from '../../lib/deposits/transfer.ts';
import type { ProviderTraits } from '../../lib/policy/context.ts';
import {
  attacks,
  bare,
  dot,
  eth,
  good,
  hash,
  isCreditable,
  origin,
  ours,
  policy,
  provider,
  run,
  stranger,
  token,
  ton,
  xrp,
} from '../deposits/attacks.ts';

describe('checks', () => {
  for (const [name, transfer] of Object.entries(good)) {
    it(`let a good transfer pass (${name})`, () => {
      const assessment = run(transfer);
      assert.equal(assessment.code, undefined);
      assert.ok(isCreditable(assessment));
      assert.equal(assessment.statement?.amount, 1000n);
    });
  }

  for (const [code, transfers] of Object.entries(attacks) as [CheckCode, readonly Transfer[]][]) {
    it(`keep back what only ${code} can tell`, () => {
      for (const transfer of transfers) {
        const kept = run(transfer);
        assert.equal(kept.code, code);
        assert.equal(kept.outcome, checkResults[code]);
        assert.ok(!isCreditable(kept));
        assert.ok(
          isCreditable(
            run(
              transfer,
              checks.filter((check) => check.code !== code),
            ),
          ),
          'credited without it',
        );
      }
    });
  }

  it('keep back a transfer without the memo that is required when the provider cannot report memos', () => {
    const silent = { ...provider, reportsMemos: false };
    const transfer = { ...xrp, memo: null };
    assert.equal(run(transfer, checks, policy, silent).code, 'MEMO_UNREPORTED');
    const without = checks.filter(({ code }) => code !== 'MEMO_UNREPORTED');
    assert.ok(isCreditable(run(transfer, without, policy, silent)));
  });

  it('make no statement of a hint, whatever it says', () => {
    const phone: ProviderTraits = { ...provider, keyedBy: 'hint' };
    const hinted = run(eth, checks, policy, phone);
    assert.deepEqual(hinted, { outcome: 'ignored', code: 'ONLY_A_HINT' });
    assert.ok(
      isCreditable(
        run(
          eth,
          checks.filter(({ code }) => code !== 'ONLY_A_HINT'),
          policy,
          phone,
        ),
      ),
    );
    assert.deepEqual(assessRemoval({ network: 'eip155:1', transactionId: hash }, phone, policy, origin), hinted);
  });

  it('do not ask of what is only seen what only a block can tell', () => {
    const seen = (transfer: Transfer): Transfer => ({
      ...transfer,
      kind: 'seen',
      transaction: { id: transfer.transaction.id ?? '' },
    });
    // How much arrives is not known yet, and the declared amount would be a false one.
    for (const code of ['DELIVERED_MISSING', 'ASSET_NEEDS_BALANCE_DELTA'] as const) {
      const [transfer = eth] = attacks[code] ?? [];
      assert.deepEqual(run(seen(transfer)), { outcome: 'ignored', code: 'NOT_DELIVERED_YET' });
      const without = checks.filter((check) => check.code !== 'NOT_DELIVERED_YET');
      assert.equal(run(seen(transfer), without).code, code);
    }
    for (const code of ['STATUS_MISSING', 'LOG_MISSING', 'REPLACEABLE'] as const) {
      for (const transfer of attacks[code] ?? []) {
        const { outcome, statement } = run(seen(transfer));
        assert.deepEqual([outcome, statement?.kind, statement?.check], ['recorded', 'seen', undefined]);
      }
    }
  });

  it('keep back a part that cannot be read, and pass the same with that part readable', () => {
    const unreadable: readonly [CheckCode, Transfer, Transfer][] = [
      // One letter of the EIP-55 checksum is of the wrong case.
      ['ADDRESS_MALFORMED', { ...eth, to: ours.replace('E7', 'e7') }, { ...eth, to: ours.toLowerCase() }],
      ['ADDRESS_MALFORMED', { ...xrp, memo: 'not a tag' }, { ...xrp, memo: '7' }],
      ['TRANSACTION_MALFORMED', { ...eth, transaction: { id: '0x12' } }, { ...eth, transaction: { id: hash } }],
      ['TRANSACTION_MALFORMED', { ...eth, transaction: {} }, { ...eth, transaction: { id: hash } }],
      ['TRANSACTION_MALFORMED', { ...eth, transaction: { id: hash, block: { hash: 'x' } } }, eth],
      // Hashes of extrinsics come again, and a TON hash is asked for together with its account and lt.
      [
        'TRANSACTION_HASH_ONLY',
        { ...ton, transaction: { id: bare } },
        { ...ton, transaction: { id: `${ton.to}:47000000:${bare}` } },
      ],
      [
        'TRANSACTION_HASH_ONLY',
        { ...dot, transaction: { id: `0x${bare}` } },
        { ...dot, transaction: { id: '21000000-2' } },
      ],
      ['TRANSACTION_MALFORMED', { ...ton, transaction: { id: 'no hash' } }, ton],
      ['AMOUNT_MALFORMED', { ...token, amount: { units: '-1' } }, token],
      [
        'AMOUNT_MALFORMED',
        { ...token, amount: { decimal: '1.0000001' } },
        { ...token, amount: { decimal: '1.0000010' } },
      ],
      ['AMOUNT_MALFORMED', { ...token, amount: { units: '1e99' } }, { ...token, amount: { units: '1e9' } }],
    ];
    for (const [code, bad, fine] of unreadable) {
      const { outcome, code: found, statement } = run(bad);
      assert.deepEqual([outcome, found, statement], ['quarantined', code, undefined]);
      assert.ok(isCreditable(run(fine)));
    }
  });

  it('have an attack here for each, and each code has a result', () => {
    const payments = ['UNDERPAID', 'OVERPAID', 'LATE', 'RESOLVED', 'IGNORED'].map((name) => `PAYMENT_${name}`);
    const apart = [
      ...['MEMO_UNREPORTED', 'ASSET_MALFORMED', 'ADDRESS_MALFORMED', 'TRANSACTION_MALFORMED', 'TRANSACTION_HASH_ONLY'],
      'AMOUNT_MALFORMED',
      ...payments,
    ];
    const shown = [...Object.keys(attacks), ...apart, 'ONLY_A_HINT', 'NOT_DELIVERED_YET'];
    assert.deepEqual(checks.map(({ code }) => code).toSorted(), shown.toSorted());
    assert.deepEqual(
      // Found before the checks, or beside what was stored.
      [...shown, 'NETWORK_NOT_KNOWN', 'ASSET_NAME_NOT_KNOWN', 'ID_REUSED', 'CHAIN_CHECK_MISSING'].toSorted(),
      Object.keys(checkResults).toSorted(),
    );
  });

  it('keep a stranger out of the quarantine, whatever is odd about the transfer', () => {
    for (const [code, transfers] of Object.entries(attacks)) {
      for (const transfer of transfers) {
        if (transfer.network !== 'eip155:1' || checkResults[code as CheckCode] !== 'quarantined') continue;
        assert.equal(run({ ...transfer, to: stranger }).code, 'NOT_OURS');
      }
    }
    assert.equal(run({ ...eth, to: stranger, amount: { units: 'junk' } }).code, 'NOT_OURS');
  });
});
