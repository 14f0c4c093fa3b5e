import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import express, { type RequestHandler } from 'express';
import helmet from 'helmet';
import type { AuditReport } from '../../lib/audit/run-probes.ts';
import { auditWith } from '../../lib/cli/audit/provider-profile.ts';
import { createOutput } from '../../lib/cli/output.ts';
import { makeProvider, providerNames, requiredOptions } from '../../lib/cli/provider-table.ts';
import { samplesOf } from '../../lib/cli/sample-callbacks.ts';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { DepositCallbackError } from '../../lib/errors.ts';
import type { InboundCallback, Provider, Verified } from '../../lib/providers/kit/provider.ts';
import { memoryStore } from '../../lib/stores/memory.ts';
import { openPolicy } from '../deposits/attacks.ts';
import { fixturesOf } from '../helpers/published.ts';
import { keepLog, listen } from '../helpers/serve.ts';

// Whoever sends it, `standard-webhooks` has no samples; its profile is that of imtoken.
const named = providerNames.filter((name) => name !== 'standard-webhooks');

interface Fault {
  provider?: (sound: Provider) => Provider;
  front?: RequestHandler;
  receiveMs?: number;
}

/** Serves a receiver of the provider's callbacks that is sound but for the fault, and audits it. */
async function auditOf(t: TestContext, name: string, fault: Fault = {}): Promise<AuditReport> {
  const { keys, options } = fixturesOf(name);
  const { first } = keys;
  const samples = await samplesOf(name);
  const provider = await makeProvider(name, {
    ...requiredOptions(name),
    ...samples.options,
    ...options,
    secrets: [first.key],
  });
  const callbacks = depositCallbacks({
    providers: [{ ...(fault.provider?.(provider) ?? provider), trustMined: true }],
    store: memoryStore(),
    policy: openPolicy,
    limits: { receiveMs: fault.receiveMs ?? 200 },
    logger: keepLog(),
  });
  callbacks.on('deposit', () => {});
  await callbacks.ready();
  t.after(() => callbacks.close());
  const app = express();
  app.disable('x-powered-by');
  app.use(helmet());
  if (fault.front) app.use(fault.front);
  app.use(callbacks);
  const port = await listen(t, createServer(app as RequestListener));
  return auditWith(
    {
      name,
      secret: first.signing ?? first.key,
      options,
      route: { url: new URL(`http://127.0.0.1:${port}${provider.path}`), patienceMs: 5_000 },
      apiKey: undefined,
      slowMs: 1_000,
      progress: () => {},
    },
    {
      output: createOutput(process.stdout, process.stderr, {}),
      env: {},
      stdin: async () => Buffer.alloc(0),
      stopped: () => new Promise(() => {}),
      now: Date.now,
    },
  );
}

const idsOf = ({ probes }: AuditReport, verdict: string): string[] =>
  probes.filter((one) => one.verdict === verdict).map(({ id, saw }) => `${id}: ${saw}`);

for (const name of named) {
  test(`a sound receiver of ${name} is green`, async (t) => {
    const report = await auditOf(t, name);
    assert.deepEqual(idsOf(report, 'red'), []);
    const judged = report.probes.filter(({ verdict }) => verdict === 'green').map(({ id }) => id);
    for (const id of ['accepts', 'unsigned', 'wrong-key', 'replayed', 'oversize']) assert.ok(judged.includes(id), id);
    assert.equal(report.provider, name);
  });
}

function verifying(verify: (sound: Provider, inbound: InboundCallback) => Verified | Promise<Verified>): Fault {
  return { provider: (sound) => ({ ...sound, verify: (inbound) => verify(sound, inbound) }) };
}

function alsoTaking(fits: (inbound: InboundCallback) => boolean): Fault {
  return verifying((sound, inbound) => (fits(inbound) ? {} : sound.verify(inbound)));
}

/** Takes whatever carries a signature that was right once. */
function remembering(signatureOf: (inbound: InboundCallback) => string): Fault {
  const known = new Set<string>();
  return verifying(async (sound, inbound) => {
    const signature = signatureOf(inbound);
    if (known.has(signature)) return {};
    const verified = await sound.verify(inbound);
    known.add(signature);
    return verified;
  });
}

function timed(change: (signedAt: number, now: number) => number): Fault {
  return verifying(async (sound, inbound) => {
    const verified = await sound.verify(inbound);
    return { ...verified, signedAt: change(verified.signedAt ?? 0, inbound.receivedAt) };
  });
}

const alchemySignature = ({ headers }: InboundCallback): string => String(headers['x-alchemy-signature']);
const hmac = (key: string, { body }: InboundCallback): string => createHmac('sha256', key).update(body).digest('hex');
const alchemyKey = fixturesOf('alchemy').keys.first.key;
const repeated = new Set<unknown>();

const faults: readonly (Fault & { probe: string; of: string; wrong: string; also?: string[] })[] = [
  {
    probe: 'accepts',
    of: 'alchemy',
    wrong: 'has another secret',
    ...verifying(() => {
      throw new DepositCallbackError('SIGNATURE_INVALID', 'Not signed with a key of ours');
    }),
  },
  {
    probe: 'unsigned',
    of: 'alchemy',
    wrong: 'takes what is not signed',
    ...alsoTaking(({ headers }) => headers['x-alchemy-signature'] === undefined),
  },
  {
    probe: 'unsigned',
    of: 'blockonomics',
    wrong: 'takes a URL without its secret',
    ...alsoTaking(({ url }) => !url.includes('secret=')),
  },
  {
    probe: 'blank-signature',
    of: 'alchemy',
    wrong: 'takes an empty signature',
    ...alsoTaking((inbound) => alchemySignature(inbound).trim() === ''),
  },
  {
    probe: 'wrong-key',
    of: 'alchemy',
    wrong: 'takes the key of an example',
    ...alsoTaking((inbound) => alchemySignature(inbound) === hmac('changeme', inbound)),
  },
  {
    probe: 'cut-signature',
    of: 'alchemy',
    wrong: 'compares the beginning of the signature',
    ...alsoTaking((inbound) => alchemySignature(inbound).slice(0, 20) === hmac(alchemyKey, inbound).slice(0, 20)),
  },
  { probe: 'tampered-body', of: 'alchemy', wrong: 'remembers signatures', ...remembering(alchemySignature) },
  {
    probe: 'tampered-body',
    of: 'cregis',
    wrong: 'remembers signatures of the body',
    ...remembering(({ body }) => String(JSON.parse(body.toString()).sign)),
  },
  { probe: 'stale', of: 'coinbase-cdp', wrong: 'takes any time that is gone', ...timed(Math.max) },
  { probe: 'future', of: 'coinbase-cdp', wrong: 'takes any time to come', ...timed(Math.min) },
  {
    probe: 'replayed',
    of: 'alchemy',
    wrong: 'refuses a repetition',
    also: ['chunked', 'aborted'],
    front: (req, res, next) => {
      const signature = req.get('x-alchemy-signature');
      if (repeated.has(signature) && req.get('x-forwarded-for') === undefined) res.status(409).end();
      else next();
      repeated.add(signature);
    },
  },
];

for (const { probe, of, wrong, also = [], ...fault } of faults) {
  test(`${probe} is red on a receiver of ${of} that ${wrong}`, async (t) => {
    const report = await auditOf(t, of, fault);
    const red = report.probes.filter(({ id, verdict }) => verdict === 'red' && !also.includes(id));
    assert.deepEqual(
      red.map(({ id, saw }) => (id === probe ? id : `${id}: ${saw}`)),
      [probe],
    );
  });
}
