import { LRUCache } from 'lru-cache';
import { array, integer, type Json, member, optionalInteger, text } from '../../../json/json.ts';
import type { Network } from '../../../networks/network.ts';
import { askNode } from '../../kit/ask-node.ts';
import { NodeRefusal } from '../../kit/json-rpc.ts';
import type { RpcClient } from '../../kit/rpc-client.ts';
import { readTransaction, type SolanaTransaction } from './balances.ts';

/** A block of the chain. Its number is its slot: slots in which no block was made have none. */
export interface SolanaHeader {
  number: bigint;
  hash: string;
  /** Slot of the block before it; every slot between the two was skipped. */
  parentNumber: bigint;
  parentHash: string;
  /** Epoch ms; 0 if the node does not know it. */
  time: number;
}

/**
 * The questions that one node is asked, all of them about what is final. Each rejects when the node does not answer, or
 * not with what was asked for.
 */
export interface SolanaNode {
  genesisHash(): Promise<string>;
  /** Slot of the newest final block. */
  finalizedSlot(): Promise<bigint>;
  /** Slot of the first block that the node keeps. */
  firstSlotKept(): Promise<bigint>;
  /** Slot of the first final block from this one on; undefined if the node knows none. */
  firstBlockFrom(slot: bigint): Promise<bigint | undefined>;
  /** Undefined if the node has no final block of this slot, for whatever reason. */
  header(slot: bigint): Promise<SolanaHeader | undefined>;
  block(slot: bigint): Promise<{ header: SolanaHeader; transactions: readonly SolanaTransaction[] } | undefined>;
  /** With the slot of its block; undefined if the node finds it in no final block. */
  transaction(signature: string): Promise<(SolanaTransaction & { slot: bigint }) | undefined>;
  /** How far a transaction has come that the node saw lately; undefined if it did not. */
  commitment(signature: string): Promise<string | undefined>;
}

const commitment = 'finalized';
// The newest version. What it moves is read from its balances, whatever its version.
const maxSupportedTransactionVersion = 1;
const headersKept = 10_000;

// Of rpc-client-api/src/custom_error.rs in Agave. Two say "skipped, or missing": that alone tells neither from the other.
const noBlock = new Set([
  -32001, // Cleaned up.
  -32004, // Not available: newer than the newest.
  -32007, // Skipped, or missing since the node began from a newer snapshot.
  -32009, // Skipped, or missing in long-term storage.
  -32014, // Its status is not available yet.
]);

export function solanaNode(client: RpcClient, network: Network): SolanaNode {
  // A final block never changes.
  const headers = new LRUCache<bigint, SolanaHeader>({ max: headersKept });

  const ask = askNode(client, 'a Solana node');
  const askBlock = async <T>(slot: bigint, transactionDetails: string, read: (block: Json) => T) => {
    const config = { commitment, encoding: 'json', transactionDetails, rewards: false, maxSupportedTransactionVersion };
    try {
      return await ask('getBlock', [Number(slot), config], (block) => (block === null ? undefined : read(block)));
    } catch (error) {
      if (error instanceof NodeRefusal && noBlock.has(error.rpcCode)) return undefined;
      throw error;
    }
  };
  const kept = (header: SolanaHeader): SolanaHeader => {
    headers.set(header.number, header);
    return header;
  };

  return {
    genesisHash: () => ask('getGenesisHash', [], (hash) => text(hash, '')),
    finalizedSlot: () => ask('getSlot', [{ commitment }], readSlot),
    firstSlotKept: () => ask('getFirstAvailableBlock', [], readSlot),
    firstBlockFrom: (slot) =>
      ask('getBlocksWithLimit', [Number(slot), 1, { commitment }], (slots) => array(slots, '').map(readSlot)[0]),
    async header(slot) {
      const header = headers.get(slot) ?? (await askBlock(slot, 'none', (block) => readHeader(slot, block)));
      return header && kept(header);
    },
    async block(slot) {
      const found = await askBlock(slot, 'accounts', (block) => ({
        header: readHeader(slot, block),
        transactions: array(block, 'transactions').map((one) => readTransaction(one, network)),
      }));
      if (found) kept(found.header);
      return found;
    },
    transaction: (signature) =>
      ask(
        'getTransaction',
        [signature, { commitment, encoding: 'json', maxSupportedTransactionVersion }],
        (transaction) =>
          transaction === null
            ? undefined
            : { ...readTransaction(transaction, network), slot: readSlot(member(transaction, 'slot')) },
      ),
    commitment: (signature) =>
      ask('getSignatureStatuses', [[signature], { searchTransactionHistory: false }], (result) => {
        const [status] = array(result, 'value');
        return status === null ? undefined : text(status, 'confirmationStatus');
      }),
  };
}

function readSlot(json: Json | undefined): bigint {
  return BigInt(integer(json, ''));
}

function readHeader(slot: bigint, block: Json): SolanaHeader {
  return {
    number: slot,
    hash: text(block, 'blockhash'),
    parentNumber: readSlot(member(block, 'parentSlot')),
    parentHash: text(block, 'previousBlockhash'),
    time: (optionalInteger(block, 'blockTime') ?? 0) * 1_000,
  };
}
