import { invalidOption } from '../../errors.ts';
import { checkOptions, type OptionNames } from '../../util/given-options.ts';

/** Stands in each body that the filter makes, so that the reader knows its own. */
export const quicknodeFormat = 'deposit-callback/1';

/** Options of `quicknodeFilter`. */
export interface QuicknodeFilterOptions {
  /** Key of the key-value list that holds the watched addresses, in lower case. */
  list: string;
}

const optionNames: OptionNames<QuicknodeFilterOptions> = { list: true };

/**
 * Returns the source of the filter function for a QuickNode stream of the dataset `block_with_receipts` on an EVM
 * network; `quicknode` reads its output. The filter keeps native and ERC-20 transfers to addresses of the list, each
 * with block hash, log index, status and exact amount, and returns null (nothing is sent) if there are none.
 */
export function quicknodeFilter(options: QuicknodeFilterOptions): string {
  checkOptions('quicknodeFilter', options, optionNames, "{ list: 'deposits' }");
  const { list } = options;
  if (!/^[\w-]{1,64}$/.test(list)) throw invalidOption('list', 'must be 1 to 64 letters, digits, "_" or "-"');
  return source.replace('LIST', list);
}

const source = `const list = 'LIST';
const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';

const lower = (text) => (typeof text === 'string' ? text.toLowerCase() : undefined);
const decimal = (hex) => (typeof hex === 'string' ? BigInt(hex).toString() : undefined);
const inTopic = (topic) => (typeof topic === 'string' && topic.length === 66 ? '0x' + lower(topic).slice(26) : undefined);

function statusOf(receipt) {
  const status = lower(receipt && receipt.status);
  return status === undefined ? null : status === '0x1';
}

function transfersOf(item) {
  const block = { number: decimal(item.block.number), hash: lower(item.block.hash) };
  const receipts = item.receipts || [];
  const receiptOf = new Map(receipts.map((receipt) => [lower(receipt.transactionHash), receipt]));
  const found = [];
  for (const transaction of item.block.transactions || []) {
    if (!transaction.to || !transaction.value || BigInt(transaction.value) === 0n) continue;
    const id = lower(transaction.hash);
    found.push({
      block,
      transaction: id,
      success: statusOf(receiptOf.get(id)),
      position: 'native',
      from: lower(transaction.from),
      to: lower(transaction.to),
      amount: decimal(transaction.value),
    });
  }
  for (const receipt of receipts) {
    for (const log of receipt.logs || []) {
      const topics = log.topics || [];
      // An NFT's transfer has the same topic, and a fourth one.
      if (topics.length !== 3 || lower(topics[0]) !== transferTopic) continue;
      if (typeof log.data !== 'string' || log.data.length !== 66) continue;
      found.push({
        block,
        transaction: lower(receipt.transactionHash),
        success: statusOf(receipt),
        position: 'log:' + decimal(log.logIndex),
        contract: lower(log.address),
        from: inTopic(topics[1]),
        to: inTopic(topics[2]),
        amount: decimal(log.data),
      });
    }
  }
  return found;
}

async function main(stream) {
  const found = (stream.data || []).filter((item) => item && item.block).flatMap(transfersOf);
  const addresses = [...new Set(found.map((transfer) => transfer.to).filter(Boolean))];
  if (addresses.length === 0) return null;
  const listed = await qnLib.qnContainsListItems(list, addresses);
  const watched = new Set(addresses.filter((_, index) => listed[index]));
  const transfers = found.filter((transfer) => watched.has(transfer.to));
  if (transfers.length === 0) return null;
  return { format: '${quicknodeFormat}', network: stream.metadata && stream.metadata.network, transfers };
}
`;
