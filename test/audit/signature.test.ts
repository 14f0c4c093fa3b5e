import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { probes } from '../../lib/audit/probes/index.ts';
import { DepositCallbackError } from '../../lib/errors.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import type { InboundCallback, Verified } from '../../lib/providers/kit/provider.ts';
import { standardWebhooksSignature } from '../../lib/signatures/standard-webhooks.ts';
import { ether, secret } from '../helpers/deposits.ts';
import { auditApp, testFaults, verifying } from './broken-app.ts';

test('no probe is red on a sound service, and each that is skipped says why', { timeout: 60_000 }, async (t) => {
  const report = await auditApp(t, {
    tls: {},
    apiKey: 'key-of-the-provider',
    options: { providers: [imtoken({ secrets: [secret], apiKeys: ['key-of-the-provider'] })] },
  });
  const seen = report.probes.map(({ id, verdict, saw }) => `${verdict} ${id}: ${saw}`);
  assert.ok(
    seen.every((line) => line.startsWith('green')),
    seen.join('\n'),
  );
  assert.equal(report.verdict, 'green');
  assert.ok(probes.length >= 30 && report.probes.length === probes.length);
  assert.equal(new Set(probes.map(({ id }) => id)).size, probes.length);
});

function signatureOf({ headers, body }: InboundCallback): string {
  return standardWebhooksSignature(secret, String(headers['webhook-id']), String(headers['webhook-timestamp']), body);
}

/** Accepts what `fits` says besides what is really signed. */
function alsoTaking(fits: (inbound: InboundCallback) => boolean) {
  return verifying((sound, inbound) => (fits(inbound) ? ({} as Verified) : sound.verify(inbound)));
}

/** Remembers what was verified by a part of it alone. */
function remembering(partOf: (inbound: InboundCallback) => string) {
  const known = new Set<string>();
  return verifying((sound, inbound) => {
    if (known.has(partOf(inbound))) return {};
    const verified = sound.verify(inbound);
    known.add(partOf(inbound));
    return verified;
  });
}

function timed(change: (signedAt: number, now: number) => number) {
  return verifying((sound, inbound) => {
    const verified = sound.verify(inbound) as Verified;
    return { ...verified, signedAt: change(verified.signedAt ?? 0, inbound.receivedAt) };
  });
}

testFaults([
  {
    probe: 'accepts',
    wrong: 'has another secret',
    options: { providers: [imtoken({ secrets: [`whsec_${Buffer.alloc(32, 9).toString('base64')}`] })] },
  },
  {
    probe: 'chunked',
    wrong: 'asks for a length',
    front: () => (req, res, next) => {
      if (req.headers['transfer-encoding'] === undefined) next();
      else res.status(411).end();
    },
  },
  {
    probe: 'unknown-event',
    wrong: 'refuses kinds of event that it does not know',
    provider: verifying((sound, inbound) => {
      if (!inbound.body.includes('deposit.audited')) return sound.verify(inbound);
      throw new DepositCallbackError('SIGNATURE_INVALID', 'Unknown event');
    }),
  },
  {
    probe: 'credits',
    wrong: 'does not credit the test account',
    options: { policy: { assets: [{ asset: ether, decimals: 18 }], isOurs: () => false } },
  },
  {
    probe: 'unsigned',
    wrong: 'checks signatures only where there are any',
    provider: alsoTaking(({ headers }) => headers['webhook-signature'] === undefined),
  },
  {
    probe: 'blank-signature',
    wrong: 'takes an empty signature for none that is wrong',
    provider: alsoTaking(({ headers }) => headers['webhook-signature']?.toString().replace('v1,', '').trim() === ''),
  },
  {
    probe: 'wrong-key',
    wrong: 'signs with the text "undefined", where the variable is not set',
    provider: alsoTaking(({ headers, body }) => {
      const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.`;
      const mac = createHmac('sha256', 'undefined').update(signed).update(body).digest('base64');
      return headers['webhook-signature'] === `v1,${mac}`;
    }),
  },
  {
    probe: 'weak-scheme',
    wrong: 'knows a version "none"',
    provider: alsoTaking(({ headers }) => String(headers['webhook-signature']).startsWith('none,')),
  },
  {
    probe: 'cut-signature',
    wrong: 'compares as many characters as were sent',
    provider: alsoTaking((inbound) => {
      const sent = String(inbound.headers['webhook-signature']);
      const right = signatureOf(inbound);
      return sent.length > 10 && sent.length < right.length && right.startsWith(sent);
    }),
  },
  {
    probe: 'tampered-body',
    wrong: 'remembers good signatures by their headers',
    provider: remembering(
      ({ headers }) => `${headers['webhook-id']} ${headers['webhook-timestamp']} ${headers['webhook-signature']}`,
    ),
  },
  {
    probe: 'respaced-body',
    wrong: 'verifies the body as it would have written it',
    provider: verifying((sound, inbound) => {
      try {
        return sound.verify(inbound);
      } catch (error) {
        const { body } = inbound;
        if (!body.toString().startsWith('{"type":')) throw error;
        let written: string;
        try {
          written = JSON.stringify(JSON.parse(body.toString()));
        } catch {
          throw error;
        }
        return sound.verify({ ...inbound, body: Buffer.from(written) });
      }
    }),
  },
  {
    probe: 'tampered-header',
    wrong: 'remembers good signatures by their bodies',
    provider: remembering(({ headers, body }) => `${headers['webhook-signature']} ${body}`),
  },
  { probe: 'api-key', wrong: 'asks for no API key', apiKey: 'key-of-the-provider' },
  {
    probe: 'stale',
    wrong: 'looks only whether a time is to come',
    provider: timed((signedAt, now) => Math.max(signedAt, now)),
  },
  {
    probe: 'future',
    wrong: 'looks only whether a time is long ago',
    provider: timed((signedAt, now) => Math.min(signedAt, now)),
  },
  {
    probe: 'no-time',
    wrong: 'compares with what is no number',
    provider: alsoTaking(
      (inbound) =>
        Number.isNaN(Number(inbound.headers['webhook-timestamp'])) &&
        inbound.headers['webhook-signature'] === signatureOf(inbound),
    ),
  },
]);
