import type { CallbackType } from '../sending/callback-body.ts';

/** What a URL is told of; a list that is absent lets everything through. */
export interface Filters {
  networks?: readonly string[];
  /** Canonical CAIP-19. */
  assets?: readonly string[];
  types?: readonly FilteredType[];
}

/** A test is sent whatever the filters say. */
export type FilteredType = Exclude<CallbackType, 'test'>;

/** How filters stand in the database: JSON. */
export interface FilterColumns {
  networks: string | null;
  assets: string | null;
  types: string | null;
}

export const filteredTypes: readonly FilteredType[] = [
  'deposit.pending',
  'deposit.confirmed',
  'deposit.reverted',
  'deposit.failed',
  'heartbeat',
];

/** Whether what a deposit is about passes, whatever has become of it. */
export function takesAsset({ networks, assets }: Filters, network: string, asset: string): boolean {
  return (networks?.includes(network) ?? true) && (assets?.includes(asset) ?? true);
}

/** Whoever takes what may be taken back is told of that too: a credit would stand that is false. */
export function takesType({ types }: Filters, type: FilteredType): boolean {
  if (types === undefined || types.includes(type)) return true;
  return type === 'deposit.reverted' && (types.includes('deposit.pending') || types.includes('deposit.confirmed'));
}

export function readFilterColumns({ networks, assets, types }: FilterColumns): Filters {
  return {
    ...(networks === null ? {} : { networks: JSON.parse(networks) as string[] }),
    ...(assets === null ? {} : { assets: JSON.parse(assets) as string[] }),
    ...(types === null ? {} : { types: JSON.parse(types) as FilteredType[] }),
  };
}

/** In the order networks, assets, types. */
export function filterColumns({ networks, assets, types }: Filters): [string | null, string | null, string | null] {
  const text = (list: readonly string[] | undefined): string | null =>
    list === undefined ? null : JSON.stringify(list);
  return [text(networks), text(assets), text(types)];
}
