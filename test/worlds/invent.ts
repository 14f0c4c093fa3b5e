import type { FoldRules, ProviderRules } from '../../lib/deposits/fold-rules.ts';
import type { Statement } from '../../lib/deposits/statement.ts';
import { stored } from '../deposits/inbox.ts';
import { type Dice, dice } from '../deposits/model.ts';
import { branchOf, type Chain, inventChain } from './chain.ts';
import { hostileWords } from './hostile.ts';
import { type Mistake, type Said, testimony } from './testimony.ts';
import type { Likeness } from './witnesses.ts';
import type { Correcting, Step, Witness, World } from './world.ts';

/** A world out of a seed: the same for the same seed and the same providers. */
export function inventWorld(seed: number, likenesses: readonly Likeness[]): World {
  const roll = dice(seed);
  const quorum = roll.chance(0.2) ? roll.pick([2, 2, 3]) : 1;
  const witnesses = inventWitnesses(roll, likenesses, quorum);
  const honest = witnesses.filter((one) => !one.isHostile);
  const chain = inventChain(
    roll,
    honest.every((one) => one.namesBlocks && !one.leavesOutBlocks && one.namesTimes),
  );
  const rules: FoldRules = {
    confirmations: chain.confirmations,
    reorgDepth: chain.reorgDepth,
    quorum,
    networkHasMemos: chain.hasMemos,
    paysOnce: chain.paysOnce,
    providers: providerRules(witnesses, chain.confirmations),
  };
  const mistakes = new Map(honest.map((one) => [one, inventMistake(roll, one, chain)]));
  const events = { next: 0 };
  const said: Said[] = [];
  for (const [witness, mistake] of mistakes) said.push(...testimony({ roll, witness, chain, mistake, events }));
  for (const witness of witnesses) if (witness.isHostile) said.push(...hostileWords(roll, witness, chain, events));
  const last = chain.inclusions.at(-1);
  const traits = traitsOf(witnesses, mistakes, chain, quorum);
  const steps = arrange(roll, said, rules, traits);
  return {
    seed,
    rules,
    witnesses,
    steps,
    branches: chain.inclusions.map(branchOf),
    stays: last?.until === Number.POSITIVE_INFINITY ? branchOf(last) : undefined,
    isMisread: [...mistakes.values()].some((one) => Object.keys(one).length > 0),
    traits: [...traits].sort(),
  };
}

function inventWitnesses(roll: Dice, likenesses: readonly Likeness[], quorum: number): Witness[] {
  const count = quorum > 1 ? quorum + roll.below(2) : roll.pick([1, 1, 2, 2, 2, 3]);
  const witnesses = Array.from({ length: count }, (_, index): Witness => {
    const likeness = roll.pick(likenesses);
    const { counts, meaning } = likeness;
    return {
      ...likeness,
      name: `P${index}`,
      // It says no count: either mined is trusted, or nothing of it is ever confirmed.
      trustMined: (!counts && meaning === undefined) || roll.chance(0.05),
      sendsRemovals: likeness.sendsRemovals || roll.chance(0.3),
      leavesOutBlocks: likeness.leavesOutBlocks || roll.chance(0.15),
      key: `k${index}`,
      isHostile: false,
    };
  });
  // Fewer hostile keys than make a quorum, and one of them may stand behind two names.
  if (quorum === 1 || roll.chance(0.3)) return witnesses;
  const liars = Array.from(
    { length: 1 + roll.below(2) },
    (_, index): Witness => ({
      ...roll.pick(likenesses),
      name: `H${index}`,
      trustMined: roll.chance(0.3),
      key: 'hostile',
      isHostile: true,
    }),
  );
  return [...witnesses, ...liars];
}

function providerRules(witnesses: readonly Witness[], confirmations: number): Record<string, Partial<ProviderRules>> {
  const rules: Record<string, Partial<ProviderRules>> = {};
  for (const { name, counts, meaning, reportsMemos, trustMined } of witnesses) {
    const reports = counts ? ('count' as const) : meaning === undefined ? (false as const) : confirmations;
    rules[name] = { reportsConfirmations: reports, reportsMemos, trustMined };
  }
  return rules;
}

function inventMistake(roll: Dice, witness: Witness, chain: Chain): Mistake {
  const mistake: Mistake = {};
  if (roll.chance(0.12)) mistake.misread = 6n;
  else if (roll.chance(0.15)) {
    // What a provider that is trusted when it says "mined" takes back by another event cannot be told from a second transfer.
    const kinds = witness.trustMined && !chain.paysOnce ? ['decimals', 'report'] : ['amount', 'decimals', 'report'];
    const memo = chain.hasMemos && witness.reportsMemos && (chain.paysOnce || !witness.trustMined);
    mistake.corrected = roll.pick([...kinds, ...(memo ? ['memo', 'memo'] : [])]) as NonNullable<Mistake['corrected']>;
  }
  if (roll.chance(0.05)) mistake.checked = roll.pick(['shown', 'silent']);
  if (roll.chance(0.1)) mistake.mistakenInMempool = roll.pick([5n, 7n, 12n]);
  return mistake;
}

