import { hash } from 'node:crypto';
import type { DepositRecord } from '../deposits/deposit.ts';
import type { Decision } from '../deposits/transaction-state.ts';
import { DepositCallbackError } from '../errors.ts';
import type { Intake } from '../ingest/intake.ts';
import { apiKeyDigest, keptHeaders, redactedUrl } from '../ingest/kept-request.ts';
import { findUnread, type UnreadQuery } from '../ingest/unread.ts';
import type { InboundCallback, Provider } from '../providers/kit/provider.ts';
import { equalBytes } from '../signatures/constant-time.ts';
import { assertFresh } from '../signatures/freshness.ts';
import type { CallbackRecord, Store } from '../stores/store.ts';

/** What an operator does by hand, from code, the command line or the inspector. */
export interface Operations {
  /**
   * Reads stored callbacks again, those of which anything was ignored or quarantined: after an upgrade, or when an address
   * has become ours or an asset listed. Needs their bodies.
   */
  reprocess(query?: ReprocessQuery): Promise<Reprocessed>;
  /** Verifies the callbacks that `quarantineUnverified` kept with the keys of now, and takes those that fit. */
  reverify(query?: { provider?: string; limit?: number }): Promise<{ taken: number; kept: number }>;
  /** Credits a deposit that a check, a conflict or `policy.hold` keeps back, as far as it may still be true. */
  release(depositId: string, decision: { reason: string; actor: string }): Promise<DepositRecord>;
  /** Keeps a deposit back that is not credited yet. */
  hold(depositId: string, decision: { reason: string; actor: string }): Promise<DepositRecord>;
  /** Folds a deposit's transaction again: after a thaw, or a change of policy. */
  reassess(depositId: string): Promise<DepositRecord>;
  /** Makes a dead letter due again. False where there is none of that id. */
  redeliver(eventId: string): Promise<boolean>;
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

export function createOperations({ store, intake, providers, toleranceMs, now, wake }: OperationsOptions): Operations {
  const providerOf = new Map(providers.map((provider) => [provider.name, provider]));

  const takeAgain = async (record: CallbackRecord): Promise<CallbackRecord | undefined> => {
    const provider = providerOf.get(record.provider);
    if (!provider || !record.body) return undefined;
    const { outcome: _o, code: _c, transfers: _t, tookMs: _m, finished: _f, ...callback } = record;
    // An unverified callback is kept with more than is shown of one that is taken.
    const shown = { url: redactedUrl(record.url), headers: keptHeaders(record.headers, provider) };
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
  };

  const decide = async (
    depositId: string,
    kind: Decision['kind'],
    { reason, actor }: { reason: string; actor: string },
  ): Promise<DepositRecord> => {
    if (reason.trim() === '')
      throw new DepositCallbackError('OPTION_INVALID', 'Option reason: say why, it is kept with the deposit');
    if (kind === 'release') await refuseWrongAmount(depositId);
    return reassess(depositId, [{ depositId, kind, reason, actor, at: now() }]);
  };

  // Its amount was read with decimals that one side has wrong: to credit it would be wrong by powers of ten.
  const refuseWrongAmount = async (depositId: string): Promise<void> => {
    const found = await store.deposit(depositId);
    if (found?.deposit.code !== 'DECIMALS_MISMATCH') return;
    throw new DepositCallbackError(
      'OPTION_INVALID',
      `Option depositId: ${depositId} has DECIMALS_MISMATCH, so its amount is not sure; correct policy.assets and credit it by hand`,
    );
  };

  const reassess = async (depositId: string, decisions: readonly Decision[]): Promise<DepositRecord> => {
    const found = await store.deposit(depositId);
    if (!found) throw new DepositCallbackError('NOT_FOUND', `There is no deposit ${depositId}`);
    const deposits = await intake.recorder.reassess(found.transactionKey, { decisions });
    wake();
    return deposits.find((one) => one.id === depositId) ?? found.deposit;
  };

  return {
    async reprocess({ callbackId, ...query } = {}) {
      const result: Reprocessed = { read: 0, recorded: 0, passedOver: 0 };
      const ids = callbackId === undefined ? (await findUnread(store, query)).map(({ id }) => id) : [callbackId];
      for (const id of ids) {
        const found = await store.callback(id);
        const record = found && (await takeAgain(found));
        if (!record) result.passedOver += 1;
        else {
          result.read += 1;
          if (record.outcome === 'recorded') result.recorded += 1;
        }
      }
      wake();
      return result;
    },
    async reverify({ provider, limit = 1_000 } = {}) {
      let taken = 0;
      const waiting = await store.unverified({ limit, ...(provider === undefined ? {} : { provider }) });
      for (const record of waiting) {
        const verified = await verifyAgain(record, providerOf.get(record.provider), toleranceMs, now());
        if (!verified || !(await takeAgain(verified))) continue;
        await store.dropUnverified([record.id]);
        taken += 1;
      }
      wake();
      return { taken, kept: waiting.length - taken };
    },
    release: (depositId, decision) => decide(depositId, 'release', decision),
    hold: (depositId, decision) => decide(depositId, 'hold', decision),
    reassess: (depositId) => reassess(depositId, []),
    async redeliver(eventId) {
      const found = await store.redeliver(eventId);
      if (found) wake();
      return found;
    },
  };
}

/**
 * The record with what its signature proves now, by the keys of now or those that were in force when it came; undefined
 * where it still does not fit. Its time counts as of then.
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
      const verified = await provider.verify({ ...inboundOf(record, record.body), receivedAt: keysAt });
      assertFresh(verified.signedAt, record.receivedAt, toleranceMs);
      return { ...record, ...verified };
    } catch {
      // It stays where it is.
    }
  }
  return undefined;
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
