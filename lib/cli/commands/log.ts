import { type Command, Option } from 'commander';
import type { CallbackQuery, CallbackRecord } from '../../stores/store.ts';
import { callbackJson } from '../callback-json.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import type { Cell } from '../output.ts';
import { parseCount, parseTime } from '../times.ts';

export interface LogOptions {
  store?: string;
  provider?: string;
  outcome?: CallbackRecord['outcome'];
  code?: string;
  since?: number;
  until?: number;
  before?: string;
  limit: number;
  json?: boolean;
}

export const outcomes: readonly CallbackRecord['outcome'][] = [
  'recorded',
  'duplicate',
  'ignored',
  'quarantined',
  'rejected',
];

/** The log of every callback. */
export function addLog(program: Command, { output }: Context, finish: (code: number) => void): void {
  addStoreOption(program.command('log').description('list callbacks, newest first'))
    .option('--provider <name>', 'of this provider instance')
    .addOption(new Option('--outcome <outcome>', 'with this outcome').choices([...outcomes]))
    .option('--code <code>', 'with this code')
    .option('--since <time>', 'received at or after this time (ISO 8601, or 2h for two hours ago)', parseTime)
    .option('--until <time>', 'received before this time', parseTime)
    .option('--before <id>', 'continue after this callback, the last one of the previous page')
    .option('--limit <count>', 'maximum number of results', parseCount, 50)
    .option('--json', 'print JSON')
    .action(async ({ store: where, json, ...query }: LogOptions) => {
      const found = await withStore(where, (store) => store.callbacks(query satisfies CallbackQuery));
      if (json) output.json(found.map(callbackJson));
      else if (found.length === 0) output.note('No callback matches.');
      else
        output.table(
          ['received', 'provider', 'from', 'outcome', 'code', 'ms', 'key', 'body (sha256)', 'id'],
          found.map(row),
        );
      finish(exitCodes.ok);
    });
}

function row(record: CallbackRecord): readonly Cell[] {
  return [
    new Date(record.receivedAt).toISOString(),
    record.provider,
    record.remoteAddress,
    outcomeCell(record.outcome),
    record.code,
    record.tookMs,
    record.keyId,
    record.bodyHash.slice(0, 12),
    record.id,
  ];
}

export function outcomeCell(outcome: CallbackRecord['outcome']): Cell {
  const colours = {
    recorded: 'green',
    duplicate: 'dim',
    ignored: 'dim',
    quarantined: 'yellow',
    rejected: 'red',
  } as const;
  return { text: outcome, colour: colours[outcome] };
}
