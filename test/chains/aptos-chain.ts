import type { TestContext } from 'node:test';
import { block, id, ledger, missing, pair, paired, recorded } from './aptos-answers.ts';
import { type HttpNode, httpNode } from './http-node.ts';

export { id } from './aptos-answers.ts';
export const failed = `0x${'fa'.repeat(32)}`;
export const unheard = `0x${'0f'.repeat(32)}`;
export const hashAt = (height: bigint): string => `0x${height.toString(16).padStart(64, 'a')}`;

/** A chain of five blocks: the recorded transaction stands in the second, and one that failed in the third. */
export async function startAptos(t: TestContext): Promise<HttpNode> {
  const failing = recorded('6717630095-fungible-asset', (answer) => {
    Object.assign(answer, { hash: failed, version: '6717630096', success: false });
  });
  const node = await httpNode(t, {
    '/': ledger({ block_height: '400000003' }),
    [`/transactions/by_hash/${id}`]: recorded('6717630095-fungible-asset'),
    [`/transactions/by_hash/${failed}`]: failing,
    [`/transactions/by_hash/${unheard}`]: missing('transaction_not_found'),
    [paired]: pair,
  });
  for (let height = 399_999_999n; height <= 400_000_003n; height += 1n) {
    const version = (height - 400_000_000n + 6_717_630_095n).toString();
    const empty = JSON.stringify({
      type: 'state_checkpoint_transaction',
      version,
      hash: hashAt(height),
      success: true,
      changes: [],
    });
    const inside = { '6717630095': recorded('6717630095-fungible-asset'), '6717630096': failing }[version] ?? empty;
    const whole = { first_version: version, last_version: version, transactions: [JSON.parse(inside) as unknown] };
    const answer = (more: object): string => block(`${height}`, hashAt(height), { ...whole, ...more });
    node.answers[`/blocks/by_height/${height}?with_transactions=true`] = answer({});
    node.answers[`/blocks/by_height/${height}?with_transactions=false`] = answer({ transactions: null });
    node.answers[`/blocks/by_version/${version}?with_transactions=false`] = answer({ transactions: null });
  }
  return node;
}
