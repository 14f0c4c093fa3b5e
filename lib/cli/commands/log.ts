import { type Command, Option } from 'commander';
import { outcomes } from '../../observe/outcomes.ts';
import type { CallbackQuery, CallbackRecord } from '../../stores/store.ts';
import { callbackJson } from '../callback-json.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { followLog } from '../follow-log.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import type { Cell, Output } from '../output.ts';
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
  follow?: boolean;
  json?: boolean;
}

/** The log of every callback. */
export function addLog(program: Command, { output, now, stopped }: Context, finish: (code: number) => void): void {
  addStoreOption(program.command('log').description('list callbacks, newest first'))
    .option('--provider <name>', 'of this provider instance')
    .addOption(new Option('--outcome <outcome>', 'with this outcome').choices([...outcomes]))
    .option('--code <code>', 'with this code')
    .option('--since <time>', 'received at or after this time (ISO 8601, or 2h for two hours ago)', parseTime)
    .option('--until <time>', 'received before this time', parseTime)
    .option('--before <id>', 'continue after this callback, the last one of the previous page')
    .option('--limit <count>', 'maximum number of results', parseCount, 50)
    .addOption(
      new Option('--follow', 'print callbacks as they are recorded, until interrupted').conflicts([
        'since',
        'until',
        'before',
      ]),
    )
    .option('--json', 'print JSON; with --follow, a line for each')
    .action(async ({ store: where, json, follow, ...query }: LogOptions) => {
      if (follow) {
        const { limit: _, ...wanted } = query;
        const tell = (record: CallbackRecord): void =>
          json ? output.jsonLine(callbackJson(record)) : tellLine(record, output);
        await withStore(where, (store) => {
          const following = followLog(store, wanted, { tell, now, stopped: stopped() });
          output.note(output.say('Waiting for callbacks.'));
          return following;
        });
        finish(exitCodes.ok);
        return;
      }
      const found = await withStore(where, (store) => store.callbacks(query satisfies CallbackQuery));
      if (json) output.json(found.map(callbackJson));
      else if (found.length === 0) output.note(output.say('No callback matches.'));
      else
        output.table(
          ['received', 'provider', 'from', 'outcome', 'code', 'ms', 'key', 'body (sha256)', 'id'],
          found.map(row),
        );
      finish(exitCodes.ok);
    });
}

function tellLine(record: CallbackRecord, output: Output): void {
  const code = record.code === undefined ? '' : ` ${record.code}`;
  output.line(
    `${new Date(record.receivedAt).toISOString()}  ${record.provider ?? ''}  `,
    outcomeCell(record.outcome),
    `${code}  ${record.id}`,
  );
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
