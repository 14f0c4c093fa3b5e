import type { FoldRules, ProviderRules } from '../../lib/deposits/fold-rules.ts';
import type { Statement, StatementKind, StoredStatement } from '../../lib/deposits/statement.ts';
import { stored } from './inbox.ts';

/**
 * A truth to compare with: one transaction on a chain that reorganises, and providers that see it late, lose, repeat and
 * re-send what they say. It knows nothing of the rules under test: it tells what was on the chain, and what was said.
 */
export interface World {
  rules: FoldRules;
  /** In the order in which they were said; every one of them was delivered at least once. */
  said: StoredStatement[];
  /** In the order in which they arrive, repetitions too. */
  arrivals: StoredStatement[];
  /** Copies by `amount` or `amount|memo` in the block that stayed; empty where none did. */
  truth: Record<string, number>;
  /** Whether a block stayed, even one in which the transaction failed. */
  isSettled: boolean;
  /** Copies in each block that ever held the transaction. */
  branches: Record<string, number>[];
  /** Copies that one delivered event (or all outputs told) of one provider confirmed in the block that stayed. */
  confirmed: Record<string, number>;
  providers: readonly Witness[];
}

/**
 * - `deep`: as many confirmations are asked as a reorg can undo, so no removal is needed.
 * - `shallow`: fewer are asked; every provider names blocks and times, and its removals arrive.
 * - `silent`: as plain, but nobody sends removals.
 * - `none`: fewer are asked, and removals may be lost or never sent, blocks and times not named.
 * - `plain`: as shallow, and nobody leaves anything out: nothing may be held, and nothing may be missing.
 */
export type Guarantee = 'deep' | 'shallow' | 'plain' | 'silent' | 'none';

export interface Witness {
  name: string;
  namesBlocks: boolean;
  namesPositions: boolean;
  namesTimes: boolean;
  tellsMemos: boolean;
  sendsRemovals: boolean;
  /** Reports one row with the sum, as some UTXO services do. */
  tellsTotals: boolean;
  /** All rows in one event, or an event for each. */
  inOneEvent: boolean;
  /** Says "confirmed" without a count. */
  saysOnlyConfirmed: boolean;
  /** Ticks that it is behind. */
  lag: number;
  /** Ticks that its clock cannot tell apart. */
  coarseness: number;
  loss: number;
}

interface Row {
  amount: bigint;
  memo: string | undefined;
  position: string;
}

interface Inclusion {
  hash: string;
  from: number;
  /** First tick at which it is no longer on the chain. */
  until: number;
  rows: readonly Row[];
  failed: boolean;
}

/** Chances of one run, all from one seed (mulberry32). */
export interface Dice {
  below(n: number): number;
  chance(p: number): boolean;
  pick<T>(things: readonly T[]): T;
  shuffle<T>(things: readonly T[]): T[];
}

export function dice(seed: number): Dice {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  return diceOver(
    (n) => Math.floor(next() * n),
    (p) => next() < p,
  );
}

/** Dice over a source of numbers and of chances. */
export function diceOver(below: Dice['below'], chance: Dice['chance']): Dice {
  return {
    below,
    chance,
    pick(things) {
      const picked = things[below(things.length)];
      if (picked === undefined) throw new RangeError('Nothing to pick from');
      return picked;
    },
    shuffle(things) {
      const mixed = [...things];
      for (let last = mixed.length - 1; last > 0; last -= 1) {
        const other = below(last + 1);
        [mixed[last], mixed[other]] = [mixed[other], mixed[last]] as [never, never];
      }
      return mixed;
    },
  };
}

