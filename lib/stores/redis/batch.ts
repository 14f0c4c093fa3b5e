import { isUtf8 } from 'node:buffer';
import type { DepositEvent } from '../../deposits/deposit.ts';
import type { StoredStatement } from '../../deposits/statement.ts';
import type { EventFact, TransactionChange, TransactionState } from '../../deposits/transaction-state.ts';
import { columnText, fromColumnText } from '../shared/column-text.ts';
import {
  callbackToJson,
  depositToJson,
  statementFromJson,
  statementToJson,
  storedDepositFromJson,
} from '../shared/stored-json.ts';
import type { Batch, CallbackRecord } from '../store.ts';
import { aliveMs } from './holder.ts';

type Values = (string | number)[];

/** A batch as the script `record` takes it. */
export function batchValues(
  { callbacks, changes, lease }: Batch,
  { self, holder, leased }: { self: string; holder: string; leased: ReadonlySet<DepositEvent> },
): Values {
  return [
    self,
    lease?.leaseMs ?? 0,
    holder,
    aliveMs,
    changes.length,
    callbacks.length,
    ...changes.flatMap((change) => changeValues(change, leased)),
    ...callbacks.flatMap(callbackValues),
  ];
}

function changeValues(change: TransactionChange, leased: ReadonlySet<DepositEvent>): Values {
  const { key, expectedVersion, statements, deposits, events, cancelled, decisions } = change;
  const credits = events.some(({ kind }) => kind === 'deposit') ? '1' : '';
  return [
    columnText(key),
    expectedVersion,
    credits,
    statements.length,
    deposits.length,
    events.length,
    cancelled.length,
    decisions.length,
    ...statements.flatMap((statement: StoredStatement) => [columnText(statement.id), statementToJson(statement)]),
    ...deposits.flatMap((deposit) => [
      columnText(deposit.id),
      depositToJson(deposit),
      deposit.status,
      deposit.firstSeenAt,
      deposit.waitingSince ?? '',
      columnText(deposit.to),
      columnText(deposit.transaction.id),
    ]),
    ...events.flatMap((event) => [
      columnText(event.id),
      columnText(event.deposit.id),
      event.kind,
      event.generation,
      depositToJson(event.deposit),
      leased.has(event) ? '1' : '',
    ]),
    ...cancelled.map(columnText),
    ...decisions.map((decision) => JSON.stringify(decision)),
  ];
}

function callbackValues(callback: CallbackRecord): Values {
  return [
    columnText(callback.id),
    callback.receivedAt,
    callback.outcome,
    callback.finished ? '1' : '0',
    callbackToJson(callback),
    bodyToText(callback.body),
  ];
}

/** The exact bytes as text: `u` and UTF-8, or `b` and base64. */
export function bodyToText(body: Buffer | undefined): string {
  if (body === undefined) return '';
  return isUtf8(body) ? `u${body.toString()}` : `b${body.toString('base64')}`;
}

export function bodyFromText(text: string | null | undefined): Buffer | undefined {
  if (!text) return undefined;
  return Buffer.from(text.slice(1), text.startsWith('u') ? 'utf8' : 'base64');
}

type FactReply = [id: string, depositId: string, kind: string, generation: string, handed: string, state: string];

type StateReply = [
  version: string,
  statements: string[],
  deposits: string[],
  facts: (FactReply | string)[],
  decisions: string[],
];

/** What the script `load` gives for one key. */
export function stateFromReply(key: string, reply: unknown): TransactionState {
  const [version, statements, deposits, facts, decisions] = reply as StateReply;
  return {
    key,
    version: Number(version),
    statements: statements.map(statementFromJson),
    deposits: deposits.map(storedDepositFromJson),
    // That of a pruned event is one text; an id holds no line end.
    facts: facts.map((fact) => factOf(typeof fact === 'string' ? (fact.split('\n') as FactReply) : fact)),
    decisions: decisions.map((json) => JSON.parse(json)),
  };
}

function factOf([id, depositId, kind, generation, handed, state]: FactReply): EventFact {
  return {
    id: fromColumnText(id),
    depositId: fromColumnText(depositId),
    kind: kind as EventFact['kind'],
    generation: Number(generation),
    handed: handed === '1',
    cancelled: state === 'cancelled',
  };
}
