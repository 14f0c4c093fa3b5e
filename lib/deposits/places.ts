import { placeOf } from './positions.ts';
import type { Statement } from './statement.ts';

/** Rows, counted by where on the chain they say they are: how many others are told apart from a row is one look. */
export interface Places {
  readonly rows: number;
  /** Rows that compare with one another, and of these the rows of one position. */
  readonly comparable: ReadonlyMap<string, number>;
  readonly there: ReadonlyMap<string, number>;
}

export function placesOf(rows: Iterable<Statement>): Places {
  const comparable = new Map<string, number>();
  const there = new Map<string, number>();
  let count = 0;
  for (const row of rows) {
    count += 1;
    const place = placeOf(row);
    if (place === undefined) continue;
    comparable.set(place.among, (comparable.get(place.among) ?? 0) + 1);
    there.set(nameOf(place), (there.get(nameOf(place)) ?? 0) + 1);
  }
  return { rows: count, comparable, there };
}

/** How many of them may be the same transfer as the row: those that are not told apart from it (`areToldApart`). */
export function perhapsSame(row: Statement, { rows, comparable, there }: Places): number {
  const place = placeOf(row);
  if (place === undefined) return rows;
  return rows - (comparable.get(place.among) ?? 0) + (there.get(nameOf(place)) ?? 0);
}

function nameOf({ among, text }: { among: string; text: string }): string {
  return `${among}\n${text}`;
}
