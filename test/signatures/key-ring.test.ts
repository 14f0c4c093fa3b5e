import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDepositCallbackError } from '../../lib/errors.ts';
import { KeyRefusal } from '../../lib/signatures/key-refusal.ts';
import { type KeyRing, keyRing, type SecretEntry, type Secrets } from '../../lib/signatures/key-ring.ts';

const minute = 60_000;
const settings = { option: 'providers[0].secrets' };

function ring(secrets: Secrets): KeyRing<string> {
  return keyRing(
    secrets,
    (secret) => {
      if (secret.startsWith('bad')) throw new Error(`cannot use ${secret}`);
      return `prepared ${secret}`;
    },
    settings,
  );
}

async function values(keys: KeyRing<string>, now: number): Promise<string[]> {
  return (await keys.active(now)).map((key) => key.value);
}

function refused(code: string, pattern: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(isDepositCallbackError(error));
    assert.equal(error.code, code);
    assert.match(error.message, pattern);
    assert.doesNotMatch(`${error.message} ${String(error.stack)} ${String(error.cause)}`, /s3cret/);
    return true;
  };
}

test('a fixed list is prepared once and handed out without waiting', () => {
  let prepared = 0;
  const keys = keyRing(['a', 'b'], (secret) => `${secret}${++prepared}`, settings);
  assert.deepEqual(keys.active(0), keys.active(1));
  assert.deepEqual(keys.active(0), [
    { id: 'ca978112', value: 'a1' },
    { id: '3e23e816', value: 'b2' },
  ]);
  assert.equal(prepared, 2);
});

test('the default id is the first 8 hex of the SHA-256 of the secret; a given one is kept', () => {
  const keys = ring(['abc', { key: 'other', id: '2026-01', notBefore: 5, notAfter: 9 }]);
  assert.deepEqual(keys.describe(), [
    { id: '2026-01', print: 'd9298a10', notBefore: 5, notAfter: 9 },
    { id: 'ba7816bf', print: 'ba7816bf' },
  ]);
});

test('what cannot be used is refused at construction, by the name of the option and never the secret', () => {
  const cases: [unknown, RegExp][] = [
    [[], /providers\[0\]\.secrets.*empty/],
    [undefined, /list of secrets/],
    ['s3cret', /list of secrets/],
    [['s3cret', ''], /entry 2 is empty/],
    [['  \n'], /entry 1 is empty/],
    [[undefined], /entry 1 must be a string; is its environment variable set/],
    [[null], /entry 1 must be a string/],
    [[{ secret: 's3cret' }], /entry 1 must be a string/],
    [['bad s3cret'], /entry 1 is not a usable secret/],
    [['s3cret\n'], /entry 1 has spaces or a line end around it/],
    [['ok', ' s3cret'], /entry 2 has spaces or a line end/],
    [['"s3cret"'], /entry 1 has quotes around it/],
    [["'s3cret'"], /entry 1 has quotes around it/],
    [['s3cret', { key: 's3cret' }], /entry 2 repeats/],
    [
      [
        { key: 's3cret', id: 'x' },
        { key: 's3cret2', id: 'x' },
      ],
      /ids must differ/,
    ],
    [[{ key: 's3cret', id: '' }], /id must be a string/],
    [[{ key: 's3cret', notBefore: Number.NaN }], /notBefore must be epoch milliseconds/],
    [[{ key: 's3cret', notAfter: '2026-01-01' }], /notAfter must be epoch milliseconds/],
    [[{ key: 's3cret', notBefore: 5, notAfter: 5 }], /later than notBefore/],
  ];
  for (const [secrets, pattern] of cases) {
    assert.throws(() => ring(secrets as Secrets), refused('OPTION_INVALID', pattern), String(pattern));
  }
});

test('a key is in force from notBefore until just before notAfter, newest first', async () => {
  const keys = ring([
    { key: 'old', notAfter: 200 },
    { key: 'new', notBefore: 100 },
  ]);
  assert.deepEqual(await values(keys, 99), ['prepared old']);
  assert.deepEqual(await values(keys, 100), ['prepared new', 'prepared old']);
  assert.deepEqual(await values(keys, 199), ['prepared new', 'prepared old']);
  assert.deepEqual(await values(keys, 200), ['prepared new']);
});

test('a list with none in force is our own trouble, not that of the sender', () => {
  const keys = ring([{ key: 's3cret', notBefore: 100 }]);
  assert.throws(() => keys.active(99), refused('KEYS_UNAVAILABLE', /none is active/));
});

