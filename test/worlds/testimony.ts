import type { Statement, StatementKind } from '../../lib/deposits/statement.ts';
import type { Dice } from '../deposits/model.ts';
import type { Chain, Inclusion, Row } from './chain.ts';
import type { Witness } from './world.ts';

/** How one provider is mistaken, if it is. */
export interface Mistake {
  /** It tells this amount for the first transfer, all the time. */
  misread?: bigint;
  /** Until it has the confirmations asked it tells another amount, memo or unit; then the right one. */
  corrected?: 'amount' | 'memo' | 'decimals' | 'report';
  /** Until it has the confirmations asked, a check fails; then it shows the evidence, or is silent. */
  checked?: 'shown' | 'silent';
  /** What it saw in the mempool was another amount. */
  mistakenInMempool?: bigint;
}

/** What was said, when, by whom, in one event. */
export interface Said {
  tick: number;
  statements: Statement[];
}

interface Scene {
  roll: Dice;
  witness: Witness;
  chain: Chain;
  mistake: Mistake;
  /** Numbers events. */
  events: { next: number };
}

/** All that one honest provider says of the chain. */
export function testimony(scene: Scene): Said[] {
  const { roll, witness, chain } = scene;
  const said: Said[] = [];
  const [first] = chain.inclusions;
  const lag = roll.below(3);
  const isQuiet = roll.chance(0.3);
  for (let tick = 0; tick <= chain.end; tick += 1) {
    const gone = chain.inclusions.find((one) => one.until === tick);
    if (gone && witness.sendsRemovals) said.push({ tick: tick + lag, statements: [removal(scene, gone, tick)] });
    const block = chain.inclusions.find((one) => one.from <= tick && tick < one.until);
    if (block) {
      const depth = tick - block.from + 1;
      const isTurn =
        depth === 1
          ? !isQuiet
          : depth === chain.confirmations || (tick === chain.end && roll.chance(0.4)) || roll.chance(0.05);
      if (isTurn)
        said.push(...reports(scene, block, depth >= chain.confirmations ? 'confirmed' : 'mined', tick, lag, depth));
    } else if (first && roll.chance(tick < first.from ? 0.2 : 0.4)) {
      said.push(...reports(scene, first, 'seen', tick, lag, 0));
    }
  }
  return said;
}

function removal({ roll, witness, events }: Scene, block: Inclusion, tick: number): Statement {
  const statement: Statement = { provider: witness.name, kind: 'removed', amount: 0n, eventId: name(events), row: 0 };
  if (witness.namesBlocks && roll.chance(0.7)) statement.blockHash = block.hash;
  if (witness.namesTimes) statement.at = tick;
  statement.signedBy = witness.key;
  return statement;
}

function reports(
  scene: Scene,
  block: Inclusion,
  kind: StatementKind,
  tick: number,
  lag: number,
  depth: number,
): Said[] {
  const { roll, witness, events, mistake } = scene;
  // A provider that can say no more than "mined" says it once more when it is deep.
  const spoken =
    kind === 'confirmed' && !witness.counts && witness.meaning === undefined && roll.chance(0.5) ? 'mined' : kind;
  const groups = block.rows.length > 1 && roll.chance(0.5) ? block.rows.map((row) => [row]) : [[...block.rows]];
  return groups.map((rows) => {
    const eventId = name(events);
    return {
      tick: tick + lag,
      statements: rows.map((row, index): Statement => {
        const told = toldOf(row, block.rows.indexOf(row), spoken, mistake);
        const statement: Statement = {
          provider: witness.name,
          kind: spoken,
          amount: told.amount,
          eventId,
          row: index,
          signedBy: witness.key,
        };
        if (told.memo !== undefined && witness.reportsMemos) statement.memo = told.memo;
        if (told.decimals !== undefined) statement.decimals = told.decimals;
        if (mistake.corrected === 'report') statement.report = row.id;
        place(statement, row, block, witness, roll);
        if (mistake.checked) check(statement, mistake.checked);
        if (witness.namesTimes) statement.at = tick;
        if (witness.counts && depth > 0) statement.confirmations = depth;
        return statement;
      }),
    };
  });
}

function place(statement: Statement, row: Row, block: Inclusion, witness: Witness, roll: Dice): void {
  const { positions, namesBlocks, leavesOutBlocks } = witness;
  if (statement.kind === 'seen') return;
  const vocabulary = positions.find((one) => row.places[one] !== undefined);
  const position = vocabulary === undefined ? undefined : row.places[vocabulary];
  if (position !== undefined) statement.position = position;
  else if (positions.includes('transfer')) statement.position = `transfer:${statement.provider}-${row.id}`;
  if (namesBlocks && !(leavesOutBlocks && roll.chance(0.4))) statement.blockHash = block.hash;
}

function check(statement: Statement, later: 'shown' | 'silent'): void {
  if (statement.kind === 'mined') Object.assign(statement, { check: 'TIME_LOCKED', lacks: ['lockedUntil'] });
  // A word from the mempool that shows it all the same clears nothing.
  else if (later === 'shown' || statement.kind === 'seen') statement.shows = ['lockedUntil'];
}

interface Told {
  amount: bigint;
  memo: string | undefined;
  decimals?: number;
}

function toldOf(row: Row, index: number, kind: StatementKind, mistake: Mistake): Told {
  const told: Told = { amount: row.amount, memo: row.memo };
  if (index > 0) return told;
  if (kind === 'seen') return { ...told, amount: mistake.mistakenInMempool ?? mistake.misread ?? row.amount };
  if (mistake.misread !== undefined) return { ...told, amount: mistake.misread };
  const isFirst = kind === 'mined';
  if (mistake.corrected === 'amount' && isFirst) return { ...told, amount: row.amount - 1n };
  if (mistake.corrected === 'report' && isFirst) return { ...told, amount: row.amount - 1n };
  if (mistake.corrected === 'memo' && isFirst) return { ...told, memo: row.memo === '76' ? undefined : '76' };
  if (mistake.corrected === 'decimals') {
    return isFirst ? { ...told, amount: row.amount * 100n, decimals: 8 } : { ...told, decimals: 6 };
  }
  return told;
}

function name(events: { next: number }): string {
  events.next += 1;
  return `e${events.next}`;
}