export function inventWorld(seed: number, guarantee: Guarantee): World {
  const roll = dice(seed);
  const reorgDepth = 3 + roll.below(4);
  const confirmations = guarantee === 'deep' ? reorgDepth + roll.below(2) : 1 + roll.below(reorgDepth - 1);
  const isPlain = guarantee === 'plain' || guarantee === 'silent';
  const hasMemos = !isPlain && roll.chance(0.2);
  const witnesses = inventWitnesses(roll, guarantee, hasMemos);
  const chain = inventChain(
    roll,
    reorgDepth,
    hasMemos,
    witnesses.some((one) => one.tellsTotals),
  );
  const end = (chain.at(-1)?.from ?? 0) + reorgDepth + confirmations + 2;
  const last = chain.at(-1);
  const stays = last && last.until === Number.POSITIVE_INFINITY && !last.failed ? last : undefined;

  const told: Said[] = [];
  for (const witness of witnesses)
    told.push(...testimony(roll, witness, chain, end, confirmations, guarantee === 'shallow'));
  const said = told.map((one) => one.statement);
  return {
    rules: {
      confirmations,
      reorgDepth,
      quorum: !isPlain && roll.chance(0.2) ? 2 : 1,
      networkHasMemos: hasMemos,
      providers: providerRules(witnesses, confirmations),
    },
    said,
    arrivals: arrivalsOf(roll, said),
    isSettled: last?.until === Number.POSITIVE_INFINITY,
    truth: countRows(stays?.rows ?? []),
    branches: chain.map((one) => countRows(one.failed ? [] : one.rows)),
    confirmed: stays ? confirmedIn(stays, told, confirmations, witnesses) : {},
    providers: witnesses,
  };
}

function providerRules(witnesses: readonly Witness[], confirmations: number): Record<string, Partial<ProviderRules>> {
  return Object.fromEntries(
    witnesses.map((one) => [
      one.name,
      { reportsMemos: one.tellsMemos, reportsConfirmations: one.saysOnlyConfirmed ? confirmations : 'count' },
    ]),
  );
}

function inventWitnesses(roll: Dice, guarantee: Guarantee, hasMemos: boolean): Witness[] {
  return ['A', 'B', 'C'].slice(0, 1 + roll.below(3)).map((name) => {
    const isFree = guarantee === 'deep' || guarantee === 'none';
    const isPlain = guarantee === 'plain' || guarantee === 'silent';
    return {
      name,
      namesBlocks: !isFree || roll.chance(0.7),
      namesPositions: isPlain || roll.chance(0.6),
      namesTimes: !isFree || roll.chance(0.7),
      tellsMemos: !hasMemos || roll.chance(0.7),
      sendsRemovals: guarantee !== 'silent' && (!isFree || roll.chance(0.5)),
      tellsTotals: isFree && roll.chance(0.1),
      inOneEvent: isPlain || roll.chance(0.6),
      saysOnlyConfirmed: roll.chance(0.3),
      lag: roll.below(3),
      coarseness: isPlain ? 1 : 1 + roll.below(3),
      loss: isPlain ? 0 : roll.pick([0, 0.2, 0.5]),
    };
  });
}

function inventChain(roll: Dice, reorgDepth: number, hasMemos: boolean, isUtxo: boolean): Inclusion[] {
  const style = isUtxo ? 'out' : roll.pick(['out', 'log', 'trace']);
  const rows = Array.from({ length: 1 + roll.below(3) }, () => ({
    amount: roll.pick([5n, 7n, 12n]),
    memo: hasMemos && roll.chance(0.7) ? roll.pick(['m', 'n']) : undefined,
  }));
  const chain: Inclusion[] = [];
  let tick = roll.below(3);
  const count = 1 + roll.below(3);
  for (let index = 0; index < count; index += 1) {
    const isLast = index === count - 1;
    const stays = isLast && roll.chance(0.8);
    const from = tick;
    // Deeper than this no reorg reaches.
    const until = stays ? Number.POSITIVE_INFINITY : from + 1 + roll.below(reorgDepth - 1);
    const known = chain.length > 0 && roll.chance(0.2) ? roll.pick(chain) : undefined;
    const block = known ?? inventBlock(roll, `block ${index}`, style, rows);
    chain.push({ ...block, from, until });
    if (!stays) tick = until + roll.below(3);
  }
  return chain;
}

function inventBlock(
  roll: Dice,
  hash: string,
  style: string,
  rows: readonly Omit<Row, 'position'>[],
): Omit<Inclusion, 'from' | 'until'> {
  const offset = roll.below(4);
  const order = roll.shuffle(rows.map((_, index) => index));
  // Outputs are fixed by the transaction; what a contract does may differ from block to block.
  const isChanged = style !== 'out' && roll.chance(0.4);
  const placed = rows.map((row, index) => ({
    ...row,
    amount: isChanged && index === 0 ? roll.pick([5n, 7n, 9n]) : row.amount,
    position: style === 'out' ? `out:${index}` : `${style}:${offset + (order[index] ?? 0)}`,
  }));
  return { hash, rows: placed, failed: style !== 'out' && roll.chance(0.1) };
}

/** A statement with what it was truly about. */
interface Said {
  statement: StoredStatement;
  block: Inclusion;
}

