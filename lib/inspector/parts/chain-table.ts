import type { ChainProgress } from '../../operator/chain-progress.ts';
import type { View } from '../view.ts';
import type { Html } from './html.ts';
import { ago, type Column, code, id, row, table } from './parts.ts';

/** How far the blocks of each network have been read. */
export function chainTable(view: View, chains: readonly ChainProgress[]): Html {
  const { words } = view;
  const { column } = words;
  const columns: Column[] = [
    { label: column.network },
    { label: column.block, kind: 'number' },
    { label: column.head, kind: 'number' },
    { label: column.behind, kind: 'number' },
    { label: column.perMinute, kind: 'number' },
    { label: column.behindSince },
    { label: column.code },
  ];
  const rows = chains.map(({ network, block, head, behind, blocksPerMinute, behindSince, code: trouble }) =>
    row(columns, [
      id(network),
      ...[block, head, behind, blocksPerMinute],
      behindSince === undefined ? words.none : ago(view, behindSince),
      code(trouble),
    ]),
  );
  return table(words.overview.chains, columns, rows);
}
