import { type CallbackRecord, DepositCallbackError, type RefusalCode } from 'deposit-callback';

/** The five links, in the order in which a callback meets them. */
export const links = ['source', 'body', 'signature', 'replay', 'dispatch'] as const;
export type LinkName = (typeof links)[number];

/** What a link made of a callback: let it through, let it through without any money, refused it, never saw it. */
export type Verdict = 'passed' | 'held' | 'refused' | 'unreached';

export interface Step {
  link: LinkName;
  verdict: Verdict;
}

const refusedBy: Readonly<Record<RefusalCode, LinkName>> = {
  METHOD_NOT_ALLOWED: 'source',
  HTTPS_REQUIRED: 'source',
  SOURCE_NOT_ALLOWED: 'source',
  SOURCE_UNKNOWN: 'source',
  BODY_TOO_LARGE: 'body',
  BODY_TIMEOUT: 'body',
  BODY_ABORTED: 'body',
  BODY_ENCODING: 'body',
  BODY_FORM: 'body',
  BODY_ALREADY_PARSED: 'body',
  API_KEY_INVALID: 'signature',
  SIGNATURE_MISSING: 'signature',
  SIGNATURE_INVALID: 'signature',
  TIMESTAMP_TOO_OLD: 'signature',
  TIMESTAMP_TOO_NEW: 'signature',
  KEPT_UNVERIFIED: 'signature',
  KEYS_UNAVAILABLE: 'signature',
  UNAVAILABLE: 'replay',
};

/** The callback's way through the links, as its line of the log tells it. */
export function wayOf({ outcome, code = '' }: Pick<CallbackRecord, 'outcome' | 'code'>): Step[] {
  const isRefusal = (text: string): text is RefusalCode => Object.hasOwn(refusedBy, text);
  const end = outcome === 'rejected' && isRefusal(code) ? links.indexOf(refusedBy[code]) : links.length;
  return links.map((link, index) => ({
    link,
    verdict:
      index === end
        ? 'refused'
        : index > end
          ? 'unreached'
          : link === 'replay' && outcome !== 'recorded'
            ? 'held'
            : 'passed',
  }));
}

/** The status that the sender got. The provider of this example wants 200 for all that is taken. */
export function statusOf({ outcome, code }: Pick<CallbackRecord, 'outcome' | 'code'>): number {
  return outcome === 'rejected' ? (new DepositCallbackError(code as RefusalCode, '').status ?? 503) : 200;
}
