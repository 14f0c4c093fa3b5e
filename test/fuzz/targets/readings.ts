import assert from 'node:assert/strict';
import type { Assessment } from '../../../lib/checks/assess.ts';
import { unitsFrom } from '../../../lib/deposits/amount.ts';
import type { Amount, Transfer } from '../../../lib/deposits/transfer.ts';
import { isDepositCallbackError } from '../../../lib/errors.ts';
import type { Reading } from '../../../lib/providers/kit/provider.ts';

const kinds = ['transfers', 'hint', 'ping', 'notice', 'heartbeat', 'unknown'];
const states = ['seen', 'mined', 'confirmed', 'failed', 'removed'];

/** Asserts of a reading, whatever body it is of, what everything behind it relies on. */
export function assertSound(reading: Reading): void {
  assert.ok(kinds.includes(reading.kind), `a reading of kind ${reading.kind}`);
  for (const transfer of reading.transfers) assertTransfer(transfer);
  for (const removal of reading.removals) {
    assertTexts(removal, 'removal');
    assertWhole(removal.at, 'at');
  }
  for (const { path, reason } of reading.unreadable ?? []) {
    assert.ok(typeof path === 'string' && typeof reason === 'string' && reason.length < 300);
  }
  if (reading.kind === 'hint') assert.ok((reading.hints?.length ?? 0) > 0, 'a hint that says nothing');
  assertTexts(reading.hints ?? [], 'hints');
  assertTexts({ event: reading.event, notice: reading.notice }, 'reading');
}

function assertTransfer(transfer: Transfer): void {
  assert.ok(states.includes(transfer.kind), `a transfer of kind ${transfer.kind}`);
  assertAmount(transfer.amount);
  if (transfer.evidence?.delivered) assertAmount(transfer.evidence.delivered);
  for (const name of ['row', 'at', 'confirmations', 'decimals'] as const) assertWhole(transfer[name], name);
  assertTexts(transfer, 'transfer');
}

// Nothing of the parse may leak into it: no object with a symbol, no number that has lost digits, no NaN.
function assertTexts(value: unknown, path: string): void {
  if (typeof value === 'number') assert.ok(Number.isSafeInteger(value), `${path} is ${value}`);
  else if (typeof value === 'object' && value !== null) {
    assert.deepEqual(Object.getOwnPropertySymbols(value), [], `${path} is a number of the parser`);
    for (const [key, one] of Object.entries(value)) assertTexts(one, `${path}.${key}`);
  } else assert.ok(['string', 'bigint', 'boolean', 'undefined'].includes(typeof value) || value === null, path);
}

function assertWhole(value: number | undefined, name: string): void {
  assert.ok(value === undefined || Number.isSafeInteger(value), `${name} is ${value}`);
}

function assertAmount(amount: Amount): void {
  const written = 'units' in amount ? amount.units : amount.decimal;
  assert.ok(typeof written === 'string' || typeof written === 'bigint', `an amount is a ${typeof written}`);
  for (const decimals of [0, 18]) {
    try {
      const units = unitsFrom(amount, decimals);
      assert.ok(units >= 0n && units < 10n ** 78n);
    } catch (error) {
      assert.ok(isDepositCallbackError(error), `unitsFrom threw ${error}`);
    }
  }
}

/** Asserts of what the checks make of it what every store and the fold rely on. */
export function assertAssessed({ statement, outcome, code }: Assessment): void {
  if (outcome === 'quarantined' || outcome === 'failed') assert.ok(code !== undefined, `${outcome} without a code`);
  if (statement === undefined) return;
  const { amount, confirmations, group, decimals } = statement;
  assert.ok(typeof amount === 'bigint' && amount >= 0n && amount < 10n ** 78n, `an amount of ${amount}`);
  assert.ok(confirmations === undefined || (Number.isSafeInteger(confirmations) && confirmations >= 0));
  assert.ok(decimals === undefined || (Number.isInteger(decimals) && decimals >= 0 && decimals <= 255));
  assertWhole(statement.at, 'at');
  // They are keys: no database holds a NUL or half a pair in one, and one of no length would join strangers.
  for (const text of [group?.network, group?.asset, group?.to, statement.memo, statement.blockHash]) {
    assert.ok(text === undefined || (text !== '' && !/\0|\p{Cs}/u.test(text)), `${JSON.stringify(text)} is a key`);
  }
}
