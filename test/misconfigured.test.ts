import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { exportedName, makeProvider, providerNames } from '../lib/cli/provider-table.ts';
import { depositCallbacks } from '../lib/deposit-callbacks.ts';
import { DepositCallbackError, isDepositCallbackError } from '../lib/errors.ts';
import { dispatch, replayGuard, rescueRawBody, signature } from '../lib/index.ts';
import { silentLogger } from '../lib/observe/logger.ts';
import type { Options } from '../lib/options.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { memoryStore } from '../lib/stores/memory.ts';
import { secret } from './helpers/deposits.ts';
import { policy } from './helpers/receiver.ts';
import { propertyRuns } from './helpers/runs.ts';

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

test('a value of another kind is refused by the name of its option, and never taken for yes', () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [{ requireHttps: 'no' }, /^Option requireHttps: must be true or false$/],
    [{ keepBodies: 'no' }, /^Option keepBodies: must be true or false$/],
    [{ store: 'deposits.db' }, /^Option store: must be a store, for example sqliteStore\(/],
    [{ store: memoryStore }, /^Option store: is a function: call it/],
    [{ store: null }, /^Option store: must be a store/],
    [{ logger: console.log }, /^Option logger: must be an object with the functions debug, info, warn and error/],
    [{ logger: {} }, /^Option logger: /],
    [{ now: 5 }, /^Option now: must be a function/],
    [{ sources: '10.0.0.0/8' }, /^Option sources: must be a list/],
    [{ trustProxy: {} }, /^Option trustProxy: must be the number of proxies, or their addresses$/],
    [{ limits: 5 }, /^Option limits: must be an object/],
    [{ limits: null }, /^Option limits: must be an object/],
    [{ delivery: 8 }, /^Option delivery: must be an object/],
    [{ delivery: { backoff: 5 } }, /^Option delivery\.backoff: must be an object of firstMs and maxMs$/],
    [{ delivery: { backoff: { first: 5 } } }, /^Option delivery\.backoff: /],
    [{ chains: {} }, /^Option chains: must be a list of chain checks/],
    [{ chains: [() => {}] }, /^Option chains: must be a list of chain checks/],
  ];
  for (const [options, message] of wrong) assert.match(refusal({ providers, policy, ...options }), message);
});

const optionNames = [
  ...['providers', 'store', 'policy', 'networks', 'sources', 'trustProxy', 'requireHttps', 'limits', 'toleranceMs'],
  ...['quarantineUnverified', 'chains', 'delivery', 'silenceMs', 'retainMs', 'retainEvidenceMs', 'retainRefusalsMs'],
  ...['keepBodies', 'logger', 'now', 'limits.bodyBytes', 'limits.ackMs', 'delivery.attempts', 'delivery.backoff'],
  ...['assets', 'accounts', 'isOurs', 'isOwnSender', 'confirmations', 'quorum', 'hold', 'frozen', 'payments'].map(
    (name) => `policy.${name}`,
  ),
];

/** Options in which one has this value; `limits.ackMs` is a member of `limits`. */
function optionsWith(name: string, value: unknown): Options {
  const [option = '', member] = name.split('.');
  const good: Record<string, unknown> = { providers, policy, logger: silentLogger };
  const whole = member === undefined ? value : { ...(good[option] as object), [member]: value };
  return { ...good, [option]: whole } as unknown as Options;
}

test('whatever stands under an option, it is taken or refused by an error of ours', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...optionNames), fc.anything(), async (name, value) => {
      let callbacks: ReturnType<typeof depositCallbacks>;
      try {
        callbacks = depositCallbacks(optionsWith(name, value));
      } catch (error) {
        assert.ok(isDepositCallbackError(error), `${name}: ${inspect(value)} gives ${inspect(error)}`);
        assert.equal(error.code, 'OPTION_INVALID');
        return;
      }
      await callbacks.close(0);
    }),
    { numRuns: propertyRuns(500) },
  );
});

test('a bad entry of an allow-list is refused by the option that holds it', () => {
  assert.match(refusal({ providers, policy, sources: ['not valid!'] }), /^Option sources: "not valid!" is not an IP/);
  const sources = ['10.0.0.0/99'];
  const own = imtoken({ secrets: [secret], name: 'wallet', sources });
  assert.match(refusal({ providers: [own], policy }), /^Option wallet\.sources: "10\.0\.0\.0\/99" is not an IP/);
});

for (const name of providerNames) {
  test(`${name} without options, or with what is none, is refused by its name`, async () => {
    for (const given of [undefined, null, 'whsec_', 5]) {
      await assert.rejects(makeProvider(name, given as never), (error: unknown) => {
        assert.ok(isDepositCallbackError(error) && error.code === 'OPTION_INVALID', inspect(error));
        assert.match(error.message, new RegExp(`^Option ${exportedName(name)}: must be given its options`));
        return true;
      });
    }
  });
}

test('a link without options, or with what is none, is refused by its name', () => {
  for (const make of [signature, replayGuard, dispatch, rescueRawBody] as ((options: never) => unknown)[]) {
    for (const given of [undefined, null, 'x']) {
      assert.throws(() => make(given as never), {
        code: 'OPTION_INVALID',
        message: new RegExp(`^Option ${make.name}: must be given its options: ${make.name}\\(\\{`),
      });
    }
  }
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
