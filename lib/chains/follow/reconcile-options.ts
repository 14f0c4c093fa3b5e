import { invalidOption } from '../../errors.ts';
import type { NetworkTable } from '../../networks/table.ts';
import { refuseUnknownKeys } from '../../util/known-keys.ts';
import type { ChainCheck } from '../kit/chain-check.ts';

/** How the blocks of the chains are read for what no callback reported. */
export interface ReconcileOptions {
  /**
   * Blocks of a network that are read in a minute at the most, in each process; or numbers by network (CAIP-2 or name), where `false` reads
   * none. Default 300.
   */
  blocksPerMinute?: number | Readonly<Record<string, number | false>>;
}

const defaultBlocksPerMinute = 300;

/** How many blocks of a network may be read in a minute; false for none. Throws `OPTION_INVALID`. */
export function readReconcileOptions(
  given: boolean | ReconcileOptions | undefined,
  chains: readonly ChainCheck[],
  networks: NetworkTable,
): (network: string) => number | false {
  if (given === false) return () => false;
  if (given === undefined || given === true) return () => defaultBlocksPerMinute;
  if (typeof given !== 'object' || given === null)
    throw invalidOption('reconcile', 'must be true, false or an object: { blocksPerMinute: 300 }');
  refuseUnknownKeys(given, ['blocksPerMinute'], 'reconcile');
  const { blocksPerMinute = defaultBlocksPerMinute } = given;
  if (typeof blocksPerMinute !== 'object') {
    const most = bound('reconcile.blocksPerMinute', blocksPerMinute);
    return () => most;
  }
  const byNetwork = new Map<string, number | false>();
  for (const [name, most] of Object.entries(blocksPerMinute)) {
    const option = `reconcile.blocksPerMinute['${name}']`;
    const network = networks.find(name)?.id;
    if (!chains.some((chain) => chain.network === network))
      throw invalidOption(option, 'names a network without a chain check');
    byNetwork.set(network ?? name, most === false ? false : bound(option, most));
  }
  return (network) => byNetwork.get(network) ?? defaultBlocksPerMinute;
}

function bound(option: string, value: number): number {
  if (!Number.isSafeInteger(value) || value < 1) throw invalidOption(option, 'must be a positive integer');
  return value;
}
