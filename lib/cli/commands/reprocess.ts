import { type Command, Option } from 'commander';
import { addConfigOption, withOperations } from '../config.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { parseCount, parseTime } from '../times.ts';

interface ReprocessOptions {
  config?: string;
  outcome?: 'ignored' | 'quarantined';
  provider?: string;
  since?: number;
  limit: number;
  json?: boolean;
}

/** Reads stored callbacks again: after an upgrade, or when an address has become ours or an asset listed. */
export function addReprocess(program: Command, { output }: Context, finish: (code: number) => void): void {
  addConfigOption(
    program.command('reprocess').description('read ignored and quarantined callbacks again with the current policy'),
  )
    .argument('[callback]', 'only this one')
    .addOption(new Option('--outcome <outcome>', 'only these').choices(['ignored', 'quarantined']))
    .option('--provider <name>', 'of this provider instance')
    .option('--since <time>', 'received at or after this time (ISO 8601, or 2h for two hours ago)', parseTime)
    .option('--limit <count>', 'maximum number per outcome, newest first', parseCount, 1_000)
    .option('--json', 'print JSON')
    .action(async (callbackId: string | undefined, { config, json, ...query }: ReprocessOptions) => {
      const done = await withOperations(config, output, ({ operations }) => {
        output.progress(output.say('Reading callbacks again'));
        return operations.reprocess({ ...query, ...(callbackId === undefined ? {} : { callbackId }) });
      });
      if (json) output.json(done);
      else {
        output.line(
          output.say(
            '{read} callbacks read again, {recorded} of them recorded; {skipped} skipped: their body is not kept, or their provider is not configured',
            { read: done.read, recorded: done.recorded, skipped: done.passedOver },
          ),
        );
        if (done.assigned) {
          output.line(
            output.say('{count} deposits whose customer was not known are assigned', { count: done.assigned }),
          );
        }
      }
      finish(callbackId !== undefined && done.read === 0 && !done.assigned ? exitCodes.found : exitCodes.ok);
    });
}
