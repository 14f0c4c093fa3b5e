import type { Dice } from '../deposits/model.ts';
import type { Branch } from './world.ts';

/** One transfer, with the names that its place has. */
export interface Row {
  amount: bigint;
  memo: string | undefined;
  /** By vocabulary: `native`, `log`, `trace`, `out`. */
  places: Readonly<Record<string, string>>;
  /** A provider's private id of it. */
  id: string;
}

/** A block that holds the transaction from one tick until another. */
export interface Inclusion {
  hash: string;
  from: number;
  until: number;
  rows: readonly Row[];
}

export interface Chain {
  reorgDepth: number;
  confirmations: number;
  inclusions: readonly Inclusion[];
  end: number;
  hasMemos: boolean;
  paysOnce: boolean;
}

const forEver = Number.POSITIVE_INFINITY;

/** A transaction on a chain that reorganises: where it was, when, and what it held. `mayChange`: a contract may pay otherwise in another block. */
export function inventChain(roll: Dice, mayChange: boolean): Chain {
  const reorgDepth = 3 + roll.below(4);
  const confirmations = roll.chance(0.4) ? reorgDepth : 1 + roll.below(reorgDepth - 1);
  const paysOnce = roll.chance(0.15);
  const hasMemos = paysOnce || roll.chance(0.15);
  const style = roll.pick(['native', 'log', 'trace', 'out']);
  const count = paysOnce || style === 'native' || roll.chance(0.6) ? 1 : 2;
  const rows = Array.from({ length: count }, () => ({
    amount: roll.pick([5n, 7n, 12n]),
    memo: hasMemos && roll.chance(0.6) ? roll.pick(['76', '77']) : undefined,
  }));
  const inclusions: Inclusion[] = [];
  let tick = 1 + roll.below(2);
  const reorgs = roll.chance(0.5) ? 0 : 1 + roll.below(2);
  for (let index = 0; index <= reorgs; index += 1) {
    const stays = index === reorgs && roll.chance(0.75);
    const until = stays ? forEver : tick + 1 + roll.below(reorgDepth - 1);
    const isChanged = mayChange && style !== 'out' && index > 0 && roll.chance(0.2);
    const offset = roll.below(3);
    inclusions.push({
      hash: `0xb${index}`,
      from: tick,
      until,
      rows: rows.map((row, place) => ({
        ...row,
        amount: isChanged && place === 0 ? 9n : row.amount,
        places: placesOf(style, place, offset),
        id: `t${place}`,
      })),
    });
    if (!stays) tick = until + roll.below(3);
  }
  const end = (inclusions.at(-1)?.from ?? 0) + reorgDepth + 2;
  return { reorgDepth, confirmations, inclusions, end, hasMemos, paysOnce };
}

/** A native transfer may be told as the transaction's own or as its outermost call. */
function placesOf(style: string, place: number, offset: number): Record<string, string> {
  if (style === 'native') return { native: 'native', trace: 'trace:0' };
  if (style === 'out') return { out: `out:${place}` };
  return { [style]: `${style}:${offset + place}` };
}

export function branchOf({ hash, rows }: Inclusion): Branch {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[keyOf(row)] = (counts[keyOf(row)] ?? 0) + 1;
  return { hash, rows: counts };
}

export function keyOf({ amount, memo }: { amount: bigint; memo?: string | undefined }): string {
  return memo === undefined ? `${amount}` : `${amount}|${memo}`;
}
