import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { subpaths } from '../../scripts/subpaths.mjs';

// What a user of plain JavaScript may write: the compiler tells him nothing.
const given: readonly (() => readonly unknown[])[] = [
  () => [],
  () => [null],
  () => [undefined],
  () => [5],
  () => ['x'],
  () => [{}],
  () => [[]],
  () => [() => {}],
];

type Made = (...parameters: readonly unknown[]) => unknown;

/**
 * What the author of a provider or store calls while a body is read or a row is written: what it throws there makes the callback
 * `BODY_UNREADABLE`, or the commit fail, whatever it is.
 */
const calledWhileReading = new Set([
  ...['array', 'boolean', 'integer', 'isoTime', 'member', 'numberText', 'object', 'text'],
  ...['optionalArray', 'optionalBoolean', 'optionalInteger', 'optionalIsoTime', 'optionalNumberText', 'optionalObject'],
  ...['optionalText', 'readRows', 'readingOf', 'signStandardWebhooks', 'verifyStandardWebhooks', 'unverifiedBytes'],
]);

/** Every public function of every subpath; a name with a capital is a class. */
async function publicFunctions(): Promise<readonly (readonly [name: string, made: Made])[]> {
  const all = new Map<string, Made>();
  for (const [subpath] of subpaths()) {
    const module = (await import(`deposit-callback${subpath.slice(1)}`)) as Record<string, unknown>;
    for (const [name, value] of Object.entries(module)) {
      if (typeof value === 'function' && /^[a-z]/.test(name) && !calledWhileReading.has(name))
        all.set(`${subpath} ${name}`, value as Made);
    }
  }
  return [...all];
}

/** What a call comes to: undefined if nothing was thrown. */
async function thrownBy(made: Made, parameters: readonly unknown[]): Promise<unknown> {
  try {
    await made(...parameters);
    return undefined;
  } catch (error) {
    return error;
  }
}

test('Whatever a public function is given in place of what it asks for, its error has a code and names what is wrong', async () => {
  const functions = await publicFunctions();
  assert.ok(functions.length > 80, `only ${functions.length} functions were found`);
  const raw: string[] = [];
  for (const [name, made] of functions) {
    for (const give of given) {
      const parameters = give();
      const error = await thrownBy(made, parameters);
      if (error === undefined) continue;
      const { code, message } = error as { code?: unknown; message?: unknown };
      // The operating system names the file by itself.
      if (code === 'ENOENT') continue;
      const isOurs = typeof code === 'string' && /^[A-Z]+(_[A-Z]+)+$/.test(code) && !code.startsWith('ERR_');
      const isPlain = typeof message === 'string' && !/Cannot |is not (a function|iterable)/.test(message);
      if (!isOurs || !isPlain) raw.push(`${name}(${parameters.map((one) => inspect(one)).join()}): ${String(error)}`);
    }
  }
  assert.deepEqual(raw, []);
});

/** These take no options, or take them second. */
const withoutOptions = new Set([
  ...['parseDeposit', 'serializeDeposit', 'defineNetwork', 'isDepositCallbackError', 'canonicalAddress'],
  ...['joinLinks', 'keepRawBody', 'readProviderFixtures', 'fixedClock', 'fold', 'metrics', 'notifierMetrics'],
  ...['signCallback', 'alarmText'],
]);

test('An option that is not known is refused by name: a misspelt `allow` or `quorum` would weaken a check without a word', async () => {
  const silent: string[] = [];
  for (const [name, made] of await publicFunctions()) {
    if (withoutOptions.has(name.slice(name.indexOf(' ') + 1))) continue;
    const error = await thrownBy(made, [{ nonsense: 1 }]);
    // Some providers miss a required option first.
    const isRefused = name.startsWith('./providers/') ? /Option [\w.-]+: / : /nonsense: is not known/;
    if (!isRefused.test(String(error))) silent.push(`${name}: ${error}`);
  }
  assert.deepEqual(silent, []);
  const { metrics, notifierMetrics } = await import('deposit-callback/metrics');
  const { signCallback } = await import('deposit-callback/testing');
  const { imtoken } = await import('deposit-callback/providers/imtoken');
  const { alarmText } = await import('deposit-callback');
  const second: Made[] = [
    (...[options]) => alarmText({ code: 'SILENCE', message: '' } as never, options as never),
    (...[options]) => metrics({} as never, options as never),
    (...[options]) => notifierMetrics({} as never, options as never),
    (...[options]) => signCallback(imtoken({ secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] }), options as never),
  ];
  for (const made of second) assert.match(String(await thrownBy(made, [{ nonsense: 1 }])), /nonsense: is not known/);
});
