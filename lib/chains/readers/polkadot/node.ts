import { blake2b } from '@noble/hashes/blake2';
import { LRUCache } from 'lru-cache';
import { DepositCallbackError } from '../../../errors.ts';
import { array, integer, type Json, text } from '../../../json/json.ts';
import { blockHashOn } from '../../../networks/canonical.ts';
import type { Network } from '../../../networks/network.ts';
import { inTurns } from '../../../util/turns.ts';
import { askNode } from '../../kit/ask-node.ts';
import type { ChainBlock } from '../../kit/chain-check.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';
import type { SubstrateDriver } from './driver.ts';
import { type EventCodec, eventCodec } from './events.ts';
import { type Extrinsic, readExtrinsics } from './transfers.ts';

export interface SubstrateHeader extends ChainBlock {
  parentHash: string;
}

/** The questions that one node is asked. Each rejects when it does not answer, or not with what was asked for. */
export interface SubstrateNode {
  genesisHash(): Promise<string>;
  /** The newest finalized block. */
  head(): Promise<SubstrateHeader>;
  /** Whether the node has a block of this number, finalized or not. */
  hasBlock(number: bigint): Promise<boolean>;
  /** The block of this number, which the caller knows to be finalized; undefined if the node has none. */
  header(number: bigint): Promise<SubstrateHeader | undefined>;
  extrinsics(header: SubstrateHeader): Promise<readonly Extrinsic[]>;
  /** The places of the extrinsics with this hash in a block, final or not, that is named by its hash or its number. */
  placesOf(extrinsic: string, block: Partial<ChainBlock>): Promise<readonly string[]>;
}

const headersKept = 10_000;
// A node serves one runtime at a time; `reconcile` may read blocks of several.
const codecsKept = 4;

export function substrateNode(
  client: RpcClient,
  network: Network,
  driver: () => Promise<SubstrateDriver>,
): SubstrateNode {
  // A finalized block never changes.
  const headers = new LRUCache<bigint, SubstrateHeader>({ max: headersKept });
  const codecs = new LRUCache<string, Promise<EventCodec>>({ max: codecsKept });

  const ask = askNode(client, 'a Substrate node');
  const readHash = (json: Json): string => blockHashOn(network, text(json, ''));
  const hashOf = (number: bigint): Promise<string | undefined> =>
    ask('chain_getBlockHash', [Number(number)], (hash) => (hash === null ? undefined : readHash(hash)));
  const headerOf = async (hash: string): Promise<SubstrateHeader> => {
    const header = await ask('chain_getHeader', [hash], (json) => ({
      number: BigInt(readNumber(text(json, 'number'))),
      hash,
      parentHash: blockHashOn(network, text(json, 'parentHash')),
    }));
    headers.set(header.number, header);
    return header;
  };

  /** Of the runtime that made the events: a block that upgrades the runtime is still executed by the one before. */
  const codecOf = async ({ parentHash }: SubstrateHeader): Promise<EventCodec> => {
    const version = await ask(
      'state_getRuntimeVersion',
      [parentHash],
      (json) => `${text(json, 'specName')}/${integer(json, 'specVersion')}`,
    );
    const known = codecs.get(version) ?? readCodec(parentHash);
    codecs.set(version, known);
    known.catch(() => codecs.delete(version));
    return known;
  };
  const readCodec = async (hash: string): Promise<EventCodec> => {
    const loaded = await driver();
    return ask('state_getMetadata', [hash], (metadata) => eventCodec(loaded, text(metadata, '')));
  };

  return {
    async genesisHash() {
      const hash = await hashOf(0n);
      if (hash === undefined) throw new DepositCallbackError('REQUEST_FAILED', 'The node has no first block');
      return hash;
    },
    async head() {
      return headerOf(await ask('chain_getFinalizedHead', [], readHash));
    },
    hasBlock: async (number) => (await hashOf(number)) !== undefined,
    async header(number) {
      const known = headers.get(number);
      if (known) return known;
      const hash = await hashOf(number);
      const header = hash === undefined ? undefined : await headerOf(hash);
      if (header && header.number !== number) throw new TypeError('An answer about another block');
      return header;
    },
    async placesOf(extrinsic, block) {
      const hash = block.hash ?? (block.number === undefined ? undefined : await hashOf(block.number));
      if (hash === undefined) return [];
      return ask('chain_getBlock', [hash], (json) => {
        if (json === null) return [];
        const number = readNumber(text(json, 'block.header.number'));
        const hashes = array(json, 'block.extrinsics').map((one) => hashOfExtrinsic(text(one, '')));
        return hashes.flatMap((one, index) => (one === extrinsic ? [`${BigInt(number)}-${index}`] : []));
      });
    },
    async extrinsics(header) {
      const { key, decode } = await codecOf(header);
      return ask('state_getStorage', [key, header.hash], (events) =>
        inTurns(readExtrinsics(decode(text(events, '')), network)),
      );
    },
  };
}

/** As wallets and explorers name an extrinsic: the hash of its bytes. */
function hashOfExtrinsic(hex: string): string {
  if (!/^0x(?:[0-9a-f]{2})+$/i.test(hex)) throw new TypeError('An extrinsic must be hex');
  return `0x${Buffer.from(blake2b(Buffer.from(hex.slice(2), 'hex'), { dkLen: 32 })).toString('hex')}`;
}

/** `0x1a2b`, as serde writes a block number. */
function readNumber(hex: string): string {
  if (!/^0x[0-9a-f]{1,16}$/.test(hex)) throw new TypeError('Not a block number');
  return hex;
}
