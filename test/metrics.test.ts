import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { silentLogger } from '../lib/observe/logger.ts';
import { metrics } from '../lib/observe/metrics.ts';
import { receiver } from './helpers/receiver.ts';
import { send, serve } from './helpers/serve.ts';

interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

interface Parsed {
  types: Map<string, string>;
  samples: Sample[];
}

const sampleLine = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|Inf)|NaN)$/;

/** Prometheus's text format, version 0.0.4, read strictly: HELP and TYPE before the samples of each name, once. */
function parse(text: string): Parsed {
  const types = new Map<string, string>();
  const helped = new Set<string>();
  const samples: Sample[] = [];
  assert.ok(text.endsWith('\n'), 'the last line is ended too');
  for (const line of text.split('\n')) {
    const [, help] = /^# HELP (\S+) \S.*$/.exec(line) ?? [];
    const [, typed, type] = /^# TYPE (\S+) (counter|gauge|histogram|summary|untyped)$/.exec(line) ?? [];
    if (help !== undefined) helped.add(help);
    else if (typed !== undefined && type !== undefined) {
      assert.ok(helped.has(typed) && !types.has(typed), line);
      types.set(typed, type);
    } else if (line !== '') {
      const [, name = '', labels = '', value] = sampleLine.exec(line) ?? [];
      assert.ok(name !== '', `not a sample: ${line}`);
      assert.ok(types.has(baseOf(name, types)), `no TYPE before ${line}`);
      samples.push({ name, labels: labelsOf(labels), value: Number(value) });
    }
  }
  return { types, samples };
}

/** The name that a histogram's bucket, sum and count belong to. */
function baseOf(name: string, types: Parsed['types']): string {
  const base = name.replace(/_(?:bucket|sum|count)$/, '');
  return types.get(base) === 'histogram' ? base : name;
}

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/g)];
  assert.equal(pairs.map(([whole]) => whole).join(''), text, `labels ${text}`);
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, value]));
}

const docs = readFileSync(new URL('../docs/metrics.md', import.meta.url), 'utf8');
const documented = new Map(
  [...docs.matchAll(/^\| `(deposit_callback_\w+)` \| (\w+)(?:, \*store\*)? \|([^|]*)\|/gm)].map(
    ([, name = '', type = '', labels = '']) => [
      name,
      { type, labels: [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label) },
    ],
  ),
);

test('what Prometheus reads over HTTP parses, and each name, type and label is in docs/metrics.md, and no other', async (t) => {
  const { send: callback, callbacks } = await receiver(t, { logger: silentLogger });
  const registry = new Registry();
  metrics(callbacks, { registry });
  await callback();
  await callback({}, { secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` });

  const port = await serve(t, (_req, res) => {
    void registry.metrics().then((text) => res.setHeader('content-type', registry.contentType).end(text));
  });
  const answered = await send(port, { method: 'GET' });
  assert.match(answered.headers['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
  const { types, samples } = parse(answered.text);

  assert.deepEqual(
    Object.fromEntries(types),
    Object.fromEntries([...documented].map(([name, { type }]) => [name, type])),
  );
  for (const { name, labels } of samples) {
    const { le: _, ...own } = labels;
    assert.deepEqual(Object.keys(own), documented.get(baseOf(name, types))?.labels, name);
  }
});

test('the figures are those of the callbacks and of the store', async (t) => {
  const {
    send: callback,
    sendBody,
    callbacks,
    clock,
  } = await receiver(t, { logger: silentLogger, delivery: { attempts: 1 } });
  const registry = new Registry();
  metrics(callbacks, { registry });
  const read = async (name: string, labels: Record<string, string> = {}): Promise<number | undefined> =>
    parse(await registry.metrics()).samples.find(
      (one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value),
    )?.value;

  await callback();
  const heardAt = clock.now() / 1_000;
  clock.advance(60_000);
  await callback({}, { secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` });
  await sendBody('{"type":');
  const total = 'deposit_callback_callbacks_total';
  assert.equal(await read(total, { provider: 'imtoken', outcome: 'recorded', code: '' }), 1);
  assert.equal(await read(total, { provider: 'imtoken', outcome: 'rejected', code: 'SIGNATURE_INVALID' }), 1);
  assert.equal(await read('deposit_callback_callback_seconds_count', { outcome: 'recorded' }), 1);
  assert.equal(await read('deposit_callback_alarms_total', { code: 'BODY_UNREADABLE' }), 1);
  assert.equal(await read('deposit_callback_deposits', { status: 'confirmed' }), 1);
  assert.equal(await read('deposit_callback_events_dead'), 0);
  // The unreadable one came from the provider all the same; the refused one may be anybody's.
  assert.equal(await read('deposit_callback_last_callback_timestamp_seconds', { provider: 'imtoken' }), heardAt + 60);

  callbacks.on('deposit', () => {
    throw new Error('the ledger is down');
  });
  await callback();
  assert.equal(await read('deposit_callback_events_dead'), 1);
  assert.equal(await read('deposit_callback_dead_letters_total', { kind: 'deposit' }), 1);
});

test('a status without deposits is absent, not shown with its last figure', async (t) => {
  const { send: callback, callbacks } = await receiver(t, {
    policy: { assets: 'any', isOurs: () => true, hold: () => 'a person must look' },
  });
  const registry = new Registry();
  metrics(callbacks, { registry });
  await callback();
  assert.match(await registry.metrics(), /^deposit_callback_deposits\{status="quarantined"\} 1$/m);
  const [deposit] = await callbacks.store.deposits({ limit: 1 });
  await callbacks.release(deposit?.id ?? '', { reason: 'seen on chain', actor: 'mei' });
  const text = await registry.metrics();
  assert.match(text, /^deposit_callback_deposits\{status="confirmed"\} 1$/m);
  assert.doesNotMatch(text, /^deposit_callback_deposits\{status="quarantined"\} [1-9]/m);
});

test('while the store does not answer, its gauges are absent, and the rest is told all the same', async (t) => {
  const { send: callback, callbacks } = await receiver(t, { logger: silentLogger });
  let isDown = false;
  const registry = new Registry();
  metrics(
    {
      on: (kind, listener) => callbacks.on(kind, listener),
      status: () => (isDown ? Promise.reject(new Error('connection refused')) : callbacks.status()),
    },
    { registry },
  );
  await callback();
  assert.match(await registry.metrics(), /^deposit_callback_events_dead 0$/m);
  isDown = true;
  const text = await registry.metrics();
  assert.match(text, /^deposit_callback_callbacks_total\{.*\} 1$/m);
  assert.doesNotMatch(text, /^deposit_callback_(?:events_dead|events_owed|unverified|deposits)\b.* \d/m);
});
