import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Assessment } from '../../../lib/checks/assess.ts';
import { isDepositCallbackError } from '../../../lib/errors.ts';
import { readCallback } from '../../../lib/ingest/read-callback.ts';
import { type CompiledPolicy, compilePolicy } from '../../../lib/policy/compile-policy.ts';
import type { InboundCallback, Provider, Reading } from '../../../lib/providers/kit/provider.ts';
import { signCallback } from '../../../lib/testing/sign-callback.ts';
import type { FuzzTarget, Shape } from '../target.ts';
import { assertAssessed, assertSound } from './readings.ts';
import { contentOf, type Sender, type Sent, standsInUrl } from './senders.ts';

// A refusal of the content; anything else is a bug of the reader.
const refusals = [
  'BODY_UNREADABLE',
  'JSON_INVALID',
  'BODY_FORM',
  'AMOUNT_INVALID',
  'ADDRESS_INVALID',
  'NETWORK_UNKNOWN',
];

/**
 * Whatever an authentic callback says, its reader gives a sound reading or refuses it with a code of the package; and what the checks make
 * of that can be stored and folded.
 */
export function readerOf(sender: Sender): FuzzTarget {
  const { name, provider, sent } = sender;
  const [first] = sent.filter((one) => one.one.unsigned !== true && one.one.kind === 'deposit');
  const template = first ?? sent[0];
  assert.ok(template, `${name} has no callback`);
  const policy = policyFor(sender);
  return {
    name: `reader:${name}`,
    shape: shapeOf(template),
    seeds: sent.filter((one) => standsInUrl(one) === standsInUrl(template)).map(contentOf),
    run(input) {
      const inbound = inboundWith(sender, template, input);
      const reading = readingOf(provider, inbound, template);
      if (reading === undefined) return;
      assertSound(reading);
      assert.ok(isDeepStrictEqual(readingOf(provider, { ...inbound }, template), reading), 'read twice, it is another');
      for (const one of assessed({ ...provider, read: () => reading }, inbound, template, policy)) assertAssessed(one);
    },
  };
}

export function shapeOf(template: Sent): Shape {
  if (standsInUrl(template)) return 'form';
  return /^\s*[[{]/.test(template.one.body.toString('latin1')) ? 'json' : 'form';
}

/** Assets as in the fixtures, every account ours: so most of what is read goes all the way. */
export function policyFor({ provider, fixtures }: Sender): CompiledPolicy {
  return compilePolicy({ assets: fixtures.assets, isOurs: () => true }, [provider], {
    chains: new Set(),
    warn: () => {},
  });
}

/** The callback with other content. One that is sealed is sealed anew: a reader sees only what was. */
export function inboundWith({ provider, fixtures }: Sender, template: Sent, content: Buffer): InboundCallback {
  const { inbound } = template;
  if (standsInUrl(template)) {
    const [path = ''] = inbound.url.split('?');
    return { ...inbound, url: `${path}?${content.toString('latin1')}` };
  }
  if (inbound.body.equals(template.one.body)) return { ...inbound, body: content };
  const { first } = fixtures.keys;
  const now = inbound.receivedAt;
  try {
    const signed = signCallback(provider, { secret: first.signing ?? first.key, body: content, now, id: 'delivery-1' });
    return { ...inbound, headers: signed.headers, body: signed.body };
  } catch {
    // Not even the provider could send it.
    return { ...inbound, body: content };
  }
}

export function readingOf(provider: Provider, inbound: InboundCallback, { verified }: Sent): Reading | undefined {
  try {
    return provider.read(inbound, verified);
  } catch (error) {
    const isRefusal = isDepositCallbackError(error) && refusals.includes(error.code);
    if (!isRefusal) throw error;
    return undefined;
  }
}

function assessed(
  provider: Provider,
  inbound: InboundCallback,
  { verified }: Sent,
  policy: CompiledPolicy,
): readonly Assessment[] {
  const callback = { id: 'callback', receivedAt: inbound.receivedAt, bodyHash: 'body' };
  const read = readCallback({ provider, inbound, verified, callback: callback as never }, policy);
  assert.ok(!(read instanceof Promise));
  assert.equal(read.unreadable, undefined);
  return read.arrival.assessments;
}
