import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import express, { type RequestHandler } from 'express';
import helmet from 'helmet';
import { audit } from '../../lib/audit/audit.ts';
import type { AuditReport } from '../../lib/audit/run-probes.ts';
import { createSigner } from '../../lib/audit/signer.ts';
import { createState } from '../../lib/audit/state.ts';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import type { Options } from '../../lib/options.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import type { InboundCallback, Provider, Reading, Transfer } from '../../lib/providers/kit/provider.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { alice, ether, secret } from '../helpers/deposits.ts';
import { keepLog, listen } from '../helpers/serve.ts';

/** One way to get it wrong. What is left out is as it should be. */
export interface Fault {
  /** The one probe that must be red. */
  probe: string;
  /** What the service does wrong, as a sentence without its subject. */
  wrong: string;
  provider?: (sound: Provider) => Provider;
  /** A middleware before the callbacks. */
  front?: () => RequestHandler;
  options?: Partial<Options>;
  /** Without `helmet`. */
  bare?: boolean;
  server?: { insecureHTTPParser?: boolean };
  /** Over TLS; the certificate ends in 2126. */
  tls?: ServerOptions;
  /** The audit is told of the same service over plain HTTP. */
  plainToo?: boolean;
  /** The audit sends this API key. */
  apiKey?: string;
  now?: () => number;
}

const folder = fileURLToPath(new URL('../fixtures/tls/', import.meta.url));
export const certificate: string = readFileSync(join(folder, 'certificate.pem'), 'utf8');
const key = readFileSync(join(folder, 'key.pem'), 'utf8');

export const sound: Options['policy'] = {
  assets: [{ asset: ether, decimals: 18 }],
  isOurs: ({ address }) => address === alice,
};

/** Serves an exchange that is sound but for the fault, and audits it with all that an operator can give. */
export async function auditApp(t: TestContext, fault: Omit<Fault, 'probe' | 'wrong'>): Promise<AuditReport> {
  const directory = await mkdtemp(join(tmpdir(), 'deposit-callback-audit-'));
  const now = fault.now ?? Date.now;
  const store = sqliteStore({ path: join(directory, 'deposits.db'), now });
  const provider = imtoken({ secrets: [secret] });
  const callbacks = depositCallbacks({
    providers: [fault.provider?.(provider) ?? provider],
    store,
    policy: sound,
    limits: { receiveMs: 200 },
    logger: keepLog(),
    now,
    ...fault.options,
  });
  await callbacks.ready();
  t.after(async () => {
    await callbacks.close();
    await rm(directory, { recursive: true, force: true });
  });
  const app = express();
  app.disable('x-powered-by');
  if (!fault.bare) app.use(helmet());
  if (fault.front) app.use(fault.front());
  app.use('/callbacks', callbacks);

  const plain = (): Promise<number> => listen(t, createServer(fault.server ?? {}, app as RequestListener));
  const port = fault.tls
    ? await listen(t, createSecureServer({ cert: certificate, key, ...fault.tls }, app as RequestListener))
    : await plain();
  const url = new URL(`http${fault.tls ? 's' : ''}://127.0.0.1:${port}/callbacks/imtoken`);
  const plainUrl = fault.plainToo ? new URL(`http://127.0.0.1:${await plain()}/callbacks/imtoken`) : undefined;
  const state = createState(store, {
    network: 'eip155:1',
    asset: ether,
    to: alice,
    amount: 10n ** 16n,
    confirmations: 63,
  });
  const route = { url, patienceMs: 5_000, ...(fault.tls ? { ca: certificate } : {}) };
  const signer = createSigner({ provider, route, secret, apiKey: fault.apiKey, now });
  return audit({ signer, slowMs: 600, state, plainUrl, apiKey: fault.apiKey });
}

/** A test for each fault: its probe is red, and no other is. */
export function testFaults(faults: readonly Fault[]): void {
  for (const fault of faults) {
    test(`the probe ${fault.probe}, and no other, is red on a service that ${fault.wrong}`, {
      timeout: 60_000,
    }, async (t) => {
      const { probes } = await auditApp(t, fault);
      const red = probes.filter(({ verdict }) => verdict === 'red').map(({ id, saw }) => `${id}: ${saw}`);
      assert.deepEqual(
        red.map((one) => one.split(':', 1)[0]),
        [fault.probe],
        red.join('\n'),
      );
    });
  }
}

/** The provider with another `verify`. */
export function verifying(change: (sound: Provider, inbound: InboundCallback) => ReturnType<Provider['verify']>) {
  return (provider: Provider): Provider => ({ ...provider, verify: (inbound) => change(provider, inbound) });
}

/** The provider reading every transfer through `change`, on its way from the body to the checks. */
export function reading(change: (transfer: Transfer, inbound: InboundCallback) => Transfer) {
  return (provider: Provider): Provider => ({
    ...provider,
    read(inbound, verified) {
      const read: Reading = provider.read(inbound, verified);
      return { ...read, transfers: read.transfers.map((one) => change(one, inbound)) };
    },
  });
}

/** The provider reading another body than the one that was signed. */
export function rewriting(change: (body: Buffer) => Buffer) {
  return (provider: Provider): Provider => ({
    ...provider,
    read: (inbound, verified) => provider.read({ ...inbound, body: change(inbound.body) }, verified),
  });
}

/** The transfer under another transaction: what a service makes of one that it fails to recognise. */
export function anew(transfer: Transfer): Transfer {
  return { ...transfer, transaction: { ...transfer.transaction, id: `0x${randomBytes(32).toString('hex')}` } };
}
