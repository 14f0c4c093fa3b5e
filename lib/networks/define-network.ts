import { invalidOption } from '../errors.ts';
import { refuseUnknownKeys } from '../util/known-keys.ts';
import { checkedCodec } from './checked-codec.ts';
import { type Aliases, aliasesOf, type Codec, type NativeAsset, type Network } from './network.ts';
import { builtInNetworks } from './registry.ts';
import { AliasTaken, type NetworkTable, networkTable } from './table.ts';

/**
 * The definition of a network of your own, or changes to one of the package. For a network that the package lists, and
 * for any `eip155:N`, only `id` is required; any other needs `codec` and `native`.
 */
export interface NetworkDefinition {
  /** CAIP-2, for example `eip155:57073`. */
  id: string;
  /** For messages. Default: that of the package, or the id. */
  name?: string;
  /** Names that providers use, beside those that the package knows: for all, or by provider: `{ alchemy: 'INK_MAINNET' }`. */
  aliases?: Aliases;
  /** Confirmations needed if `policy.confirmations` has no entry. Default: that of the package; of an EVM network, 64. */
  confirmations?: number;
  /** A block with this many confirmations is final. Default: that of the package; of an EVM network, 256. */
  reorgDepth?: number;
  /** Time that a deposit may wait before `stuck` is raised. Default 3600000 (an hour). */
  stuckAfterMs?: number;
  /** Default of an EVM network: `eip155:N/slip44:60`, ETH, 18 decimals. */
  native?: Omit<NativeAsset, 'asset'> & { asset?: string };
  /** The text forms of accounts and transactions. Default: that of the package. */
  codec?: Codec;
  /** Default: `eip155` for an EVM network, else the namespace of the id. */
  family?: string;
  /** Whether accounts are shared and distinguished by a memo. Default false. */
  hasMemos?: boolean;
  /** Whether a transaction pays by outputs, so that a row is an output. Default `'account'`. */
  inputsModel?: 'account' | 'utxo';
  testnet?: boolean;
  /** Why so many confirmations. */
  confirmationsReason?: string;
}

const keys = [
  ...['id', 'name', 'aliases', 'confirmations', 'reorgDepth', 'stuckAfterMs', 'native', 'codec', 'family', 'hasMemos'],
  ...['inputsModel', 'testnet', 'confirmationsReason'],
];
const hour = 3_600_000;

/**
 * Creates a network from its definition, for the option `networks`, which accepts definitions too. Throws
 * `OPTION_INVALID`.
 *
 * @example
 * defineNetwork({ id: 'eip155:57073', name: 'Ink', confirmations: 60, reorgDepth: 900, aliases: { alchemy: 'INK_MAINNET' } })
 */
export function defineNetwork(definition: NetworkDefinition): Network {
  if (typeof definition !== 'object' || definition === null) throw invalidOption('networks', 'must list { id, ... }');
  const { id } = definition;
  if (typeof id !== 'string' || !/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/.test(id)) {
    throw invalidOption(
      'networks',
      `${JSON.stringify(id) ?? 'an id that is missing'} is not a CAIP-2 id, for example eip155:57073`,
    );
  }
  const option = `networks[${id}]`;
  refuseUnknownKeys(definition, keys, option);
  const base = baseOf(id, option);
  const confirmations = atLeastOne(definition.confirmations ?? base?.confirmations, `${option}.confirmations`);
  return Object.freeze({
    id,
    name: definition.name ?? base?.name ?? id,
    family: base?.family ?? definition.family ?? id.slice(0, id.indexOf(':')),
    codec: codecOf(definition, base, option),
    aliases: mergedAliases(definition.aliases, base),
    confirmations,
    confirmationsReason: definition.confirmationsReason ?? base?.confirmationsReason ?? 'As the settings define it',
    reorgDepth: reorgDepthOf(definition, confirmations, base, option),
    stuckAfterMs: atLeastOne(definition.stuckAfterMs ?? base?.stuckAfterMs ?? hour, `${option}.stuckAfterMs`),
    native: nativeOf(definition, base, option),
    hasMemos: definition.hasMemos ?? base?.hasMemos ?? false,
    inputsModel: definition.inputsModel ?? base?.inputsModel ?? 'account',
    testnet: definition.testnet ?? base?.testnet ?? false,
  });
}

