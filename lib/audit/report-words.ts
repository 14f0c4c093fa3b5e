import type { Verdict } from './probe.ts';

export type ReportLanguage = 'en' | 'zh';

/** What the page of a report says beside what the probes say. */
export interface ReportWords {
  language: ReportLanguage;
  kind: Readonly<Record<'receiver' | 'notifier', string>>;
  pageTitle: (url: string) => string;
  /** So many red ones; so many that were judged; whether any was skipped. */
  headline: (red: number, judged: number, skipped: number) => string;
  summary: (held: number, judged: number, skipped: number) => string;
  verdict: Readonly<Record<Verdict, string>>;
  severity: Readonly<Record<'high' | 'medium' | 'low', string>>;
  groups: Readonly<Record<string, string>>;
  facts: Readonly<Record<'endpoint' | 'date' | 'took' | 'probes', string>>;
  seconds: (text: string) => string;
  overview: string;
  area: string;
  changes: string;
  changesSince: (date: string) => string;
  noChanges: string;
  findings: string;
  findingsMore: string;
  all: string;
  request: string;
  answer: string;
  cure: string;
  whenRed: string;
  why: string;
  check: (code: string) => string;
  /** What a probe does, as a sentence. */
  did: (does: string) => string;
  reverted: string;
  revertedMore: string;
  revertedLabel: string;
  column: Readonly<Record<'transaction' | 'units' | 'answer' | 'probe' | 'before' | 'now', string>>;
  method: string;
  methodMore: (seesCredits: boolean) => readonly string[];
  signed: Readonly<Record<'reviewed' | 'on', string>>;
}

export const english: ReportWords = {
  language: 'en',
  kind: { receiver: 'Audit of a deposit callback endpoint', notifier: 'Audit of the API of a notifier' },
  pageTitle: (url) => `Audit of ${url}`,
  headline(red, judged, skipped) {
    if (red > 0) return red === 1 ? 'One probe got through' : `${red} probes got through`;
    if (judged === 0) return 'No probe could be judged';
    return skipped === 0 ? 'Every probe held' : 'No probe got through';
  },
  summary: (held, judged, skipped) =>
    `${held} of ${judged} probes that could be judged held.${skipped === 0 ? '' : ` ${skipped} could not be judged; each says why.`}`,
  verdict: { green: 'held', red: 'did not hold', skipped: 'skipped' },
  severity: { high: 'high', medium: 'medium', low: 'low' },
  groups: {
    access: 'Access',
    baseline: 'Baseline',
    signature: 'Signature',
    time: 'Time',
    replay: 'Replay',
    body: 'Bodies',
    http: 'HTTP',
    transport: 'Transport',
    'false top-up': 'False top-ups',
  },
  facts: { endpoint: 'Endpoint', date: 'Date', took: 'Took', probes: 'Probes' },
  seconds: (text) => `${text} s`,
  overview: 'Summary',
  area: 'Area',
  changes: 'Changes',
  changesSince: (date) => `Compared with the audit of ${date}.`,
  noChanges: 'No verdict has changed.',
  findings: 'Did not hold',
  findingsMore: 'High: money or access. Medium: availability or secrecy. Low: good practice.',
  all: 'Every probe',
  request: 'Request',
  answer: 'Answer',
  cure: 'Cure',
  whenRed: 'If it fails',
  why: 'Why',
  check: (code) => `The check ${code} of deposit-callback stops it (docs/checks.md).`,
  did: (does) => `The audit ${does}.`,
  reverted: 'Reverted',
  revertedMore: 'Deposits that the audit made on the test account. Each was reported as reverted at the end.',
  revertedLabel: 'Reverted deposits',
  column: {
    transaction: 'Transaction',
    units: 'Units',
    answer: 'Answer',
    probe: 'Probe',
    before: 'Before',
    now: 'Now',
  },
  method: 'How to read this',
  methodMore: (seesCredits) => [
    `A probe holds if the endpoint behaved as a sound one does, as far as its answers${seesCredits ? ' and credits' : ''} can show. It proves nothing about attacks that are not listed, or about a leaked key.`,
    'The audit was made by deposit-callback audit. docs/audit.md describes each probe; the same id names it in every report.',
  ],
  signed: { reviewed: 'Reviewed by', on: 'Date' },
};
