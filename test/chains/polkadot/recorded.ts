import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { getDynamicBuilder, getLookupFn } from '@polkadot-api/metadata-builders';
import { decAnyMetadata, unifyMetadata } from '@polkadot-api/substrate-bindings';
import { type ScriptedNode, scriptedNode } from '../scripted-node.ts';

export const polkadot = 'polkadot:91b171bb158e2d3848fa23a9f1c25182';
export const dot = `${polkadot}/slip44:354`;
export const assetHub = 'polkadot:68d56f15f85d3136970ec16946040bc1';
export const kusama = 'polkadot:b0a8d493285c2df73290dfb7e61f870f';
export const kusamaHub = 'polkadot:48239ef607d7928874027a43a6768920';
export const genesisOf: Readonly<Record<string, string>> = {
  [polkadot]: '0x91b171bb158e2d3848fa23a9f1c25182fb8e20313b2c1eb49219da7a70ce90c3',
  [assetHub]: '0x68d56f15f85d3136970ec16946040bc1752654e906147f7e43e9d539d7c3de2f',
  [kusama]: '0xb0a8d493285c2df73290dfb7e61f870f17b41801197a149ca93654499ea3dafe',
  [kusamaHub]: '0x48239ef607d7928874027a43a67689209727dfb3d3dc5e5b03a39bdc2eda771a',
};

/** A block, as a node gives it. */
export interface Block {
  name: string;
  hash: string;
  header: { number: string; parentHash: string };
  /** `System.Events`, hex. */
  events: string;
}

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/chains/polkadot/${name}`, import.meta.url));
const metadataOf = (name: string): string => `0x${gunzipSync(fixture(`${name}-metadata.gz`)).toString('hex')}`;

/** What a real runtime has executed; README.md beside it says how. */
export const rococo = JSON.parse(fixture('rococo-9140.json').toString()) as {
  accounts: Record<'alice' | 'bob' | 'carol' | 'dave' | 'erin' | 'newbie' | 'multi', string>;
  /** Of two of them, above the second fork, in smallest units. */
  balances: Record<'bob' | 'erin', string>;
  version: { specName: string; specVersion: number };
  blocks: Block[];
};

/** A runtime: how a node names it, and its metadata. */
export interface Runtime {
  version: { specName: string; specVersion: number };
  metadata: string;
}

/** The metadata of Polkadot's Asset Hub with Kusama's form of addresses: `System.SS58Prefix`, two bytes after their type and length. */
function asOnKusama(metadata: string): string {
  const name = Buffer.from('SS58Prefix').toString('hex');
  const changed = metadata.replace(new RegExp(`(${name}(?:..){1,2}08)0000`), '$10200');
  if (changed === metadata) throw new Error('The metadata has no prefix of addresses');
  return changed;
}

export const runtimes = {
  rococo: { version: rococo.version, metadata: metadataOf('rococo-9140') },
  assetHub: { version: { specName: 'statemint', specVersion: 2_000_000 }, metadata: metadataOf('asset-hub-polkadot') },
  kusamaHub: {
    version: { specName: 'statemine', specVersion: 2_000_000 },
    metadata: asOnKusama(metadataOf('asset-hub-polkadot')),
  },
} satisfies Record<string, Runtime>;

const mainChain = (fork: 'A' | 'B'): Block[] =>
  rococo.blocks.filter(({ name }) => !name.startsWith('fork') || name.startsWith(`fork${fork}`));
/** The recorded chain, by one of its two forks. */
export const chains = { a: mainChain('A'), b: mainChain('B') };

const builder = getDynamicBuilder(getLookupFn(unifyMetadata(decAnyMetadata(runtimes.assetHub.metadata))));
const eventsOf = builder.buildStorage('System', 'Events');
const weight = { ref_time: 1n, proof_size: 1n };
const dispatch_info = {
  weight,
  class: { type: 'Normal', value: undefined },
  pays_fee: { type: 'Yes', value: undefined },
};

/** An event of Asset Hub, in the extrinsic of this index or, without one, of the block itself. */
export function event(extrinsic: number | undefined, pallet: string, name: string, fields: object): object {
  const phase =
    extrinsic === undefined
      ? { type: 'Initialization', value: undefined }
      : { type: 'ApplyExtrinsic', value: extrinsic };
  return { phase, event: { type: pallet, value: { type: name, value: fields } }, topics: [] };
}

export const succeeded = (extrinsic: number): object =>
  event(extrinsic, 'System', 'ExtrinsicSuccess', { dispatch_info });

/** A block of Asset Hub with these events, encoded by the metadata of its runtime. */
export function hubBlock(number: number, events: readonly object[]): Block {
  const hash = (of: number): string => `0x${of.toString(16).padStart(64, 'a')}`;
  const header = { number: `0x${number.toString(16)}`, parentHash: hash(number - 1) };
  return {
    name: 'made',
    hash: hash(number),
    header,
    events: `0x${Buffer.from(eventsOf.value.enc(events)).toString('hex')}`,
  };
}

export const questions = {
  genesis: 'chain_getBlockHash [0]',
  hash: (number: number) => `chain_getBlockHash [${number}]`,
  head: 'chain_getFinalizedHead []',
  header: (hash: string) => `chain_getHeader ["${hash}"]`,
  version: (hash: string) => `state_getRuntimeVersion ["${hash}"]`,
  metadata: (hash: string) => `state_getMetadata ["${hash}"]`,
  events: (hash: string) => `state_getStorage ["${eventsOf.keys.enc()}","${hash}"]`,
};

type Script = Record<string, string | { code: number; message: string }>;

/** What a node answers about these blocks, of which those up to `final` are finalized (default: all). */
export function answersOf(
  blocks: readonly Block[],
  { runtime = runtimes.rococo, final = Number.POSITIVE_INFINITY }: { runtime?: Runtime; final?: number } = {},
): Script {
  const script: Script = {};
  for (const { hash, header, events } of blocks) {
    const { parentHash } = header;
    const number = Number(header.number);
    script[questions.hash(number)] = JSON.stringify(hash);
    script[questions.header(hash)] = JSON.stringify(header);
    script[questions.version(parentHash)] = JSON.stringify(runtime.version);
    script[questions.metadata(parentHash)] = JSON.stringify(runtime.metadata);
    script[questions.events(hash)] = JSON.stringify(events);
    if (number <= final) script[questions.head] = JSON.stringify(hash);
  }
  return script;
}

export interface SubstrateServer extends ScriptedNode {
  /** A test may change it. */
  script: Script;
}

export async function substrateServer(t: TestContext, script: Script, network = polkadot): Promise<SubstrateServer> {
  const whole = { [questions.genesis]: JSON.stringify(genesisOf[network]), ...script };
  return { ...(await scriptedNode(t, whole)), script: whole };
}
