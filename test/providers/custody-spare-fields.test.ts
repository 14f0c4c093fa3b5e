import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Transfer } from '../../lib/deposits/transfer.ts';
import { signCallback } from '../../lib/testing/index.ts';
import { inbound } from '../helpers/inbound.ts';
import { bodiesOf, fixturesOf, providerFor, publishedBytes } from '../helpers/published.ts';

// What a deposit can do without, by the published body: strangers and slips of a provider may put anything there.
const spare: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  fireblocks: {
    'deposit-completed.json': [
      ...[
        'createdAt',
        'data.createdAt',
        'data.lastUpdated',
        'data.sourceAddress',
        'data.index',
        'data.blockInfo.blockHeight',
      ],
      ...['data.networkRecords', 'data.feeInfo', 'data.amountUSD', 'data.assetType', 'data.blockchainIndex'],
    ],
  },
  bitgo: { 'confirmed-hteth.json': ['baseValue', 'value', 'feeString', 'initiator', 'walletType'] },
  cobo: {
    'wallets-succeeded.json': [
      ...['data.updated_timestamp', 'data.block_info.block_number', 'data.source', 'data.source.addresses'],
      ...['data.destination.tx_info', 'data.cobo_category', 'created_timestamp'],
    ],
  },
  'cobo-waas1': {
    'custodial-deposit.json': ['decimal', 'source_address', 'last_time', 'tx_detail.blocknum', 'vout_n', 'abs_amount'],
    'mpc-deposit.json': [
      'coin_detail.decimal',
      'from_address',
      'updated_time',
      'nft_detail',
      'is_gas_station_tx',
      'fee_detail',
    ],
  },
  'chainup-custody': { 'deposit.json': ['updated_at', 'notify_time', 'uid', 'real_fee', 'version'] },
  basswallet: { 'deposit.json': ['blockHigh', 'blockConfirmNum', 'createdTime', 'fromAddress'] },
};

const texts: readonly unknown[] = ['junk', -1, 1.5, 2 ** 200];
const junk: readonly unknown[] = [...texts, '', null, true, [], {}, ['a'], { a: 1 }];
// Signs members one by one, and only texts and numbers. Cregis is not here: what it signs holds only fields of their own form.
const signsMembers: ReadonlySet<string> = new Set(['basswallet']);

for (const [name, files] of Object.entries(spare)) {
  for (const [file, paths] of Object.entries(files)) {
    const one = bodiesOf(name).find((body) => body.file === file);
    for (const path of paths) {
      test(`${name}: no junk in ${path} (${file}) costs the deposit`, async () => {
        assert.ok(one);
        const provider = await providerFor(name, one);
        const { first } = fixturesOf(name).keys;
        const read = async (body: object): Promise<object> => {
          const { headers, body: sent } = signCallback(provider, { secret: first.signing ?? first.key, body });
          const callback = inbound({ headers, body: sent });
          const { kind, transfers } = provider.read(callback, await provider.verify(callback));
          return { kind, transfers: transfers.map(whatCounts) };
        };
        const body = JSON.parse(publishedBytes(name, one).toString()) as Record<string, unknown>;
        const right = await read(body);
        for (const value of signsMembers.has(name) ? texts : junk)
          assert.deepEqual(await read(withMember(body, path, value)), right, JSON.stringify(value));
      });
    }
  }
}

function whatCounts({ kind, network, asset, amount, to, transaction }: Transfer): object {
  return { kind, network, asset, amount, to, id: transaction.id, hash: transaction.block?.hash };
}

function withMember(body: Readonly<Record<string, unknown>>, path: string, value: unknown): Record<string, unknown> {
  const [key = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...body, [key]: value };
  const within = body[key];
  const inner = typeof within === 'object' && within !== null ? (within as Record<string, unknown>) : {};
  return { ...body, [key]: withMember(inner, rest.join('.'), value) };
}
