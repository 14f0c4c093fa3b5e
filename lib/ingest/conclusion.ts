import type { Assessment } from '../checks/assess.ts';
import type { Advance } from '../deposits/advance.ts';
import { checkResults } from '../deposits/codes.ts';
import type { StoredStatement } from '../deposits/statement.ts';
import type { UnreadableRow } from '../providers/kit/provider.ts';
import type { CallbackRecord, TransferOutcome } from '../stores/store.ts';
import type { Arrival, Recorded } from './arrival.ts';
import { recordOf } from './received-callback.ts';

/**
 * What becomes of one callback once its transactions are folded. `known` holds the statements that were stored before
 * the batch, by id, and grows with those of each callback concluded, so that of two equal ones in one batch the second is
 * the duplicate. A callback that is read again is not its own duplicate: what of it is unread is not lost from sight.
 */
export function conclude(
  { callback, assessments, unreadable = [], verdict }: Arrival,
  advanced: ReadonlyMap<string, Advance | Error>,
  known: Map<string, StoredStatement>,
  now: number,
): Recorded | Error {
  const touched = new Map<string, Advance>();
  for (const { transactionKey } of assessments) {
    const result = transactionKey === undefined ? undefined : advanced.get(transactionKey);
    if (result instanceof Error) return result;
    if (result && transactionKey !== undefined) touched.set(transactionKey, result);
  }

  const transfers = [
    ...assessments.map((assessment) => transferOutcome(assessment, touched, known)),
    ...unreadable.map(unreadableOutcome),
  ];
  const statements = assessments.flatMap(({ statement }) => (statement ? [statement] : []));
  const repeated =
    statements.length > 0 && statements.every(({ id }) => (known.get(id)?.callbackId ?? callback.id) !== callback.id);
  for (const statement of statements) if (!known.has(statement.id)) known.set(statement.id, statement);

  const { outcome, code } = verdict ?? together(transfers);
  const record = recordOf(callback, {
    outcome: repeated ? 'duplicate' : outcome,
    code: repeated ? undefined : code,
    transfers,
    finished: verdict?.finished ?? (transfers.length > 0 && transfers.every(isFinished)),
    now,
  });
  const { body, keepsBody = true } = callback;
  // The first callback of a statement keeps its body; a repetition adds nothing but its line in the log.
  if (body && !repeated && (keepsBody || outcome === 'quarantined')) record.body = body;
  return { record, eventIds: eventIdsOf(touched) };
}

function unreadableOutcome({ path, reason }: UnreadableRow): TransferOutcome {
  return { outcome: 'quarantined', code: 'ROW_UNREADABLE', path, reason };
}

// What is quarantined as a deposit is an operator's: reading it again changes nothing.
function isFinished({ outcome, depositId }: TransferOutcome): boolean {
  return outcome === 'recorded' || outcome === 'failed' || (outcome === 'quarantined' && depositId !== undefined);
}

function eventIdsOf(touched: ReadonlyMap<string, Advance>): string[] {
  const ids: string[] = [];
  for (const { change } of touched.values()) for (const event of change?.events ?? []) ids.push(event.id);
  return ids;
}

function transferOutcome(
  assessment: Assessment,
  touched: ReadonlyMap<string, Advance>,
  known: ReadonlyMap<string, StoredStatement>,
): TransferOutcome {
  const { statement, transactionKey } = assessment;
  // A statement that is stored stays as it was, with its check: an operator releases it.
  const check = statement && known.get(statement.id)?.check;
  const { outcome, code } = check === undefined ? assessment : { outcome: checkResults[check], code: check };
  const advance = transactionKey === undefined ? undefined : touched.get(transactionKey);
  const depositId = statement && advance?.depositIdsOf.get(statement.id);
  const told: TransferOutcome = { outcome };
  if (code !== undefined) told.code = code;
  if (assessment.name !== undefined) told.name = assessment.name;
  if (depositId !== undefined) told.depositId = depositId;
  if (transactionKey !== undefined) told.transactionKey = transactionKey;
  return told;
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