/** The package's networks, and those of the option `networks`. Throws `OPTION_INVALID`. */
export function tableWith(definitions: readonly NetworkDefinition[] = []): NetworkTable {
  if (!Array.isArray(definitions)) throw invalidOption('networks', 'must be a list of { id, ... }');
  if (definitions.length === 0) return builtInNetworks;
  const defined = definitions.map(defineNetwork);
  const ids = new Set(defined.map(({ id }) => id));
  if (ids.size < defined.length) throw invalidOption('networks', 'has a duplicate id; remove one');
  try {
    return networkTable([...builtInNetworks.all.filter(({ id }) => !ids.has(id)), ...defined]);
  } catch (error) {
    if (error instanceof AliasTaken) throw invalidOption('networks', `${error.message}; leave it out`);
    throw error;
  }
}

/** What the package knows of it. An id that is another name of a listed network is refused, so that it has one id. */
function baseOf(id: string, option: string): Network | undefined {
  const known = builtInNetworks.find(id);
  if (known === undefined || known.id === id) return known;
  throw invalidOption(option, `is another name of ${known.id}; use that id`);
}

function codecOf({ codec }: NetworkDefinition, base: Network | undefined, option: string): Codec {
  if (codec === undefined) {
    if (base !== undefined) return base.codec;
    throw invalidOption(`${option}.codec`, 'is required: the package does not know the address format of this network');
  }
  if (base !== undefined && codec !== base.codec)
    throw invalidOption(`${option}.codec`, 'must be omitted: the package has a codec for this network');
  return base === undefined ? checkedCodec(codec, option) : codec;
}

function nativeOf({ id, native }: NetworkDefinition, base: Network | undefined, option: string): NativeAsset {
  const {
    asset = base?.native.asset,
    symbol = base?.native.symbol,
    decimals = base?.native.decimals,
    ...rest
  } = native ?? {};
  const isAsset = typeof asset === 'string' && asset.startsWith(`${id}/slip44:`);
  if (!isAsset) throw invalidOption(`${option}.native.asset`, `must be CAIP-19, for example ${id}/slip44:60`);
  if (typeof symbol !== 'string' || symbol === '') throw invalidOption(`${option}.native.symbol`, 'must be a string');
  if (!Number.isSafeInteger(decimals) || Number(decimals) < 0 || Number(decimals) > 77)
    throw invalidOption(`${option}.native.decimals`, 'must be an integer from 0 to 77');
  return Object.freeze({ ...base?.native, ...rest, asset, symbol, decimals: Number(decimals) });
}

// Final before it is credited: then nothing would ever be watched for a reorg.
function reorgDepthOf(
  { reorgDepth }: NetworkDefinition,
  confirmations: number,
  base: Network | undefined,
  option: string,
): number {
  if (reorgDepth === undefined && base !== undefined) return Math.max(base.reorgDepth, confirmations);
  const depth = atLeastOne(reorgDepth, `${option}.reorgDepth`);
  if (depth >= confirmations) return depth;
  throw invalidOption(`${option}.reorgDepth`, `must be at least the ${confirmations} confirmations that are needed`);
}

function mergedAliases(given: Aliases | undefined, base: Network | undefined): Aliases {
  const merged: Record<string, readonly string[]> = Object.create(null);
  for (const aliases of [base?.aliases ?? [], given ?? []]) {
    for (const [speaker, names] of aliasesOf({ aliases }))
      merged[speaker] = [...new Set([...(merged[speaker] ?? []), ...names])];
  }
  return merged;
}

function atLeastOne(value: unknown, option: string): number {
  if (!Number.isSafeInteger(value) || Number(value) < 1) throw invalidOption(option, 'must be a positive integer');
  return Number(value);
}