function traitsOf(
  witnesses: readonly Witness[],
  mistakes: ReadonlyMap<Witness, Mistake>,
  chain: Chain,
  quorum: number,
): Set<string> {
  const traits = new Set<string>();
  if (quorum > 1) traits.add('quorum');
  if (chain.inclusions.length > 1) traits.add('reorg');
  if (chain.paysOnce) traits.add('pays once');
  if (chain.hasMemos) traits.add('memos');
  for (const { isHostile, trustMined } of witnesses) {
    if (isHostile) traits.add('hostile');
    if (trustMined) traits.add('trusts mined');
  }
  for (const { misread, corrected } of mistakes.values()) {
    if (misread !== undefined) traits.add('misread');
    if (corrected !== undefined) traits.add(`corrected ${corrected}`);
  }
  return traits;
}

/** What is said, in the order of arrival: delayed, lost, repeated, sent afresh; with all else that happens in between. */
function arrange(roll: Dice, said: readonly Said[], rules: FoldRules, traits: Set<string>): Step[] {
  const loss = roll.pick([0, 0, 0.2]);
  const delay = roll.pick([0, 1, 12]);
  const arrivals: { at: number; statements: readonly Statement[] }[] = [];
  for (const { tick, statements } of said) {
    if (roll.chance(loss)) continue;
    arrivals.push({ at: tick + roll.below(delay + 1), statements });
    if (roll.chance(0.06)) arrivals.push({ at: tick + roll.below(20), statements });
    if (roll.chance(0.06)) {
      arrivals.push({
        at: tick + roll.below(25),
        statements: statements.map((one) => ({ ...one, eventId: `${one.eventId} again` })),
      });
    }
  }
  arrivals.sort((one, other) => one.at - other.at);
  const steps: Step[] = [];
  let current = rules;
  for (const { statements } of arrivals) {
    // Who is not configured has no path to send to.
    const [sender] = statements;
    if (sender && !Object.hasOwn(current.providers, sender.provider)) continue;
    steps.push({ do: 'tell', statements: statements.map((one) => stored(one)) });
    if (roll.chance(0.5)) steps.push({ do: 'hand', share: roll.pick([0.5, 1, 1]) });
    const luck = roll.below(100);
    if (luck < 4) {
      current = reconfigured(roll, current);
      traits.add('configured');
      steps.push({ do: 'configure', rules: current }, { do: 'look' });
    } else if (luck < 7) {
      steps.push(decision(roll, rules.networkHasMemos === true));
    } else if (luck < 9) {
      traits.add('policy');
      steps.push(policy(roll), { do: 'look' });
    } else if (luck < 12) {
      traits.add('pruned');
      steps.push({ do: 'hand', share: 1 }, { do: 'prune' });
    } else if (luck < 14) {
      steps.push({ do: 'restart' });
    }
  }
  return steps;
}

function decision(roll: Dice, hasMemos: boolean): Step {
  const verb = roll.pick(['release', 'release', 'release', 'hold', 'revert', 'correct'] as const);
  const step: Step = { do: 'decide', decision: verb, place: roll.below(3), reason: roll.pick(['looked at', 'asked']) };
  if (verb !== 'correct') return step;
  const correction: Correcting = {};
  if (hasMemos && roll.chance(0.7)) correction.memo = roll.pick(['76', '77', null]);
  else correction.decimals = roll.pick([4, 6, 8]);
  return { ...step, correction };
}

function policy(roll: Dice): Step {
  const answer = roll.pick(['too large', 'unknown sender', { ends: 'too large' }, 'nothing', 'nothing'] as const);
  return { do: 'policy', answer: answer === 'nothing' ? undefined : answer, isFrozen: roll.chance(0.2) };
}

/** Another configuration: a provider renamed or gone, trusted no more, or a policy that asks for more or less. */
function reconfigured(roll: Dice, rules: FoldRules): FoldRules {
  const names = Object.keys(rules.providers);
  const name = names.length === 0 ? '' : roll.pick(names);
  const { [name]: own = {}, ...others } = rules.providers;
  const asked = rules.confirmations as number;
  switch (roll.below(6)) {
    case 0:
      return { ...rules, providers: others };
    case 1:
      return { ...rules, providers: { ...others, [name]: { ...own, trustMined: false } }, chainRequired: true };
    case 2:
      return { ...rules, confirmations: asked + 1 + roll.below(4) };
    case 3:
      return { ...rules, reorgDepth: rules.reorgDepth + roll.below(4) };
    case 4:
      return { ...rules, quorum: rules.quorum + 1 };
    default:
      return { ...rules, providers: { ...others, [name]: { ...own, reportsMemos: false } } };
  }
}
