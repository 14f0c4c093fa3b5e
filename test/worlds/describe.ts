import type { Violation, World } from './world.ts';

/** A world for a person to read. */
export function describeWorld(world: World, violation: Violation | undefined): string {
  const lines = world.steps.map((step) => {
    if (step.do !== 'tell') return JSON.stringify(step);
    return step.statements
      .map(({ provider, kind, amount, memo, position, blockHash, confirmations, at, eventId, report, check }) =>
        [
          `${provider} ${kind} ${amount}`,
          memo === undefined ? '' : `m:${memo}`,
          position ?? '',
          blockHash ?? '-',
          confirmations === undefined ? '' : `x${confirmations}`,
          at === undefined ? '' : `@${at}`,
          `(${eventId})`,
          report === undefined ? '' : `report ${report}`,
          check ?? '',
        ]
          .filter((word) => word !== '')
          .join(' '),
      )
      .join('; ');
  });
  const rules = JSON.stringify({ ...world.rules, providers: undefined });
  const providers = world.witnesses.map(
    ({ name, like, key, isHostile }) => `${name} like ${like} (${key}${isHostile ? ', hostile' : ''})`,
  );
  return [
    `${violation?.kind}: ${violation?.what} [${world.traits}]`,
    rules,
    JSON.stringify(world.rules.providers),
    providers.join(', '),
    `blocks ${JSON.stringify(world.branches)}, stays ${world.stays?.hash}`,
    ...lines,
  ].join('\n  ');
}
