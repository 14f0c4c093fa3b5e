import { resolveNames } from '../../checks/resolve-names.ts';
import type { Transfer } from '../../deposits/transfer.ts';
import { builtInNetworks } from '../../networks/registry.ts';
import type { Reading } from '../../providers/kit/provider.ts';

/**
 * A reading whose networks and assets are those of the package's own table, CAIP-2 and CAIP-19, as far as it knows them: two
 * readings that mean the same are then equal, whatever names they use.
 */
export function resolvedReading(reading: Reading): Reading {
  return { ...reading, transfers: reading.transfers.map(resolvedTransfer) };
}

function resolvedTransfer(transfer: Transfer): Transfer {
  const names = resolveNames(transfer, { name: '' }, { networks: builtInNetworks, assetOf: () => undefined });
  if ('code' in names || names.asset === undefined) return transfer;
  return { ...transfer, network: names.network.id, asset: names.asset };
}
