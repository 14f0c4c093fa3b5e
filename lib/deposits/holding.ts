import { type Decision, type Ruling, ruled } from './decisions.ts';
import type { Copy } from './moves.ts';

/**
 * What `policy.hold` says of a deposit that would be credited: a reason keeps it back, and is stored; undefined says
 * nothing new, and ends nothing; `{ ends }` ends the hold that was given that reason.
 */
export type HoldAnswer = string | undefined | { readonly ends: string };

/** The decision that an answer comes to; undefined if it changes nothing. */
export function policyDecision(copy: Copy, answer: HoldAnswer, at: number): Decision | undefined {
  if (answer === undefined || copy.isCredited) return undefined;
  const kind = typeof answer === 'string' ? 'hold' : 'unhold';
  const reason = typeof answer === 'string' ? answer : answer.ends;
  const decision: Decision = { depositId: copy.id, kind, reason, actor: 'policy.hold', at, byPolicy: true };
  return ruled(copy.ruling, decision).holds.length === copy.ruling.holds.length ? undefined : decision;
}

/** A deposit that an earlier version held without storing why stays held: nobody has ended it. */
export function withUnstoredHold(ruling: Ruling, previous: Copy['previous']): Ruling {
  if (previous?.code !== 'HELD' || previous.reason !== undefined || ruling.holds.length > 0 || ruling.last)
    return ruling;
  return { ...ruling, holds: [{ kind: 'policy', reason: 'policy.hold held it before reasons were stored' }] };
}
