import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import { DepositCallbackError } from '../lib/errors.ts';
import type { Options } from '../lib/options.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { secret } from './helpers/deposits.ts';
import { policy } from './helpers/receiver.ts';

const providers = [imtoken({ secrets: [secret] })];

/** The refusal of options that a user of plain JavaScript may write. */
function refusal(options?: unknown): string {
  try {
    depositCallbacks(options as Options);
  } catch (error) {
    assert.ok(error instanceof DepositCallbackError, `${inspect(error)} is not one of ours`);
    assert.equal(error.code, 'OPTION_INVALID');
    return error.message;
  }
  throw new Error('It was accepted');
}

test('no options, or what is no object, is refused by name', () => {
  for (const given of [undefined, null, 'imtoken', 3])
    assert.match(refusal(given), /^Option options: must be an object/);
});

test('a provider that was not called, or is none, is refused by its place', () => {
  assert.equal(
    refusal({ providers: [imtoken], policy }),
    'Option providers[0]: is a function: call it with its options, imtoken({ secrets: [...] })',
  );
  for (const given of [undefined, null, 'imtoken', {}]) {
    assert.match(refusal({ providers: [...providers, given], policy }), /^Option providers\[1\]: must be a provider/);
  }
});

test('a misspelt option is refused with the one that was meant, at every depth', () => {
  assert.equal(refusal({ providers, polcy: policy }), 'Option polcy: is not known. Did you mean policy?');
  assert.equal(
    refusal({ providers, policy, delivery: { atempts: 3 } }),
    'Option delivery.atempts: is not known. Did you mean attempts?',
  );
  assert.equal(
    refusal({ providers, policy: { ...policy, isOur: () => true } }),
    'Option policy.isOur: is not known. Did you mean isOurs?',
  );
  assert.throws(() => imtoken({ secret } as never), /Option imtoken\.secret: is not known\. Did you mean secrets\?/);
});

test('an event that nobody tells is refused by on() and off(), with the one that was meant', async (t) => {
  const callbacks = depositCallbacks({ providers, policy, store: memoryStore() });
  t.after(() => callbacks.close(0));
  for (const verb of ['on', 'off'] as const) {
    const call = callbacks[verb] as (kind: unknown, listener: unknown) => unknown;
    assert.throws(() => call('depositt', () => {}), /Option \w+\('depositt'\): is not known\. Did you mean deposit\?/);
    assert.throws(() => call('alarms', () => {}), /Did you mean alarm\?/);
    assert.throws(() => call(undefined, () => {}), { code: 'OPTION_INVALID' });
    assert.throws(() => call('deposit', undefined), /Option \w+\('deposit'\): requires a listener function/);
  }
});

test('a printed error of the operator has no empty status', () => {
  const error = new DepositCallbackError('OPTION_INVALID', 'Option x: no');
  assert.doesNotMatch(inspect(error), /status/);
  assert.equal(error.status, undefined);
  assert.equal(new DepositCallbackError('BODY_TOO_LARGE', 'large').status, 413);
});
