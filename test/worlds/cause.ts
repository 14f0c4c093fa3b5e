import type { StoredStatement } from '../../lib/deposits/statement.ts';
import type { Violation, World } from './world.ts';

/** Which kind of fault a violation shows, by what is left of its world once it is shrunk: each step that is left is needed. */
export function causeOf(world: World, { kind }: Violation): string {
  const told = world.steps.flatMap((step) => (step.do === 'tell' ? step.statements : []));
  const does = new Set(world.steps.map((step) => step.do));
  switch (kind) {
    case 'credited more often than any block held it':
    case 'credited an amount that no block held':
      return doubled(world, told, does);
    case 'credited what no provider says to be in the chain':
      return does.has('prune') ? 'pruning forgot a removal' : 'a removal that was ended by a weak word';
    case 'told an event twice':
      return 'pruning forgot an event';
    case 'taken back without a word':
      return 'configuration took back';
    case 'credited without the votes':
    case 'taken back without the votes':
    case 'kept though the votes took it back':
      return 'fewer than the quorum decided';
    default:
      return kind;
  }
}

function doubled(world: World, told: readonly StoredStatement[], does: ReadonlySet<string>): string {
  if (does.has('configure')) return 'configuration credited';
  if (does.has('prune')) return 'pruning forgot a removal';
  const inChain = told.filter(({ kind }) => kind === 'mined' || kind === 'confirmed');
  if (new Set(inChain.map(({ provider }) => provider)).size === 1) return 'one provider corrected itself';
  if (
    told.some((one) => one.kind === 'seen' || (one.confirmations ?? Infinity) < (world.rules.confirmations as number))
  ) {
    return 'a weak word excused a conflict';
  }
  return 'positions that cannot be compared excused a conflict';
}
