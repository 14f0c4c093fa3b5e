import { type Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import { parseDuration, parseTime } from '../times.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

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
      if (until === undefined) throw refuse('--older-than', phrase('set it, or --before; there is no default'));
      const iso = new Date(until).toISOString();
      output.progress(
        dryRun
          ? output.say('Counting callbacks received before {time}', { time: iso })
          : output.say('Deleting callbacks received before {time}', { time: iso }),
      );
      const evidence = evidenceOlderThan === undefined ? {} : { evidenceBefore: now() - evidenceOlderThan };
      const forgotten = await withStore(where, (store) => store.prune(until, { ...evidence, dryRun }));
      if (json)
        output.json({ before: iso, forgotten: dryRun ? 0 : forgotten, ...(dryRun && { wouldForget: forgotten }) });
      else {
        const values = { count: forgotten, time: iso };
        output.line(
          dryRun
            ? output.say('{count} callbacks received before {time} would be deleted', values)
            : output.say('{count} callbacks received before {time} deleted', values),
        );
      }
      finish(exitCodes.ok);
    });
}
