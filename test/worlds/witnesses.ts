import { existsSync, readFileSync } from 'node:fs';
import { makeSigner, providerNames } from '../../lib/cli/provider-table.ts';

/** The traits of one provider of the package. */
export interface Likeness {
  like: string;
  positions: readonly string[];
  namesBlocks: boolean;
  /** Of what is in the chain it names the block in some reports and not in others. */
  leavesOutBlocks: boolean;
  namesTimes: boolean;
  counts: boolean;
  meaning: number | undefined;
  reportsMemos: boolean;
  sendsRemovals: boolean;
}

interface Shown {
  kind: string;
  at?: number;
  confirmations?: number;
  transaction?: { position?: string; block?: { hash?: string } };
}

/**
 * The traits of every provider that names transactions: what it declares, and what its fixtures show of positions, blocks,
 * times and counts.
 */
export async function likenesses(): Promise<Likeness[]> {
  const found: Likeness[] = [];
  for (const name of providerNames) {
    const provider = await makeSigner(name);
    const shown = shownBy(name);
    if (provider.keyedBy !== 'transaction' || shown.length === 0) continue;
    const { reportsConfirmations: reports, reportsMemos, sendsRemovals } = provider;
    const vocabularies = shown.flatMap(({ transaction }) => transaction?.position?.split(':', 1) ?? []);
    const inChain = shown.filter(({ kind }) => kind === 'mined' || kind === 'confirmed');
    found.push({
      like: name,
      positions: [...new Set(vocabularies)].sort(),
      namesBlocks: shown.some(({ transaction }) => transaction?.block?.hash !== undefined),
      leavesOutBlocks: inChain.some(({ transaction }) => transaction?.block?.hash === undefined),
      namesTimes: shown.some(({ at }) => at !== undefined),
      counts: reports === 'count',
      meaning: typeof reports === 'object' ? 3 : undefined,
      reportsMemos,
      sendsRemovals,
    });
  }
  return found;
}

function shownBy(name: string): Shown[] {
  const file = new URL(`../fixtures/providers/${name}/cases.json`, import.meta.url);
  if (!existsSync(file)) return [];
  const { cases }: { cases: { reading?: { transfers?: Shown[] } }[] } = JSON.parse(readFileSync(file, 'utf8'));
  return cases.flatMap(({ reading }) => reading?.transfers ?? []);
}