/** All that one provider says, as far as it is delivered at all. */
function testimony(
  roll: Dice,
  witness: Witness,
  chain: readonly Inclusion[],
  end: number,
  asked: number,
  keepsRemovals: boolean,
): Said[] {
  const said: Said[] = [];
  let events = 0;
  const report = (block: Inclusion, kind: StatementKind, tick: number, depth: number): void => {
    for (const rows of eventsOf(block, kind, witness)) {
      events += 1;
      if (roll.chance(witness.loss) && !(kind === 'removed' && keepsRemovals)) continue;
      for (const [row, told] of rows.entries()) {
        const statement: Statement = { provider: witness.name, kind, amount: told.amount, eventId: `${events}`, row };
        if (told.memo !== undefined && witness.tellsMemos) statement.memo = told.memo;
        if (told.position !== '' && witness.namesPositions && kind !== 'seen') statement.position = told.position;
        if (witness.namesBlocks && kind !== 'seen') statement.blockHash = block.hash;
        if (witness.namesTimes) statement.at = Math.floor((tick + witness.lag) / witness.coarseness);
        if (depth > 0 && !witness.saysOnlyConfirmed) statement.confirmations = depth;
        said.push({ statement: stored(statement), block });
      }
    }
  };
  const [first] = chain;
  for (let tick = 0; tick <= end; tick += 1) {
    const gone = chain.find((one) => one.until === tick);
    if (gone && witness.sendsRemovals) report(gone, 'removed', tick, 0);
    const block = chain.find((one) => one.from <= tick && tick < one.until);
    if (block) {
      const depth = tick - block.from + 1;
      const isTurn = depth === 1 || depth === asked || tick === end || roll.chance(0.2);
      if (isTurn) report(block, block.failed ? 'failed' : depth >= asked ? 'confirmed' : 'mined', tick, depth);
    } else if (first && tick < first.from && roll.chance(0.3)) {
      report(first, 'seen', tick, 0);
    }
  }
  return said;
}

/** The rows of a report, by event. */
function eventsOf(block: Inclusion, kind: StatementKind, witness: Witness): Row[][] {
  if (kind === 'removed') return [[{ amount: 0n, memo: undefined, position: '' }]];
  if (witness.tellsTotals) {
    return [[{ amount: block.rows.reduce((sum, row) => sum + row.amount, 0n), memo: undefined, position: '' }]];
  }
  return witness.inOneEvent ? [[...block.rows]] : block.rows.map((row) => [row]);
}

/** Mixed up, some of them twice, and some sent afresh as another event. */
function arrivalsOf(roll: Dice, said: readonly StoredStatement[]): StoredStatement[] {
  const arrivals = [...said];
  for (const statement of said) {
    if (roll.chance(0.15)) arrivals.push(statement);
    if (roll.chance(0.1)) {
      const again: StoredStatement = { ...statement, eventId: `${statement.eventId} again` };
      arrivals.push({ ...again, id: `${statement.id} again` });
    }
  }
  return roll.chance(0.3) ? arrivals : roll.shuffle(arrivals);
}

function countRows(rows: readonly Row[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[keyOf(row)] = (counts[keyOf(row)] ?? 0) + 1;
  return counts;
}

function keyOf({ amount, memo }: { amount: bigint; memo?: string | undefined }): string {
  return memo === undefined ? `${amount}` : `${amount}|${memo}`;
}

/** The most copies of each amount that rows of one event confirmed in the block that stayed. */
function confirmedIn(
  stays: Inclusion,
  said: readonly Said[],
  asked: number,
  witnesses: readonly Witness[],
): Record<string, number> {
  const most: Record<string, number> = {};
  for (const witness of witnesses) {
    if (!witness.tellsMemos || witness.tellsTotals) continue;
    const byEvent = new Map<string, Record<string, number>>();
    for (const { statement, block } of said) {
      const depth = statement.confirmations ?? (statement.kind === 'confirmed' ? asked : 0);
      if (block !== stays || statement.provider !== witness.name || depth < asked) continue;
      const counts = byEvent.get(statement.eventId) ?? {};
      byEvent.set(statement.eventId, counts);
      counts[keyOf(statement)] = (counts[keyOf(statement)] ?? 0) + 1;
    }
    for (const counts of byEvent.values()) {
      for (const [key, copies] of Object.entries(counts)) most[key] = Math.max(most[key] ?? 0, copies);
    }
  }
  return most;
}
