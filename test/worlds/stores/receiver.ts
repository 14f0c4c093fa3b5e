import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Deposit } from '../../../lib/deposits/deposit.ts';
import type { FoldRules } from '../../../lib/deposits/fold-rules.ts';
import { transactionKey } from '../../../lib/deposits/identity.ts';
import type { TransactionState } from '../../../lib/deposits/transaction-state.ts';
import { isDepositCallbackError } from '../../../lib/errors.ts';
import { createCallbackLog } from '../../../lib/ingest/callback-log.ts';
import type { Intake } from '../../../lib/ingest/intake.ts';
import { createRecorder } from '../../../lib/ingest/recorder.ts';
import { dispatch } from '../../../lib/middleware/dispatch.ts';
import { rawBody } from '../../../lib/middleware/raw-body.ts';
import { guardOver } from '../../../lib/middleware/replay-guard.ts';
import type { CallbackRequest } from '../../../lib/middleware/request-state.ts';
import { signature } from '../../../lib/middleware/signature.ts';
import { sourceFilter } from '../../../lib/middleware/source-filter.ts';
import { silentLogger } from '../../../lib/observe/logger.ts';
import { createOperations } from '../../../lib/operator/operations.ts';
import { createDeliverer } from '../../../lib/outbox/deliverer.ts';
import { eventKinds } from '../../../lib/outbox/listeners.ts';
import { compilePolicy } from '../../../lib/policy/compile-policy.ts';
import { imtoken } from '../../../lib/providers/imtoken.ts';
import { statementFromJson } from '../../../lib/stores/shared/stored-json.ts';
import { secret } from '../../helpers/deposits.ts';
import type { Engine } from '../../helpers/every-store.ts';
import { readAll } from '../../helpers/serve.ts';
import { decimals } from '../world.ts';
import { openLedger } from './ledger.ts';
import type { Act, Told, WorldPolicy } from './wire.ts';

// A receiver that a driver of worlds kills at any moment. Signature, replay guard, recorder, store, deliverer and operations
// are the package's; what is told comes as statements, and each world's rules come with each request.
const [engine = 'memory', place = ''] = process.argv.slice(2);
const { store, prepare, book, booked } = openLedger(engine as Engine, place);
await store.ready();
await prepare();

const provider = imtoken({ secrets: [secret] });
const policy = { assets: 'any', isOurs: () => true } as const;
const rulesOf = new Map<string, FoldRules>();
const policyOf = new Map<string, WorldPolicy>();
const frozen = new Set<string>();
const compiled = compilePolicy(policy, [provider], { chains: new Set(), warn: () => {} });
const ofWorlds = {
  ...compiled,
  rulesFor: (group: Parameters<typeof compiled.rulesFor>[0]) =>
    rulesOf.get(transactionKey(group)) ?? compiled.rulesFor(group),
  assetOf: (asset: string) => ({ asset, decimals }),
  hold: async ({ network, transaction }: Deposit) => policyOf.get(`${network}|${transaction?.id}`)?.answer,
  frozen: () => frozen,
};
const recorder = createRecorder({ store, policy: () => ofWorlds, now: Date.now });
const intake: Intake = {
  recorder,
  policy: () => ofWorlds,
  take({ inbound, callback }) {
    const { key, rules, policy: said, statements }: Told = JSON.parse(inbound.body.toString());
    configure(key, rules, said);
    const assessments = statements.map((json) => {
      const statement = { ...statementFromJson(json), callbackId: callback.id };
      return { outcome: 'recorded' as const, statement, transactionKey: key };
    });
    return recorder.record({ callback, assessments });
  },
};
const deliverer = createDeliverer({ store, logger: silentLogger, leaseMs: 2_000, pollMs: 100 });
for (const kind of eventKinds) deliverer.on(kind, book);
const operations = createOperations({
  store,
  intake,
  providers: [provider],
  toleranceMs: 300_000,
  now: Date.now,
  wake: deliverer.wake,
});

const links = [
  sourceFilter({ logger: silentLogger }),
  rawBody({ limit: 2 ** 20 }),
  signature({ provider }),
  guardOver(
    { intake, log: createCallbackLog({ store, logger: silentLogger }) },
    { store, policy, providers: [provider] },
  ),
  dispatch({ deliverer }),
];

function configure(key: string, rules: FoldRules, said: WorldPolicy): void {
  rulesOf.set(key, rules);
  policyOf.set(key, said);
  const network = key.slice(0, key.indexOf('|'));
  if (said.isFrozen) frozen.add(network);
  else frozen.delete(network);
}

async function act(asked: Act): Promise<unknown> {
  const { key, rules, policy: said, act: what, place: at = 0, reason = '', correction = {} } = asked;
  if (rules && said) configure(key, rules, said);
  if (what === 'booked') return booked();
  if (what === 'owed') return (await store.counts()).owed;
  if (what === 'load') return { state: await stateOf(key) };
  const state = await stateOf(key);
  if (what === 'prune') await store.prune(Date.now() + 1);
  else if (what === 'look') {
    if (state && state.statements.length > 0) await recorder.reassess(key, {});
  } else {
    const deposit = state?.deposits[at];
    if (!deposit) return { state, refused: 'NOT_FOUND' };
    try {
      await operations[what](deposit.id, { reason, actor: 'operator', ...correction });
    } catch (error) {
      if (!isDepositCallbackError(error) || error.code === 'UNAVAILABLE') throw error;
      return { state, refused: error.code };
    }
  }
  return { state: await stateOf(key) };
}

async function stateOf(key: string): Promise<TransactionState | undefined> {
  const [state] = await store.load([key]);
  return state;
}

function answer(req: IncomingMessage, res: ServerResponse): void {
  if (req.url === '/act') {
    readAll(req)
      .then(async (text) => act(JSON.parse(text)))
      .then(
        (done) => res.end(JSON.stringify(done ?? null, (_, value) => (typeof value === 'bigint' ? `${value}` : value))),
        (error: unknown) => res.writeHead(500).end(String(error)),
      );
    return;
  }
  const run = (index: number): void => links[index]?.(req as CallbackRequest, res, () => run(index + 1));
  run(0);
}

const server = createServer({ keepAliveTimeout: 60_000 }, answer);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
deliverer.wake();
process.send?.({ port: (server.address() as AddressInfo).port });
process.on('disconnect', () => process.exit());
