import type { DepositRecord, DepositStatus } from '../../deposits/deposit.ts';
import { canonicalAddress } from '../../networks/address.ts';
import { type Credit, creditsOf } from '../../operator/credit.ts';
import type { DepositQuery } from '../../stores/store.ts';
import { lookBack } from '../look-back.ts';
import { amountCell, codeCell, customerOf, idCell, whenCell } from '../parts/cells.ts';
import { choice, field, filter, timeField, timeOf, timeRanges } from '../parts/forms.ts';
import { type Html, html } from '../parts/html.ts';
import { movementIn } from '../parts/movements.ts';
import { type Column, empty, lookedBackTo, pager, row, segment, standing, table } from '../parts/parts.ts';
import type { Page, View } from '../view.ts';

const perPage = 25;
const statuses: readonly DepositStatus[] = ['pending', 'confirmed', 'reverted', 'failed', 'ignored', 'quarantined'];

/** Deposits as they stand, newest first. */
export async function depositsPage(view: View): Promise<Page> {
  const { words, callbacks, query, now } = view;
  const asked = readQuery(query, now);
  const isFiltered = Object.keys(asked).length > 0 || (query.get('since') ?? '') !== '';
  const { network, asset, status, ...rest } = asked;
  // What the store has an index for: most deposits are confirmed.
  const indexed = status === undefined || status === 'confirmed' ? rest : { ...rest, status };
  const { found, endedAt } = await lookBack(
    (page) => callbacks.store.deposits({ ...indexed, ...page }),
    (one) =>
      (status === undefined || one.status === status) &&
      (network === undefined || one.network === network) &&
      (asset === undefined || one.asset === asset),
    { limit: perPage + 1, before: query.get('before') ?? undefined },
  );
  const shown = found.slice(0, perPage);
  const credits = await creditsOf(callbacks.store, shown);
  const { column } = words;
  const form = filter(
    view,
    [
      choice(
        'status',
        column.status,
        statuses.map((one) => [one, words.status[one]]),
        view,
      ),
      field('network', column.network, view),
      field('asset', column.asset, view),
      field('to', column.to, view),
      field('transaction', column.transaction, view),
      timeField('since', words.since, view),
    ],
    isFiltered,
  );
  const nothing = isFiltered
    ? empty(words.nothingFits, words.callbacks.loosen)
    : empty(words.deposits.empty, words.deposits.emptyMore);
  return {
    title: words.nav.deposits,
    name: 'deposits',
    body: html`<h1>${words.nav.deposits}</h1>
${timeRanges(view)}
${form}
${shown.length > 0 ? depositTable(view, shown, credits) : endedAt === undefined && nothing}
${endedAt && lookedBackTo(view, endedAt.firstSeenAt, shown.length === 0)}
${pager(view, endedAt?.id ?? (found.length > perPage ? shown.at(-1)?.id : undefined))}`,
  };
}

/** A table of deposits; with `act`, a last cell of each. */
export function depositTable(
  view: View,
  deposits: readonly DepositRecord[],
  credits: ReadonlyMap<string, Credit>,
  act?: (deposit: DepositRecord) => Html,
): Html {
  const { words, root } = view;
  const { column } = words;
  const columns: Column[] = [
    { label: column.seen, kind: 'age' },
    { label: column.status, kind: 'state' },
    { label: column.amount, kind: 'worth' },
    { label: column.to, kind: 'id' },
    { label: column.transaction, kind: 'id' },
    ...(act ? [{ label: column.act, kind: 'buttons' } as const] : []),
  ];
  return table(
    words.nav.deposits,
    columns,
    deposits.map((deposit) => {
      const moved = movementIn(deposit);
      return row(columns, [
        whenCell(view, deposit.firstSeenAt),
        html`${standing(view, deposit.status, credits.get(deposit.id))}${codeCell(words, deposit.code, deposit.reason)}`,
        amountCell(view, moved, `${root}deposits/${segment(deposit.id)}`, deposit.id),
        idCell(moved.to, customerOf(moved)),
        idCell(moved.transactionId, deposit.providers.join(', ')),
        ...(act ? [act(deposit)] : []),
      ]);
    }),
    'cards',
  );
}

function readQuery(query: URLSearchParams, now: number): Omit<DepositQuery, 'before' | 'limit'> {
  const text = (name: string): string | undefined => query.get(name)?.trim() || undefined;
  const status = statuses.find((one) => one === query.get('status'));
  const network = text('network');
  const asset = text('asset');
  const to = text('to');
  const transaction = text('transaction');
  const since = timeOf(query.get('since'), now);
  return {
    ...(status === undefined ? {} : { status }),
    ...(network === undefined ? {} : { network }),
    ...(asset === undefined ? {} : { asset: canonicalAsset(asset) }),
    ...(to === undefined ? {} : { to: canonicalTo(to, network) }),
    ...(transaction === undefined ? {} : { transactionId: canonicalTransaction(transaction) }),
    ...(since === undefined ? {} : { since }),
  };
}

/** As stored, whatever form it was copied in: without a network, the form of EVM addresses is recognized by itself. */
function canonicalTo(text: string, network: string | undefined): string {
  const isEvm = /^(?:0x)?[0-9a-f]{40}$/i.test(text);
  try {
    if (network === undefined) return isEvm ? canonicalAddress('eip155:1', text.replace(/^(?:0x)?/i, '0x')) : text;
    return canonicalAddress(network, text);
  } catch {
    return text;
  }
}

function canonicalTransaction(text: string): string {
  return /^0x[0-9a-f]{64}$/i.test(text) ? text.toLowerCase() : text;
}

function canonicalAsset(text: string): string {
  return /^eip155:\d+\/erc20:0x[0-9a-f]{40}$/i.test(text) ? text.toLowerCase() : text;
}
