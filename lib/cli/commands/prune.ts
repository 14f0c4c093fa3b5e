import { type Command, Option } from 'commander';
import { invalidOption } from '../../errors.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import { parseDuration, parseTime } from '../times.ts';

interface PruneOptions {
  store?: string;
  before?: number;
  olderThan?: number;
  evidenceOlderThan?: number;
  dryRun?: boolean;
  json?: boolean;
}

/** Forgets old callbacks; never an event that is owed, and the evidence of a credit only if it is named. */
export function addPrune(program: Command, { output, now }: Context, finish: (code: number) => void): void {
  addStoreOption(
    program
      .command('prune')
      .description('delete old callbacks; keeps the evidence of credited deposits unless told otherwise'),
  )
    .addOption(new Option('--older-than <duration>', 'for example 400d').argParser(parseDuration))
    .addOption(
      new Option('--before <time>', 'received before this time (ISO 8601)').argParser(parseTime).conflicts('olderThan'),
    )
    .addOption(
      new Option('--evidence-older-than <duration>', 'also delete evidence older than this').argParser(parseDuration),
    )
    .option('--dry-run', 'delete nothing; report how many would be deleted')
    .option('--json', 'print JSON')
    .action(async ({ store: where, before, olderThan, evidenceOlderThan, dryRun = false, json }: PruneOptions) => {
      const until = before ?? (olderThan === undefined ? undefined : now() - olderThan);
      if (until === undefined) throw invalidOption('--older-than', 'set it, or --before; there is no default');
      const iso = new Date(until).toISOString();
      output.progress(
        dryRun ? `Counting callbacks received before ${iso}` : `Deleting callbacks received before ${iso}`,
      );
      const evidence = evidenceOlderThan === undefined ? {} : { evidenceBefore: now() - evidenceOlderThan };
      const forgotten = await withStore(where, (store) => store.prune(until, { ...evidence, dryRun }));
      if (json)
        output.json({ before: iso, forgotten: dryRun ? 0 : forgotten, ...(dryRun && { wouldForget: forgotten }) });
      else if (dryRun) output.line(`${forgotten} callbacks received before ${iso} would be deleted`);
      else output.line(`${forgotten} callbacks received before ${iso} deleted`);
      finish(exitCodes.ok);
    });
}
