import { readFileSync } from 'node:fs';
import type { HttpAnswer } from './http-node.ts';

/** A member of a recorded answer that a test may change: Aptos writes numbers as texts, so `JSON.parse` keeps their digits. */
interface Event {
  guid: { creation_number: string; account_address: string };
  sequence_number: string;
  type: string;
  data: Record<string, string>;
}

interface Change {
  address: string;
  type: string;
  resource?: string;
  data?: { type: string; data: Record<string, unknown> };
}

export interface Answer {
  version: string;
  hash: string;
  success: boolean;
  vm_status: string;
  events: Event[];
  changes: Change[];
}

/** What a real node answered; test/fixtures/chains/aptos/README.md says which, and where it was recorded. */
export function recorded(name: string, change: (answer: Answer) => void = () => {}): string {
  const text = readFileSync(new URL(`../fixtures/chains/aptos/${name}.json`, import.meta.url), 'utf8');
  const answer = JSON.parse(text) as Answer;
  change(answer);
  return JSON.stringify(answer);
}

export const ledger = (more: Record<string, unknown>): string =>
  JSON.stringify({
    chain_id: 2,
    epoch: '61',
    ledger_version: '7000000000',
    oldest_ledger_version: '0',
    ledger_timestamp: '1746985600000000',
    node_role: 'full_node',
    oldest_block_height: '0',
    block_height: '400000005',
    git_hash: '57f8b499aead5adf38276acb585cd2c0de398568',
    ...more,
  });

export const block = (height: string, hash: string, more: Record<string, unknown> = {}): string =>
  JSON.stringify({
    block_height: height,
    block_hash: hash,
    block_timestamp: '1746985555790511',
    first_version: '6717630095',
    last_version: '6717630095',
    transactions: null,
    ...more,
  });

/** As a node says that it has not got something, with the status of that. */
export const missing = (
  code: string,
  status = code.endsWith('_pruned') ? 410 : 404,
): { status: number; body: string } => ({
  status,
  body: JSON.stringify({ message: 'not here', error_code: code, vm_error_code: null }),
});

export const event = (type: string, data: Record<string, string>): Event => ({
  guid: { creation_number: '0', account_address: '0x0' },
  sequence_number: '0',
  type,
  data,
});

// The recorded fungible asset, and where it stands.
export const testnet = 'aptos:2';
export const id = '0x17df567aa2daf8c146a0e9b827415402722b4f3b8178025ea703d9b03dc33f29';
export const hash = `0x${'ab'.repeat(32)}`;
export const bob = '0x5249a0f1ccb427e6595343ef001ec18765fd325beb70fbea0a9c25807167e60d';
export const alice = '0xb7c348a3253a8102e354b21972319600f0933dd454db12d3e2fc81623ffa49be';
export const metadata = '0x971225a0feba8d24b7658bc2e2e3155ccdb17eff3e2ef320d1428879f10ebf20';
export const token = `${testnet}/token:${metadata}`;

export const byHash = `/transactions/by_hash/${id}`;
export const byVersion = '/blocks/by_version/6717630095?with_transactions=false';
export const answers = (change?: (answer: Answer) => void): Record<string, HttpAnswer> => ({
  '/': ledger({}),
  [byHash]: recorded('6717630095-fungible-asset', change),
  [byVersion]: block('400000000', hash),
  '/blocks/by_height/400000005?with_transactions=false': block('400000005', `0x${'cd'.repeat(32)}`),
});

/** Where a node says which coin the fungible asset was. */
export const paired = `/accounts/${metadata}/resource/0x1::coin::PairedCoinType`;
export const pair = JSON.stringify({
  type: '0x1::coin::PairedCoinType',
  data: {
    type: {
      account_address: '0x448c83c716bd1144173c0522f108ff507bb8f4ddbe34a925bf3e1d7ea2632cfa',
      module_name: '0x746573745f666175636574',
      struct_name: '0x54657374466175636574436f696e',
    },
  },
});
