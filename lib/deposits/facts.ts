import { eventId } from './identity.ts';
import type { EventFact } from './transaction-state.ts';

/** What we ourselves did about one deposit (docs/rules.md#facts). */
export interface DepositFacts {
  /** Highest generation of a `deposit` event, cancelled ones too (docs/rules.md#generations); 0 before the first. */
  generation: number;
  /** The `deposit` of that generation stands: neither cancelled nor reverted. */
  isCredited: boolean;
  /** The `deposit` of that generation was cancelled together with its revert (docs/rules.md#revert). */
  isCancelled: boolean;
  /** The `deposit` of that generation was handed to a listener. */
  isHanded: boolean;
  /** Ids of all events made. */
  made: ReadonlySet<string>;
}

const nothing: DepositFacts = {
  generation: 0,
  isCredited: false,
  isCancelled: false,
  isHanded: false,
  made: new Set(),
};

/** Facts by deposit id; a deposit without any finds `noFacts`. */
export function factsByDeposit(facts: readonly EventFact[]): (depositId: string) => DepositFacts {
  if (facts.length === 0) return () => nothing;
  const byDeposit = new Map<string, EventFact[]>();
  for (const fact of facts) {
    const list = byDeposit.get(fact.depositId);
    if (list) list.push(fact);
    else byDeposit.set(fact.depositId, [fact]);
  }
  return (id) => {
    const list = byDeposit.get(id);
    return list ? summarise(id, list) : nothing;
  };
}

function summarise(id: string, facts: readonly EventFact[]): DepositFacts {
  let last: EventFact | undefined;
  for (const fact of facts) if (fact.kind === 'deposit' && fact.generation > (last?.generation ?? 0)) last = fact;
  const made = new Set(facts.map((fact) => fact.id));
  if (!last) return { ...nothing, made };
  const isReverted = made.has(eventId(id, last.generation, 'deposit.reverted'));
  return {
    generation: last.generation,
    isCredited: !last.cancelled && !isReverted,
    isCancelled: last.cancelled,
    isHanded: last.handed,
    made,
  };
}
