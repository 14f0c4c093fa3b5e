import { hash } from 'node:crypto';
import type { Verb } from '../deposits/decisions.ts';
import type { DepositRecord } from '../deposits/deposit.ts';
import { depositRecordOf } from '../deposits/transaction-state.ts';
import { decisionFor, type Order } from '../deposits/verbs.ts';
import { DepositCallbackError, invalidOption } from '../errors.ts';
import type { Intake } from '../ingest/intake.ts';
import { apiKeyDigest, keptHeaders, redactedUrl, sentSecretDigest } from '../ingest/kept-request.ts';
import type { Reassessment } from '../ingest/reassess.ts';
import { findUnread, type UnreadQuery } from '../ingest/unread.ts';
import type { InboundCallback, Provider, Verified } from '../providers/kit/provider.ts';
import { equalBytes } from '../signatures/constant-time.ts';
import { assertFresh } from '../signatures/freshness.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';
import { assignAgain, findUnassigned } from './assign.ts';

/** What an operator does by hand, from code, the command line or the inspector. */
export interface Operations {
  /**
   * Reads stored callbacks again, those of which anything was ignored or quarantined: after an upgrade, or when an address
   * has become ours or an asset listed. Needs their bodies. Of deposits whose customer was not known (`UNASSIGNED`) the
   * policy is asked again; those that it names by now are credited to that account.
   */
  reprocess(query?: ReprocessQuery): Promise<Reprocessed>;
  /** Verifies the callbacks that `quarantineUnverified` kept with the current keys, and accepts those that match. */
  reverify(query?: { provider?: string; limit?: number }): Promise<{ taken: number; kept: number }>;
  /**
   * Keeps a deposit back that is not credited, until `release`. Rejects with `ALREADY_CREDITED`. This and the next three
   * are stored with reason, actor and time; each may be repeated, and then changes nothing.
   */
  hold(depositId: string, decision: Reason): Promise<DepositRecord>;
  /**
   * Ends what holds a deposit now: holds, a revert, conflicts, checks. What holds it later is not passed over. It is credited
   * as soon as nothing else is waited for. Of a credit that is in doubt, says that it stands. Rejects with `NOTHING_HELD`, `NOT_POSSIBLE`, `CORRECTION_NEEDED` or
   * `ALREADY_CREDITED`.
   */
  release(depositId: string, decision: Reason): Promise<DepositRecord>;
  /**
   * Says what the report of a held deposit has wrong; what is credited then is the corrected. Ends the checks that it
   * answers. Rejects with `NOTHING_HELD`, `NOT_POSSIBLE`, `ALREADY_CREDITED` or `OPTION_INVALID`.
   */
  correct(depositId: string, correction: Reason & Correcting): Promise<DepositRecord>;
  /**
   * Says that a deposit is false, and no later report credits it, only `release`. Of a credit, `deposit.reverted` follows
   * with the reason; what a check, a conflict or a hold keeps back is `failed`. Rejects with `NOT_CREDITED` for what
   * waits for nobody's decision.
   */
  revert(depositId: string, decision: Reason): Promise<DepositRecord>;
  /** Folds a deposit's transaction again: after a thaw, or a change of policy. */
  reassess(depositId: string): Promise<DepositRecord>;
  /** Makes a dead letter due again. False if there is none of that id. */
  redeliver(eventId: string): Promise<boolean>;
}

/** Why, and who says so. */
export interface Reason {
  reason: string;
  actor: string;
}

/** At least one of them. */
export interface Correcting {
  /** The reported amount is counted in units of so many decimals; what is credited is counted in those of `policy.assets`. */
  decimals?: number;
  /** null: it has none. */
  memo?: string | null;
  /** The customer's account: `Deposit.account`. */
  account?: string;
}

export interface ReprocessQuery extends UnreadQuery {
  callbackId?: string;
}

