import { type Command, Option } from 'commander';
import { areDecimals, decimalFrom } from '../../deposits/amount.ts';
import type { DepositRecord, DepositStatus } from '../../deposits/deposit.ts';
import { type Credit, creditsOf } from '../../operator/credit.ts';
import type { DepositQuery } from '../../stores/store.ts';
import { present } from '../../util/present.ts';
import { depositJson } from '../callback-json.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { readAddress, readAsset, readNetwork } from '../names.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import type { Cell, Output } from '../output.ts';
import { parseCount, parseTime } from '../times.ts';
import { phrase, type Told } from '../words/phrases.ts';

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
  addStoreOption(program.command('deposits').description('list deposits, newest first'))
    .addOption(new Option('--status <status>', 'with this status').choices([...statuses]))
    .option('--network <network>', 'a name, or CAIP-2')
    .option('--asset <asset>', 'a symbol on --network, or CAIP-19')
    .option('--to <address>', 'recipient; in any spelling on the EVM, and on --network')
    .option('--transaction <id>', 'of this transaction')
    .option('--since <time>', 'first seen at or after this time (ISO 8601, or 2h for two hours ago)', parseTime)
    .option('--before <id>', 'continue after this deposit, the last one of the previous page')
    .option('--limit <count>', 'maximum number of results', parseCount, 50)
    .option('--json', 'print JSON')
    .action(async (options: DepositsOptions) => {
      const [found, credits] = await withStore(options.store, async (store) => {
        const deposits = await store.deposits(queryOf(options));
        return [deposits, await creditsOf(store, deposits)] as const;
      });
      if (options.json) {
        output.json(found.map((one) => ({ ...depositJson(one), ...creditJson(credits.get(one.id)) })));
      } else if (found.length === 0) output.note(output.say('No deposit matches.'));
      else {
        output.table(
          ['first seen', 'status', 'code', 'amount', 'asset', 'to', 'providers', 'id'],
          found.map((one) => row(one, credits.get(one.id), output)),
        );
      }
      finish(exitCodes.ok);
    });
}

function queryOf({ store: _s, json: _j, transaction, network: named, ...options }: DepositsOptions): DepositQuery {
  const network = named === undefined ? undefined : readNetwork(named);
  const { to, asset, ...query } = options;
  // An address of the EVM can be told by its form.
  const toOn = network ?? (to !== undefined && /^0x[0-9a-f]{40}$/i.test(to) ? 'eip155:1' : undefined);
  return {
    ...query,
    ...present<Partial<DepositQuery>>({
      network,
      asset: asset === undefined ? undefined : readAsset(asset, network),
      to: to === undefined || toOn === undefined ? to : readAddress('--to', to, toOn),
      transactionId: transaction,
    }),
  };
}

function row(deposit: DepositRecord, credit: Credit | undefined, output: Output): readonly Cell[] {
  return [
    new Date(deposit.firstSeenAt).toISOString(),
    statusCell(deposit.status, credit, output),
    deposit.code,
    amountText(deposit, output),
    deposit.asset,
    deposit.memo === undefined ? deposit.to : `${deposit.to} (${deposit.memo})`,
    deposit.providers.join(', '),
    deposit.id,
  ];
}

/** Whole coins with the symbol; if the decimals are not known, in units, so that nobody takes them for coins. */
export function amountText({ amount, decimals, symbol }: DepositRecord, output: Output): string {
  const unit = symbol === undefined ? '' : ` ${symbol}`;
  return areDecimals(decimals)
    ? `${decimalFrom(amount, decimals)}${unit}`
    : output.say('{amount} units{unit}', { amount, unit });
}

/** The status; and if the listeners have not acted on it, that too. */
export function statusCell(status: DepositStatus, credit: Credit | undefined, output: Output): Cell {
  if (credit !== undefined && credit.state !== 'done') {
    const told = output.said(standingOf(status, credit.state));
    return {
      text: output.say('{status}, {credit}', { status, credit: told }),
      colour: credit.state === 'owed' ? 'yellow' : 'red',
    };
  }
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

/** `credited`, `not credited: dead letter` and so on; undefined for a status that owes the listeners nothing. */
export function creditText(status: DepositStatus, credit: Credit | undefined): string | undefined {
  return credit === undefined ? undefined : standingOf(status, credit.state).en;
}

function standingOf(status: DepositStatus, state: Credit['state']): Told {
  return status === 'reverted'
    ? {
        done: phrase('taken back'),
        owed: phrase('not taken back yet'),
        failing: phrase('not taken back: delivery fails'),
        dead: phrase('not taken back: dead letter'),
      }[state]
    : {
        done: phrase('credited'),
        owed: phrase('not credited yet'),
        failing: phrase('not credited: delivery fails'),
        dead: phrase('not credited: dead letter'),
      }[state];
}

/** For `--json`. */
export function creditJson(credit: Credit | undefined): { credit?: Credit } {
  return credit === undefined ? {} : { credit };
}
