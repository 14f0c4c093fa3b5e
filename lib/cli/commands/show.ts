import type { Command } from 'commander';
import { transactionKey } from '../../deposits/identity.ts';
import type { StoredStatement } from '../../deposits/statement.ts';
import type { StoredDeposit, TransactionState } from '../../deposits/transaction-state.ts';
import { type Credit, creditIn } from '../../operator/credit.ts';
import type { CallbackRecord, Store, StoredEvent, TransferOutcome } from '../../stores/store.ts';
import { callbackJson, depositJson, eventJson, statementJson } from '../callback-json.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import type { Output } from '../output.ts';
import { isoTime } from '../times.ts';
import { phrase } from '../words/phrases.ts';
import { refuseAs } from '../words/refuse.ts';
import { amountText, creditJson, statusCell } from './deposits.ts';
import { outcomeCell } from './log.ts';

/** Everything that is known of one callback, deposit or event. */
export function addShow(program: Command, { output }: Context, finish: (code: number) => void): void {
  addStoreOption(program.command('show').description('show everything stored about a callback, deposit or event'))
    .argument('<id>', 'id of a callback (cb_...), a deposit (dep_...) or an event (dep_...:1:deposit)')
    .option('--json', 'print JSON')
    .action(async (id: string, { store: where, json }: { store?: string; json?: boolean }) => {
      await withStore(where, async (store) => {
        const callback = await store.callback(id);
        if (callback) {
          if (json) output.json(callbackJson(callback));
          else showCallback(callback, output);
          return;
        }
        const found = await findDeposit(store, id);
        if (json) output.json(dossierJson(found));
        else showDeposit(found, output);
      });
      finish(exitCodes.ok);
    });
}

/** A deposit with all that speaks of it. */
interface Dossier {
  deposit: StoredDeposit;
  statements: readonly StoredStatement[];
  events: readonly StoredEvent[];
  decisions: TransactionState['decisions'];
}

async function findDeposit(store: Store, id: string): Promise<Dossier> {
  // An event's id begins with its deposit's.
  const [depositId = ''] = id.split(':', 1);
  const found = await store.deposit(depositId);
  if (!found) throw refuseAs('NOT_FOUND', phrase('There is no callback, deposit or event {id}', { id }));
  const { deposit, transactionKey: key } = found;
  const [statements, events, [state]] = await Promise.all([
    store.statements(key),
    store.events({ depositId, limit: 1_000 }),
    store.load([key]),
  ]);
  const decisions = (state?.decisions ?? []).filter((decision) => decision.depositId === depositId);
  return { deposit, statements: statements.filter((one) => speaksOf(one, deposit)), events, decisions };
}

/** A removal without a group speaks of the whole transaction. */
function speaksOf({ group }: StoredStatement, deposit: StoredDeposit): boolean {
  if (!group) return true;
  if (transactionKey(group) !== transactionKey(deposit.group)) return false;
  return group.payment !== undefined || (group.asset === deposit.group.asset && group.to === deposit.group.to);
}

function dossierJson({ deposit, statements, events, decisions }: Dossier): unknown {
  return {
    deposit: { ...depositJson(deposit), ...creditJson(creditAmong(deposit, events)) },
    statements: statements.map(statementJson),
    events: events.map(eventJson),
    decisions: decisions.map((decision) => ({ ...decision, at: isoTime(decision.at) })),
  };
}

function creditAmong({ status }: StoredDeposit, events: readonly StoredEvent[]): Credit | undefined {
  return status === 'confirmed' || status === 'reverted' ? creditIn(status, events) : undefined;
}

function showCallback(record: CallbackRecord, output: Output): void {
  output.fields({
    callback: record.id,
    received: isoTime(record.receivedAt),
    provider: record.provider,
    from: record.remoteAddress,
    request: `${record.method} ${record.url}`,
    outcome: outcomeCell(record.outcome),
    code: record.code,
    took: `${record.tookMs} ms`,
    'delivery id': record.deliveryId,
    signed: isoTime(record.signedAt),
    key: record.keyId,
    'body sha256': record.bodyHash === '' ? undefined : record.bodyHash,
    'body bytes': record.bodyBytes,
  });
  const headers = Object.entries(record.headers);
  if (headers.length > 0) {
    output.line();
    output.fields(Object.fromEntries(headers), { areNamesOurs: false });
  }
  if (record.transfers.length > 0) {
    output.line();
    output.table(
      ['transfer', 'outcome', 'code', 'deposit'],
      record.transfers.map((one, index) => [index + 1, one.outcome, codeOf(one), one.depositId]),
    );
    const unread = record.transfers.filter(({ path }) => path !== undefined);
    if (unread.length > 0) {
      output.line();
      output.table(
        ['row that could not be read', 'why'],
        unread.map(({ path, reason }) => [path, reason]),
      );
    }
  }
  if (record.body !== undefined) {
    output.line();
    output.line({ text: output.say('body'), colour: 'dim' });
    for (const line of record.body.toString('utf8').split('\n')) output.line(line);
  }
}

function showDeposit({ deposit, statements, events, decisions }: Dossier, output: Output): void {
  const credit = creditAmong(deposit, events);
  output.fields({
    deposit: deposit.id,
    status: statusCell(deposit.status, credit, output),
    error: credit?.error,
    cure: credit?.eventId === undefined ? undefined : `deposit-callback redeliver ${credit.eventId}`,
    code: deposit.code,
    reason: deposit.reason,
    amount: amountText(deposit, output),
    units: deposit.amount,
    'units reported': reportedUnits(deposit),
    asset: deposit.asset,
    network: deposit.network,
    from: deposit.from,
    to: deposit.to,
    memo: deposit.memo,
    account: deposit.account,
    transaction: deposit.transaction.id === '' ? undefined : deposit.transaction.id,
    position: deposit.transaction.position,
    block: deposit.transaction.block?.hash ?? deposit.transaction.block?.number,
    payment: deposit.payment,
    confirmations: deposit.confirmations,
    generation: deposit.generation,
    'first seen': isoTime(deposit.firstSeenAt),
    'waiting since': isoTime(deposit.waitingSince),
    callbacks: deposit.callbackIds.join(', '),
  });
  output.line();
  output.table(
    ['received', 'provider', 'says', 'units', 'confirmations', 'block', 'code', 'callback'],
    statements.map((one) => [
      isoTime(one.receivedAt),
      one.provider,
      one.kind,
      one.amount,
      one.confirmations,
      one.blockHash,
      one.check,
      one.callbackId,
    ]),
  );
  if (events.length > 0) {
    output.line();
    output.table(
      ['made', 'event', 'state', 'attempts', 'settled', 'error', 'id'],
      events.map((one) => [
        isoTime(one.madeAt),
        one.kind,
        one.state === 'dead' ? { text: one.state, colour: 'red' } : one.state,
        one.attempts,
        isoTime(one.settledAt),
        one.error,
        one.id,
      ]),
    );
  }
  if (decisions.length > 0) {
    output.line();
    output.table(
      ['decided', 'decision', 'by', 'reason'],
      decisions.map((one) => [isoTime(one.at), one.kind, one.actor, one.reason]),
    );
  }
}

/** Where an operator has corrected the amount: what was reported. */
function reportedUnits({ amount, reported }: StoredDeposit): string | undefined {
  return reported === undefined || reported.amount === amount.toString() ? undefined : reported.amount;
}

/** The code of a transfer, with the name that nobody knows, if that is why. */
function codeOf({ code, name }: TransferOutcome): string | undefined {
  return code === undefined || name === undefined ? code : `${code} ${name}`;
}
