import { type Command, Option } from 'commander';
import { decimalFrom } from '../../deposits/amount.ts';
import type { DepositRecord, DepositStatus } from '../../deposits/deposit.ts';
import type { DepositQuery } from '../../stores/store.ts';
import { depositJson } from '../callback-json.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import type { Cell } from '../output.ts';
import { parseCount, parseTime } from '../times.ts';

export interface DepositsOptions {
  store?: string;
  status?: DepositStatus;
  network?: string;
  asset?: string;
  to?: string;
  transaction?: string;
  since?: number;
  before?: string;
  limit: number;
  json?: boolean;
}

export const statuses: readonly DepositStatus[] = [
  'pending',
  'confirmed',
  'reverted',
  'failed',
  'ignored',
  'quarantined',
];

/** Deposits as they stand. */
export function addDeposits(program: Command, { output }: Context, finish: (code: number) => void): void {
  addStoreOption(program.command('deposits').description('list deposits, the newest first'))
    .addOption(new Option('--status <status>', 'with this status').choices([...statuses]))
    .option('--network <id>', 'CAIP-2, for example eip155:1')
    .option('--asset <id>', 'CAIP-19')
    .option('--to <address>', 'recipient, in canonical form')
    .option('--transaction <id>', 'of this transaction')
    .option('--since <time>', 'first seen at or after: ISO 8601, or 2h ago', parseTime)
    .option('--before <id>', 'the page after the one that ended with this deposit')
    .option('--limit <count>', 'at most so many', parseCount, 50)
    .option('--json', 'as JSON')
    .action(async (options: DepositsOptions) => {
      const found = await withStore(options.store, (store) => store.deposits(queryOf(options)));
      if (options.json) output.json(found.map(depositJson));
      else if (found.length === 0) output.note('No deposit fits.');
      else output.table(['first seen', 'status', 'code', 'amount', 'asset', 'to', 'providers', 'id'], found.map(row));
      finish(exitCodes.ok);
    });
}

function queryOf({ store: _s, json: _j, transaction, ...query }: DepositsOptions): DepositQuery {
  return { ...query, ...(transaction === undefined ? {} : { transactionId: transaction }) };
}

function row(deposit: DepositRecord): readonly Cell[] {
  return [
    new Date(deposit.firstSeenAt).toISOString(),
    statusCell(deposit.status),
    deposit.code,
    amountText(deposit),
    deposit.asset,
    deposit.memo === undefined ? deposit.to : `${deposit.to} (${deposit.memo})`,
    deposit.providers.join(', '),
    deposit.id,
  ];
}

/** Whole coins with the symbol; where the decimals are not known, so that nobody takes them for coins, units. */
export function amountText({ amount, decimals, symbol }: DepositRecord): string {
  const unit = symbol === undefined ? '' : ` ${symbol}`;
  return decimals === undefined ? `${amount} units${unit}` : `${decimalFrom(amount, decimals)}${unit}`;
}

export function statusCell(status: DepositStatus): Cell {
  const colours = {
    confirmed: 'green',
    pending: 'yellow',
    quarantined: 'yellow',
    reverted: 'red',
    failed: 'red',
    ignored: 'dim',
  } as const;
  return { text: status, colour: colours[status] };
}
