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
    program.command('prune').description('forget old callbacks; keeps the evidence of what was credited, unless told'),
  )
    .addOption(new Option('--older-than <duration>', 'for example 400d').argParser(parseDuration))
    .addOption(new Option('--before <time>', 'received before: ISO 8601').argParser(parseTime).conflicts('olderThan'))
    .addOption(
      new Option('--evidence-older-than <duration>', 'forget evidence of this age too').argParser(parseDuration),
    )
    .option('--dry-run', 'forget nothing, say how many would go')
    .option('--json', 'as JSON')
    .action(async ({ store: where, before, olderThan, evidenceOlderThan, dryRun = false, json }: PruneOptions) => {
      const until = before ?? (olderThan === undefined ? undefined : now() - olderThan);
      if (until === undefined)
        throw invalidOption('--older-than', 'give it, or --before: what is to be forgotten is never a default');
      const iso = new Date(until).toISOString();
      output.progress(
        dryRun ? `Looking at callbacks received before ${iso}` : `Forgetting callbacks received before ${iso}`,
      );
      const evidence = evidenceOlderThan === undefined ? {} : { evidenceBefore: now() - evidenceOlderThan };
      const forgotten = await withStore(where, (store) => store.prune(until, { ...evidence, dryRun }));
      if (json)
        output.json({ before: iso, forgotten: dryRun ? 0 : forgotten, ...(dryRun && { wouldForget: forgotten }) });
      else if (dryRun) output.line(`${forgotten} callbacks would be forgotten, received before ${iso}`);
      else output.line(`${forgotten} callbacks forgotten, received before ${iso}`);
      finish(exitCodes.ok);
    });
}
