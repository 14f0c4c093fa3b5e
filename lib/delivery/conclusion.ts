import type { Advance } from '../deposits/advance.ts';
import type { Assessment } from '../deposits/assess.ts';
import type { CallbackRecord, TransferOutcome } from '../stores/store.ts';
import type { Arrival, Recorded } from './recorder.ts';

/**
 * What becomes of one callback once its transactions are folded. `known` holds the ids of the statements that were
 * stored before the batch and grows with those of each callback concluded, so that of two equal ones in one batch
 * the second is the duplicate.
 */
export function conclude(
  { callback, assessments, verdict }: Arrival,
  advanced: ReadonlyMap<string, Advance | Error>,
  known: Set<string>,
  now: number,
): Recorded | Error {
  const touched = new Map<string, Advance>();
  for (const { transactionKey } of assessments) {
    const result = transactionKey === undefined ? undefined : advanced.get(transactionKey);
    if (result instanceof Error) return result;
    if (result && transactionKey !== undefined) touched.set(transactionKey, result);
  }

  const transfers = assessments.map((assessment) => transferOutcome(assessment, touched));
  const statements = assessments.flatMap(({ statement }) => (statement ? [statement.id] : []));
  const repeated = statements.length > 0 && statements.every((id) => known.has(id));
  for (const id of statements) known.add(id);

  const { startedAt, body, ...rest } = callback;
  const record: CallbackRecord = {
    ...rest,
    ...(repeated ? { outcome: 'duplicate' } : (verdict ?? together(transfers))),
    transfers,
    tookMs: Math.max(0, now - startedAt),
    finished: transfers.length > 0 && transfers.every((one) => one.outcome === 'recorded' || one.outcome === 'failed'),
    // The first callback of a statement keeps its body; a repetition adds nothing but its line in the log.
    ...(body && !repeated ? { body } : {}),
  };
  const eventIds = [...touched.values()].flatMap(({ change }) => change?.events.map((event) => event.id) ?? []);
  return { record, eventIds };
}

function transferOutcome(assessment: Assessment, touched: ReadonlyMap<string, Advance>): TransferOutcome {
  const { outcome, code, statement, transactionKey } = assessment;
  const advance = transactionKey === undefined ? undefined : touched.get(transactionKey);
  const depositId = statement && advance?.depositIdsOf.get(statement.id);
  return {
    outcome,
    ...(code === undefined ? {} : { code }),
    ...(depositId === undefined ? {} : { depositId }),
    ...(transactionKey === undefined ? {} : { transactionKey }),
  };
}

/** A mixed callback takes quarantined over recorded over ignored. */
function together(transfers: readonly TransferOutcome[]): { outcome: CallbackRecord['outcome']; code?: string } {
  const leading =
    transfers.find((one) => one.outcome === 'quarantined') ??
    transfers.find((one) => one.outcome === 'recorded') ??
    transfers[0];
  if (!leading) return { outcome: 'ignored', code: 'NO_TRANSFER' };
  const outcome = leading.outcome === 'failed' ? 'ignored' : leading.outcome;
  return leading.code === undefined ? { outcome } : { outcome, code: leading.code };
}