export interface Reprocessed {
  read: number;
  /** Of those read, how many are recorded now. */
  recorded: number;
  /** Callbacks that cannot be read again: their body is not kept, or their provider is not configured. */
  passedOver: number;
  /** Deposits that waited as `UNASSIGNED` and that the policy names the account of by now. Absent if there is none. */
  assigned?: number;
}

export interface OperationsOptions {
  store: Store;
  intake: Intake;
  providers: readonly Provider[];
  toleranceMs: number;
  now: () => number;
  /** Called when events may be due. */
  wake: () => void;
}

export function createOperations(options: OperationsOptions): Operations {
  const { store, wake } = options;
  const parts: Parts = {
    ...options,
    providerOf: new Map(options.providers.map((provider) => [provider.name, provider])),
  };
  return {
    reprocess: (query) => reprocess(parts, query),
    reverify: (query) => reverify(parts, query),
    release: (depositId, decision) => decide(parts, depositId, 'release', decision),
    hold: (depositId, decision) => decide(parts, depositId, 'hold', decision),
    correct: (depositId, correction) => decide(parts, depositId, 'correct', correction),
    revert: (depositId, decision) => decide(parts, depositId, 'revert', decision),
    reassess: (depositId) => reassess(parts, depositId),
    async redeliver(eventId) {
      const found = await store.redeliver(eventId);
      if (found) wake();
      return found;
    },
  };
}

interface Parts extends OperationsOptions {
  readonly providerOf: ReadonlyMap<string, Provider>;
}

async function reprocess(parts: Parts, { callbackId, ...query }: ReprocessQuery = {}): Promise<Reprocessed> {
  const { store, wake } = parts;
  const result: Reprocessed = { read: 0, recorded: 0, passedOver: 0 };
  const unassigned: DepositRecord[] = [];
  const ids = callbackId === undefined ? (await findUnread(store, query)).map(({ id }) => id) : [callbackId];
  for (const id of ids) {
    const found = await store.callback(id);
    if (callbackId !== undefined) unassigned.push(...(await unassignedIn(store, found)));
    const record = found && (await takeAgain(parts, found));
    if (!record) result.passedOver += 1;
    else {
      result.read += 1;
      if (record.outcome === 'recorded') result.recorded += 1;
    }
  }
  if (callbackId === undefined && query.outcome !== 'ignored') unassigned.push(...(await findUnassigned(store, query)));
  const assigned = await assignAgain(unassigned, {
    ...parts,
    policy: parts.intake.policy,
    reassess: (depositId, decide) => reassess(parts, depositId, decide),
  });
  if (assigned > 0) result.assigned = assigned;
  wake();
  return result;
}

async function unassignedIn(store: Store, callback: CallbackRecord | undefined): Promise<DepositRecord[]> {
  const ids = new Set(callback?.transfers.flatMap(({ depositId }) => depositId ?? []));
  const found = await Promise.all([...ids].map((id) => store.deposit(id)));
  return found.flatMap((one) => (one?.deposit.code === 'UNASSIGNED' ? depositRecordOf(one.deposit) : []));
}

async function reverify(
  parts: Parts,
  { provider, limit = 1_000 }: { provider?: string; limit?: number } = {},
): Promise<{ taken: number; kept: number }> {
  const { store, providerOf, toleranceMs, now, wake } = parts;
  let taken = 0;
  const waiting = await store.unverified({ limit, ...(provider === undefined ? {} : { provider }) });
  for (const record of waiting) {
    const verified = await verifyAgain(record, providerOf.get(record.provider), toleranceMs, now());
    if (!verified || !(await takeAgain(parts, verified))) continue;
    await store.dropUnverified([record.id]);
    taken += 1;
  }
  wake();
  return { taken, kept: waiting.length - taken };
}

