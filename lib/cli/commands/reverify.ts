import type { Command } from 'commander';
import { addConfigOption, withOperations } from '../config.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { parseCount } from '../times.ts';

interface ReverifyOptions {
  config?: string;
  provider?: string;
  limit: number;
  json?: boolean;
}

/** Verifies again what `quarantineUnverified` kept, with the keys of now. */
export function addReverify(program: Command, { output }: Context, finish: (code: number) => void): void {
  addConfigOption(
    program.command('reverify').description('verify callbacks kept as unverified again, with the current keys'),
  )
    .option('--provider <name>', 'of this provider instance')
    .option('--limit <count>', 'maximum number of results', parseCount, 1_000)
    .option('--json', 'print JSON')
    .action(async ({ config, json, ...query }: ReverifyOptions) => {
      const done = await withOperations(config, output, ({ operations }) => {
        output.progress(output.say('Verifying callbacks that were kept'));
        return operations.reverify(query);
      });
      if (json) output.json(done);
      else {
        const { taken, kept } = done;
        output.line(
          output.say('{taken} callbacks accepted, {kept} still kept: no current key matches them', { taken, kept }),
        );
      }
      finish(done.kept === 0 ? exitCodes.ok : exitCodes.found);
    });
}
