import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Evidence, Transfer } from '../../lib/deposits/transfer.ts';
import { good, hash, ours, run } from '../deposits/attacks.ts';

describe('any text', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 90 }),
    fc.constantFrom('', '0', '0x', ours, hash, '1e9', '-1'),
  );
  // A good text with one character changed, left out or doubled gets further into the codecs than noise.
  const bent = (written: string): fc.Arbitrary<string> =>
    fc.tuple(fc.nat(Math.max(0, written.length - 1)), fc.string({ maxLength: 2 })).map(([at, put]) => {
      return written.slice(0, at) + put + written.slice(at + 1);
    });
  const either = (written: string | null | undefined): fc.Arbitrary<string> =>
    fc.oneof({ weight: 6, arbitrary: fc.constant(written ?? '') }, bent(written ?? ''), text);
  const transfers = fc.constantFrom(...Object.values(good)).chain((transfer) =>
    fc.record({
      network: fc.oneof({ weight: 4, arbitrary: fc.constant(transfer.network) }, either(transfer.network)),
      asset: fc.oneof({ weight: 4, arbitrary: fc.constant(transfer.asset) }, either(String(transfer.asset))),
      kind: fc.constantFrom(
        'seen' as const,
        'mined' as const,
        'confirmed' as const,
        'failed' as const,
        'removed' as const,
      ),
      to: either(transfer.to),
      from: text,
      memo: fc.option(text),
      amount: fc.oneof(
        fc.constant(transfer.amount),
        text.map((units) => ({ units })),
        text.map((decimal) => ({ decimal })),
      ),
      transaction: fc.record({
        id: either(transfer.transaction.id),
        block: fc.record({ hash: either(transfer.transaction.block?.hash) }),
      }),
      evidence: fc.record(
        { ...fixed(transfer.evidence ?? {}), emitter: text, state: text, script: text },
        { requiredKeys: [] },
      ),
    }),
  );

  it('gets an assessment, and a statement only in a form that is the same when it is made canonical again', () => {
    let stated = 0;
    fc.assert(
      fc.property(transfers, (transfer) => {
        const { statement } = run(transfer as Transfer);
        if (statement?.group === undefined) return;
        stated += 1;
        const { network, asset, to, transactionId } = statement.group;
        const { blockHash } = statement;
        const block = blockHash === undefined ? {} : { block: { hash: blockHash } };
        const again = run({
          ...transfer,
          ...{ network, asset, to, memo: statement.memo ?? null, transaction: { id: transactionId, ...block } },
        } as Transfer);
        assert.deepEqual(again.statement, statement);
      }),
      { numRuns: 3000 },
    );
    assert.ok(stated > 100, `${stated} statements`);
  });
});

function fixed(evidence: Evidence): Record<string, fc.Arbitrary<unknown>> {
  return Object.fromEntries(Object.entries(evidence).map(([key, value]) => [key, fc.constant(value)]));
}
