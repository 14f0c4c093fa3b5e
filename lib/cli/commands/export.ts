import { createWriteStream } from 'node:fs';
import { type Command, Option } from 'commander';
import { creditsOf } from '../../operator/credit.ts';
import type { DepositQuery, Store } from '../../stores/store.ts';
import { visibleJson } from '../../util/visible.ts';
import type { Context } from '../context.ts';
import { csvLine } from '../csv.ts';
import { exitCodes } from '../exit-codes.ts';
import { callbackColumns, callbackRow, depositColumns, depositRow, type ExportRow } from '../export-rows.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import { parseTime } from '../times.ts';

interface ExportOptions {
  store?: string;
  format: 'csv' | 'ndjson';
  since?: number;
  output?: string;
  json?: boolean;
}

type What = 'deposits' | 'callbacks';

const page = 500;

/** Writes deposits or the log of callbacks for other programs, a page at a time, the newest first. */
export function addExport(program: Command, { output }: Context, finish: (code: number) => void): void {
  addStoreOption(program.command('export').description('export deposits or callbacks as CSV or NDJSON, newest first'))
    .argument('<what>', 'deposits or callbacks')
    .addOption(new Option('--format <format>').choices(['csv', 'ndjson']).default('csv'))
    .option('--since <time>', 'at or after this time (ISO 8601, or 2h for two hours ago)', parseTime)
    .option('--output <file>', 'file to create; default: standard output')
    .option('--json', 'the same as --format ndjson')
    .action(async (what: string, { store: where, format, since, output: file, json }: ExportOptions) => {
      const kind = whatOf(program, what);
      const asCsv = format === 'csv' && json !== true;
      const columns: readonly string[] = kind === 'deposits' ? depositColumns : callbackColumns;
      const target = file === undefined ? { write: output.raw, end: async () => {} } : fileTarget(file);
      let written = 0;
      await withStore(where, async (store) => {
        if (asCsv) await target.write(csvLine(columns));
        for await (const row of rowsOf(store, kind, since)) {
          await target.write(
            asCsv ? csvLine(columns.map((name) => row[name] ?? '')) : `${visibleJson(JSON.stringify(row))}\n`,
          );
          written += 1;
          if (written % 10_000 === 0) output.progress(output.say('{count} {kind}', { count: written, kind }));
        }
      });
      await target.end();
      output.note(output.say('{count} {kind} written', { count: written, kind }));
      finish(exitCodes.ok);
    });
}

function whatOf(program: Command, text: string): What {
  if (text === 'deposits' || text === 'callbacks') return text;
  return program.error(`error: cannot export ${text}; only deposits and callbacks`);
}

async function* rowsOf(store: Store, kind: What, since: number | undefined): AsyncGenerator<ExportRow> {
  const from = since === undefined ? {} : { since };
  let before: string | undefined;
  for (;;) {
    const query = { ...from, limit: page, ...(before === undefined ? {} : { before }) };
    const records =
      kind === 'deposits'
        ? await depositRows(store, query)
        : (await store.callbacks(query)).map((one) => ({ id: one.id, row: callbackRow(one) }));
    for (const { row } of records) yield row;
    before = records.at(-1)?.id;
    if (records.length < page) return;
  }
}

async function depositRows(store: Store, query: DepositQuery): Promise<{ id: string; row: ExportRow }[]> {
  const deposits = await store.deposits(query);
  const credits = await creditsOf(store, deposits);
  return deposits.map((one) => ({ id: one.id, row: depositRow(one, credits.get(one.id)) }));
}

interface Target {
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

/** A new file, for its owner alone; one that is there is not overwritten. */
function fileTarget(path: string): Target {
  const stream = createWriteStream(path, { flags: 'wx', mode: 0o600 });
  const failed = new Promise<never>((_, reject) => stream.once('error', reject));
  failed.catch(() => {});
  return {
    write: (text) => Promise.race([failed, new Promise<void>((resolve) => stream.write(text, () => resolve()))]),
    end: () => Promise.race([failed, new Promise<void>((resolve) => stream.end(resolve))]),
  };
}
