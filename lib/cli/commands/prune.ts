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
  json?: boolean;
}

/** Forgets old callbacks; never what a credited deposit rests on, never an event that is owed. */
export function addPrune(program: Command, { output, now }: Context, finish: (code: number) => void): void {
  addStoreOption(program.command('prune').description('forget old callbacks; never what a credited deposit rests on'))
    .addOption(new Option('--older-than <duration>', 'for example 400d').argParser(parseDuration))
    .addOption(new Option('--before <time>', 'received before: ISO 8601').argParser(parseTime).conflicts('olderThan'))
    .option('--json', 'as JSON')
    .action(async ({ store: where, before, olderThan, json }: PruneOptions) => {
      const until = before ?? (olderThan === undefined ? undefined : now() - olderThan);
      if (until === undefined)
        throw invalidOption('--older-than', 'give it, or --before: what is to be forgotten is never a default');
      const iso = new Date(until).toISOString();
      output.progress(`Forgetting callbacks received before ${iso}`);
      const forgotten = await withStore(where, (store) => store.prune(until));
      if (json) output.json({ before: iso, forgotten });
      else output.line(`${forgotten} callbacks forgotten, received before ${iso}`);
      finish(exitCodes.ok);
    });
}