test('a function is first called when keys are asked for, and its answer is kept for a minute', async () => {
  let calls = 0;
  const keys = ring(() => [`answer ${++calls}`]);
  assert.deepEqual(keys.describe(), []);
  assert.equal(calls, 0);
  assert.deepEqual(await values(keys, 0), ['prepared answer 1']);
  assert.deepEqual(keys.active(minute - 1), await keys.active(0));
  assert.deepEqual(await values(keys, minute), ['prepared answer 2']);
  assert.equal(calls, 2);
  assert.equal(keys.describe().length, 1);
});

test('a clock that was set back does not keep an answer for ever', async () => {
  let calls = 0;
  const keys = ring(() => [`answer ${++calls}`]);
  await values(keys, 10 * minute);
  assert.deepEqual(await values(keys, 5 * minute), ['prepared answer 2']);
});

test('the age of an answer goes by the clock of the settings, where there is one', async () => {
  let calls = 0;
  let clock = 0;
  const keys = keyRing(
    () => [`answer ${++calls}`],
    (secret) => secret,
    { ...settings, now: () => clock },
  );
  await keys.active(0);
  await keys.active(5 * minute);
  assert.equal(calls, 1);
  clock = minute;
  await keys.active(0);
  assert.equal(calls, 2);
});

test('concurrent calls share one fetch', async () => {
  let calls = 0;
  const { promise, resolve } = withResolvers<readonly SecretEntry[]>();
  const keys = ring(() => {
    calls++;
    return promise;
  });
  const waiting = Promise.all([values(keys, 0), values(keys, 0), values(keys, 1)]);
  resolve(['one']);
  assert.deepEqual(await waiting, [['prepared one'], ['prepared one'], ['prepared one']]);
  assert.equal(calls, 1);
});

test('a failed fetch is KEYS_UNAVAILABLE, and the next call tries again', async () => {
  const answers: (() => readonly SecretEntry[])[] = [
    () => {
      throw new Error('the vault is sealed');
    },
    () => ['fine'],
  ];
  const keys = ring(async () => answers.shift()?.() ?? []);
  await assert.rejects(async () => keys.active(0), refused('KEYS_UNAVAILABLE', /could not be fetched/));
  assert.deepEqual(await values(keys, 0), ['prepared fine']);
});

test('the last good answer is used for ten minutes while fetching fails, and no longer', async () => {
  let calls = 0;
  const keys = ring(() => {
    if (calls++ > 0) throw new Error('the vault is sealed');
    return ['fine'];
  });
  await values(keys, 0);
  assert.deepEqual(await values(keys, 10 * minute), ['prepared fine']);
  await assert.rejects(async () => keys.active(10 * minute + 1), refused('KEYS_UNAVAILABLE', /none are cached/));
});

test('an answer with an unusable entry is KEYS_UNAVAILABLE as a whole, without the secret', async () => {
  for (const answer of [[], ['good', ''], ['bad s3cret'], ['s3cret', 's3cret'], 's3cret', undefined]) {
    const keys = ring(() => answer as readonly SecretEntry[]);
    await assert.rejects(async () => keys.active(0), refused('KEYS_UNAVAILABLE', /providers\[0\]\.secrets/));
  }
});

test('a fetch that hangs counts as failed after two seconds, so that the old keys still serve', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let calls = 0;
  const { promise, resolve } = withResolvers<readonly SecretEntry[]>();
  const keys = ring(() => (calls++ === 0 ? ['old'] : promise));
  await values(keys, 0);
  const late = values(keys, 2 * minute);
  t.mock.timers.tick(2000);
  assert.deepEqual(await late, ['prepared old']);
  const later = values(keys, 2 * minute);
  resolve(['new']);
  assert.deepEqual(await later, ['prepared new']);
  assert.equal(calls, 2);
});

function withResolvers<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let settle: ((value: T) => void) | undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: (value) => settle?.(value) };
}

test('a reason that holds nothing of the secret is told; PEM may end its lines, and quotes within are part of a secret', () => {
  const prepare = (): string => {
    throw new KeyRefusal('it must be hex');
  };
  assert.throws(() => keyRing(['s3cret'], prepare, settings), refused('OPTION_INVALID', /entry 1: it must be hex$/));
  const pem = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n';
  assert.equal(ring([pem, '"a', "it's", '"']).describe().length, 4);
});
