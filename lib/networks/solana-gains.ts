/** What one owner holds more or less of one token, or of the coin, by one account of his. */
export interface Change {
  /** Undefined for the coin. */
  mint?: string;
  owner: string;
  /** Smallest units; negative for what left. */
  units: bigint;
  decimals?: number;
  /** Where it stands in the body: the same each time that it is read. */
  row: number;
}

/** What arrived: above zero, once all changes of one owner are counted together. */
export interface Gain extends Change {
  /** The one owner who holds less of the same afterwards; undefined if there is none, or several. */
  from?: string;
}

/** What a change that could not be read is known of, so that nothing is made of its neighbours without it. */
export interface Doubt {
  mint?: string;
  owner?: string;
}

/**
 * What each owner holds more of each token after a transaction. What moves between two accounts of one owner has not arrived
 * from anywhere. A gain that a doubt may speak of is left out.
 */
export function gainsOf(changes: readonly Change[], doubts: readonly Doubt[] = []): readonly Gain[] {
  const net = new Map<string, Change>();
  for (const change of changes) {
    const key = `${change.mint ?? ''}/${change.owner}`;
    const before = net.get(key);
    net.set(key, before === undefined ? change : { ...before, units: before.units + change.units });
  }
  const all = [...net.values()];
  return all
    .filter((change) => change.units > 0n && !doubts.some((doubt) => mayBeOf(doubt, change)))
    .map((gain) => {
      const losers = all.filter(({ mint, units }) => mint === gain.mint && units < 0n);
      const [loser] = losers;
      return losers.length === 1 && loser !== undefined ? { ...gain, from: loser.owner } : gain;
    });
}

function mayBeOf({ mint, owner }: Doubt, change: Change): boolean {
  return (mint === undefined || mint === change.mint) && (owner === undefined || owner === change.owner);
}
