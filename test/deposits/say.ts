import type { Statement, StatementKind } from '../../lib/deposits/statement.ts';

const kinds = new Set(['seen', 'mined', 'confirmed', 'failed', 'removed']);

/** Confirmations of `confirmed` and `mined` where the text names none: those that most tests ask, and fewer. */
const counts: Partial<Record<StatementKind, number>> = { mined: 1, confirmed: 12 };

/**
 * Statements in short: `A confirmed 5 log:3 X`. Provider, kind; then in any order amounts (several are rows of one event), a
 * position, a block (`X`, or `-` for none), `x17` confirmations, `@3` the event's own time, `m:tag` a memo,
 * `e:7` the event (each text is an event of its own otherwise).
 */
export function say(...texts: readonly string[]): Statement[] {
  return texts.flatMap((text, index) => rowsOf(text, `${index}`));
}

function rowsOf(text: string, event: string): Statement[] {
  const [provider = '', kind = '', ...words] = text.split(/[\s,]+/);
  if (!isKind(kind)) throw new TypeError(`No kind of statement: ${kind}`);
  const common: Omit<Statement, 'amount' | 'row'> = { provider, kind, eventId: event };
  const count = counts[kind];
  if (count !== undefined) common.confirmations = count;
  const amounts: bigint[] = [];
  for (const word of words) {
    if (/^\d+$/.test(word)) amounts.push(BigInt(word));
    else if (/^x\d+$/.test(word)) common.confirmations = Number(word.slice(1));
    else if (/^@\d+$/.test(word)) common.at = Number(word.slice(1));
    else if (/^[XYZ]$/.test(word)) common.blockHash = word;
    else if (word.startsWith('m:')) common.memo = word.slice(2);
    else if (word.startsWith('e:')) common.eventId = word;
    else if (/^(native|[a-z]+:.+)$/.test(word)) common.position = word;
    else if (word !== '-') throw new TypeError(`What is ${word}?`);
  }
  if (amounts.length === 0) amounts.push(0n);
  return amounts.map((amount, row) => ({ ...common, amount, row }));
}

function isKind(text: string): text is StatementKind {
  return kinds.has(text);
}

/** Every order of a few things; of many, the given and the reversed order and each rotation. */
export function orders<T>(things: readonly T[]): T[][] {
  if (things.length > 6) {
    const rotations = things.map((_, index) => [...things.slice(index), ...things.slice(0, index)]);
    return [...rotations, things.toReversed()];
  }
  if (things.length < 2) return [[...things]];
  return things.flatMap((first, index) =>
    orders([...things.slice(0, index), ...things.slice(index + 1)]).map((rest) => [first, ...rest]),
  );
}
