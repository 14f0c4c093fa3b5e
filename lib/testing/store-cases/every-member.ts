import type { Decision } from '../../deposits/decisions.ts';
import type { StoredStatement } from '../../deposits/statement.ts';
import type { StoredDeposit } from '../../deposits/transaction-state.ts';
import type { CallbackRecord, TransferOutcome } from '../../stores/store.ts';
import { sampleCallback, sampleDeposit, sampleGroup, sampleStatement, startOfTime } from './samples.ts';

// With every member that there is: the compiler asks for a new one.

export function everyMemberOfStatement(): StoredStatement {
  const full: Required<StoredStatement> = {
    ...sampleStatement('a'),
    memo: '7',
    position: 'log:3',
    blockHash: '0xb1',
    confirmations: 12,
    at: startOfTime - 1,
    decimals: 18,
    check: 'MEMO_MISSING',
    lacks: ['owner'],
    shows: ['success', 'script'],
    failure: 'transfer',
    report: 'event-1',
    signedBy: '7605e053',
    counted: { confirmations: 3, trusted: true, tellsRows: false },
    from: '0xf',
    account: 'customer-1',
    symbol: 'ETH',
    blockNumber: '21000000',
    onlyEnds: true,
    group: { ...sampleGroup('a'), payment: 'imtoken/p1' },
  };
  return full;
}

export function everyMemberOfDeposit(): StoredDeposit {
  const terms = { reorgDepth: 64, finality: 2, taking: 2, noMemos: true } as const;
  const full: Required<StoredDeposit> = {
    ...sampleDeposit('a'),
    symbol: 'ETH',
    decimals: 18,
    from: '0xf',
    memo: '7',
    account: 'customer-1',
    transaction: { id: 'hash-a', position: 'log:3', block: { number: '21000000', hash: '0xb1' } },
    payment: 'imtoken/p1',
    confirmations: 12,
    code: 'HELD',
    reason: 'looked at',
    status: 'quarantined',
    waitingSince: startOfTime,
    creditedWith: 12,
    creditedUnder: terms,
    creditedAlso: [
      {
        confirmations: 3,
        ...terms,
        counting: { imtoken: { reportsConfirmations: 3, reportsMemos: true, trustMined: true } },
      },
    ],
    reported: { amount: '500', memo: '8' },
  };
  return full;
}

export function everyMemberOfDecision(depositId: string): Decision {
  const full: Required<Decision> = {
    depositId,
    kind: 'correct',
    reason: 'the provider has other decimals',
    actor: 'alice',
    at: startOfTime,
    byPolicy: false,
    codes: ['DECIMALS_MISMATCH'],
    correction: { decimals: 8, memo: null, account: 'customer-2', amount: { reported: '500', credited: '5' } },
  };
  return full;
}

export function everyMemberOfCallback(): CallbackRecord {
  const row: Required<TransferOutcome> = {
    outcome: 'quarantined',
    code: 'ROW_UNREADABLE',
    path: 'event.activity.3',
    reason: 'no text',
    name: 'FOO_TEST',
    depositId: 'd',
    transactionKey: 'a',
  };
  const { body = Buffer.alloc(0), ...sample } = sampleCallback('a');
  const full: Required<CallbackRecord> = {
    ...sample,
    body,
    deliveryId: 'delivery-a',
    signedAt: startOfTime - 5,
    keyId: 'k1',
    code: 'HELD',
    transfers: [
      { outcome: 'ignored', code: 'NOT_OURS' },
      { outcome: 'recorded', depositId: 'd', transactionKey: 'a' },
      row,
    ],
  };
  return full;
}
