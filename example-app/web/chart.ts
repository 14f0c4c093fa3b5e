import type { CallbackRecord, DepositRecord } from 'deposit-callback';
import { isPosted } from '../ledger.ts';
import { trickId } from '../wallets/tricks.ts';
import { confirmationsOf, depositOf, money } from './deposits.ts';
import { type Html, html } from './html.ts';
import type { ToldCallback } from './told.ts';
import type { View } from './view.ts';
import { links, type Step, statusOf, wayOf } from './way.ts';

/** The latest callback, drawn through the links to the balance. */
export async function way(view: View): Promise<Html> {
  const { told, words, wallet } = view;
  const [record] = told.latest();
  if (record === undefined) {
    const steps = links.map((link) => ({ link, verdict: 'unreached' as const }));
    return html`<p class="way-head soft">${words.wayNone}</p>${chart(view, steps, {})}`;
  }
  const deposit = await depositOf(view, record);
  const amount = deposit && money(view, deposit.amount, deposit.asset);
  return html`<p class="way-head"><b>${nameOfCallback(words, record, deposit)}</b>${amount && html` <span>${amount}</span>`} <a href="/inspector/callbacks/${record.id}">${words.details}</a></p>${chart(
    view,
    wayOf(record),
    {
      record,
      isStranger: !isWallets(record),
      sender: isWallets(record) ? words.sentBy[wallet.kind] : words.sentFrom(record.remoteAddress),
      end: endOf(view, record, deposit),
    },
  )}`;
}

interface Drawn {
  record?: CallbackRecord;
  /** Not sent by the wallet. */
  isStranger?: boolean;
  sender?: string;
  end?: { state: 'credited' | 'kept' | 'held'; text: string };
}

function chart({ words }: View, steps: readonly Step[], { record, isStranger = false, sender, end }: Drawn): Html {
  const node = (state: string, title: string, text: string | undefined, more = ''): Html =>
    html`<li class="step is-${state}"><span class="dot" aria-hidden="true"></span><h3>${title}</h3>${more !== '' && html`<p class="hidden">${more}</p>`}<p>${text}</p></li>`;
  const first = node(record ? 'passed' : 'unreached', isStranger ? words.stranger : words.sender, sender);
  const last = node(end?.state ?? 'unreached', words.ledger, end?.text);
  const middle = steps.map((step) =>
    node(
      step.verdict,
      words.link[step.link],
      record && said(words, step, record),
      record && words.verdict[step.verdict],
    ),
  );
  return html`<ol class="steps" data-record="${record?.id ?? ''}">${first}${middle}${last}</ol>`;
}

function said(words: View['words'], { link, verdict }: Step, record: CallbackRecord): string | undefined {
  const { code = '', outcome } = record;
  if (verdict === 'unreached') {
    return link === 'dispatch' ? words.refused(statusOf(record), code) : undefined;
  }
  if (verdict === 'refused') return words.because[code] ?? code;
  switch (link) {
    case 'source':
      return words.from(record.remoteAddress);
    case 'body':
      return words.bytes(record.bodyBytes);
    case 'signature':
      return words.signed;
    case 'replay':
      if (outcome === 'recorded') return words.recorded;
      if (outcome === 'duplicate') return words.duplicate;
      if (outcome === 'quarantined') return words.because[code] ?? words.quarantined(code);
      return words.ignored(code);
    case 'dispatch':
      return words.answered(statusOf(record), Math.round(record.tookMs));
  }
}

function endOf(view: View, record: CallbackRecord, deposit: DepositRecord | undefined): NonNullable<Drawn['end']> {
  const { words, exchange } = view;
  if (record.outcome === 'duplicate') return { state: 'kept', text: words.nothingTwice };
  if (record.outcome !== 'recorded' || deposit === undefined) return { state: 'kept', text: words.unchanged };
  const { status, code = '' } = deposit;
  if (status === 'confirmed' && isPosted(exchange.database, deposit.id)) {
    return { state: 'credited', text: words.credited(money(view, deposit.amount, deposit.asset)) };
  }
  if (status === 'quarantined') return { state: 'held', text: words.because[code] ?? words.quarantined(code) };
  if (status !== 'pending' && status !== 'confirmed') return { state: 'kept', text: words.unchanged };
  const count = confirmationsOf(view, deposit);
  return { state: 'kept', text: count === undefined ? words.waitsForMore : words.waits(count.now, count.of) };
}

/** What it says, or else what became of it. */
export function nameOfCallback(
  words: View['words'],
  { outcome, type = '' }: ToldCallback,
  deposit: DepositRecord | undefined,
): string {
  if (deposit?.status === 'quarantined') return words.callback.quarantined ?? '';
  return (outcome === 'recorded' ? words.event[type] : undefined) ?? words.callback[outcome] ?? outcome;
}

function isWallets({ outcome, deliveryId = '' }: ToldCallback): boolean {
  return outcome === 'recorded' && !deliveryId.startsWith(trickId);
}
