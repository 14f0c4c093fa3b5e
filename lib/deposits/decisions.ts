import type { DepositCode } from './codes.ts';

/** What an operator can decide. `docs/operating.md` says what each does in every state of a deposit. */
export type Verb = 'hold' | 'release' | 'correct' | 'revert';

/** A stored decision on one deposit. `unhold` ends a hold of the policy, which its reason names. */
export interface Decision {
  depositId: string;
  kind: Verb | 'unhold';
  reason: string;
  /** Who decided; `policy.hold` for the policy. */
  actor: string;
  /** Epoch ms. */
  at: number;
  /** Said by `policy.hold`, not by an operator. */
  byPolicy?: boolean;
  /** Of a release and a correction: the codes that it ends, no others. Absent in what versions before schema 3 stored. */
  codes?: readonly DepositCode[];
  correction?: Correction;
}

/** What an operator says that a report has wrong; what is absent is right. */
export interface Correction {
  /** The reported amount is counted in units of so many decimals. */
  decimals?: number;
  /** null: there is none. */
  memo?: string | null;
  /** The customer's account. */
  account?: string;
  /** With `decimals`: the reported amount, and what it comes to in the asset's own decimals, both in units. */
  amount?: { reported: string; credited: string };
}

/** Something that keeps a deposit back until it is ended. */
export interface Hold {
  kind: 'policy' | 'operator' | 'reverted';
  reason: string;
}

/** All that was decided of one deposit, taken together. */
export interface Ruling {
  holds: readonly Hold[];
  /** Codes that were released or corrected: what keeps the deposit back beside them is not passed over. */
  released: ReadonlySet<DepositCode> | 'all';
  /** Codes that a release has named: of a credit that nobody confirms any more, only these are accepted. */
  named: ReadonlySet<DepositCode>;
  /** Reasons of the policy that an operator has released: the same reason does not hold again. */
  passed: ReadonlySet<string>;
  correction?: Correction;
  /** The last decision of an operator. */
  last?: Decision;
}

export const noRuling: Ruling = { holds: [], released: new Set(), named: new Set(), passed: new Set() };

/** Decisions by deposit, each list in the order in which it was made. */
export function rulings(decisions: readonly Decision[]): (depositId: string) => Ruling {
  if (decisions.length === 0) return () => noRuling;
  const byDeposit = new Map<string, Ruling>();
  for (const decision of decisions) {
    byDeposit.set(decision.depositId, ruled(byDeposit.get(decision.depositId) ?? noRuling, decision));
  }
  return (depositId) => byDeposit.get(depositId) ?? noRuling;
}

/** The ruling after one more decision. */
export function ruled(before: Ruling, decision: Decision): Ruling {
  const { kind, reason, byPolicy } = decision;
  if (kind === 'unhold') return { ...before, holds: before.holds.filter((one) => !isOfPolicy(one, reason)) };
  if (kind === 'hold' && byPolicy) {
    const isKnown = before.passed.has(reason) || before.holds.some((one) => isOfPolicy(one, reason));
    return isKnown ? before : { ...before, holds: [...before.holds, { kind: 'policy', reason }] };
  }
  const after: Ruling = { ...before, last: decision };
  if (kind === 'hold') return withdrawn(after, { kind: 'operator', reason });
  if (kind === 'revert') return withdrawn(after, { kind: 'reverted', reason });
  if (kind === 'correct') {
    const corrected = { ...after, released: joined(before.released, decision.codes ?? []) };
    if (!decision.correction) return corrected;
    return { ...corrected, correction: { ...before.correction, ...decision.correction } };
  }
  const passed = new Set(before.passed);
  for (const hold of before.holds) if (hold.kind === 'policy') passed.add(hold.reason);
  const { codes } = decision;
  const named = new Set([...before.named, ...(codes ?? [])]);
  return { ...after, holds: [], passed, named, released: codes ? joined(before.released, codes) : 'all' };
}

function isOfPolicy(hold: Hold, reason: string): boolean {
  return hold.kind === 'policy' && hold.reason === reason;
}

/** A hold of an operator's takes back what was released before it; what was corrected stays right. */
function withdrawn(ruling: Ruling, hold: Hold): Ruling {
  const others = ruling.holds.filter(({ kind }) => kind !== hold.kind);
  return { ...ruling, holds: [...others, hold], named: new Set(), released: new Set(cured(ruling.correction)) };
}

function joined(before: Ruling['released'], codes: readonly DepositCode[]): Ruling['released'] {
  return before === 'all' ? before : new Set([...before, ...codes]);
}

/** The codes that a correction ends. */
export function cured(correction: Correction | undefined): DepositCode[] {
  const codes: DepositCode[] = [];
  if (correction?.decimals !== undefined) codes.push('DECIMALS_MISMATCH');
  if (correction?.memo !== undefined || correction?.account !== undefined)
    codes.push('MEMO_MISSING', 'MEMO_UNREPORTED', 'UNASSIGNED');
  return codes;
}

/** Those of the codes that no decision has ended. A corrected amount is that of one report: another is not corrected. */
export function unreleased(
  { released, correction }: Ruling,
  stands: readonly DepositCode[],
  reported: bigint,
): DepositCode[] {
  const isOfAnother = correction?.amount !== undefined && correction.amount.reported !== reported.toString();
  return stands.filter((code) => {
    if (code === 'DECIMALS_MISMATCH') return isOfAnother || released === 'all' || !released.has(code);
    return released !== 'all' && !released.has(code);
  });
}