async function takeAgain(
  { intake, providerOf, now }: Parts,
  record: CallbackRecord,
): Promise<CallbackRecord | undefined> {
  const provider = providerOf.get(record.provider);
  if (!provider || !record.body) return undefined;
  const { outcome: _o, code: _c, transfers: _t, tookMs: _m, finished: _f, ...callback } = record;
  // An unverified callback is kept with more than is shown of one that is taken.
  const shown = { url: redactedUrl(record.url, provider), headers: keptHeaders(record.headers, provider) };
  const recorded = await intake.take({
    provider,
    inbound: inboundOf(record, record.body),
    verified: {
      ...(record.deliveryId === undefined ? {} : { deliveryId: record.deliveryId }),
      ...(record.signedAt === undefined ? {} : { signedAt: record.signedAt }),
      ...(record.keyId === undefined ? {} : { keyId: record.keyId }),
    },
    callback: { ...callback, ...shown, startedAt: now() },
  });
  return recorded.record;
}

async function decide(parts: Parts, depositId: string, verb: Verb, given: Reason & Correcting): Promise<DepositRecord> {
  const { reason, actor, ...correction } = given;
  requireText('reason', reason, 'say why; it is kept with the deposit');
  requireText('actor', actor, 'say who decides; it is kept with the deposit');
  const order: Order = { verb, reason: reason.trim(), actor: actor.trim(), at: parts.now(), correction };
  return reassess(parts, depositId, (standings) => {
    const standing = standings.get(depositId);
    if (!standing) throw new DepositCallbackError('NOT_POSSIBLE', `Nothing is said of ${depositId} any more`);
    const decision = decisionFor(order, standing);
    return decision ? [decision] : [];
  });
}

async function reassess(
  { store, intake, wake }: Parts,
  depositId: string,
  decideOn?: Reassessment['decide'],
): Promise<DepositRecord> {
  const found = await store.deposit(depositId);
  if (!found) throw new DepositCallbackError('NOT_FOUND', `There is no deposit ${depositId}`);
  const deposits = await intake.recorder.reassess(found.transactionKey, decideOn ? { decide: decideOn } : {});
  wake();
  return depositRecordOf(deposits.find((one) => one.id === depositId) ?? found.deposit);
}

/**
 * The record with what its signature proves now, by the keys of now or those that were in force when it came; undefined
 * if it still does not match. Its time counts as of then.
 */
async function verifyAgain(
  record: CallbackRecord,
  provider: Provider | undefined,
  toleranceMs: number,
  now: number,
): Promise<CallbackRecord | undefined> {
  if (!provider || !record.body) return undefined;
  for (const keysAt of [now, record.receivedAt]) {
    try {
      if (!(await apiKeyFits(record, provider, keysAt))) continue;
      const verified = await verifiedBy(provider, { ...inboundOf(record, record.body), receivedAt: keysAt });
      assertFresh(verified.signedAt, record.receivedAt, toleranceMs);
      return { ...record, ...verified };
    } catch {
      // It stays where it is.
    }
  }
  return undefined;
}

/** By its signature, or by the digest of the secret that it came with. */
async function verifiedBy(provider: Provider, inbound: InboundCallback): Promise<Verified> {
  if (!provider.sentSecret) return provider.verify(inbound);
  const keyId = await provider.sentSecret.keyOf(inbound.headers[sentSecretDigest] as string, inbound.receivedAt);
  if (keyId === undefined)
    throw new DepositCallbackError('SIGNATURE_INVALID', `${provider.name}: no active secret matches`);
  return { keyId };
}

async function apiKeyFits({ headers }: CallbackRecord, { apiKeys }: Provider, keysAt: number): Promise<boolean> {
  if (!apiKeys) return true;
  const digest = Buffer.from(headers[apiKeyDigest] ?? '');
  const keys = await apiKeys.active(keysAt);
  return keys.some(({ value }) => equalBytes(digest, Buffer.from(hash('sha256', value))));
}

function inboundOf(record: CallbackRecord, body: Buffer): InboundCallback {
  return { method: record.method, url: record.url, headers: record.headers, body, receivedAt: record.receivedAt };
}

function requireText(option: string, value: unknown, fix: string): void {
  if (typeof value !== 'string' || value.trim() === '') throw invalidOption(option, fix);
}
