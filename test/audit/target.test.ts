import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSigner } from '../../lib/audit/signer.ts';
import { createState } from '../../lib/audit/state.ts';
import { createTarget } from '../../lib/audit/target.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import { alice, ether, secret } from '../helpers/deposits.ts';

test('no transfer of an audit has an amount, or the next unit, of another: probes find their deposits by it', () => {
  const account = { network: 'eip155:1', asset: ether, to: alice, amount: 10n ** 16n, confirmations: 63 };
  const state = createState(memoryStore(), account);
  const route = { url: new URL('http://127.0.0.1/callbacks/imtoken'), patienceMs: 1_000 };
  const signer = createSigner({ provider: imtoken({ secrets: [secret] }), route, secret });
  const target = createTarget({ signer, slowMs: 600, state });

  const amounts = Array.from({ length: 10_000 }, () => BigInt(target.transfer(state).amount));
  assert.equal(new Set(amounts.flatMap((one) => [one, one + 1n])).size, 20_000);
  assert.ok(amounts.every((one) => one > account.amount && one < account.amount + 1_000_000n));
});
