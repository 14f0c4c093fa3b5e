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
    program.command('reverify').description('verify again, with the keys of now, what a botched key rotation has kept'),
  )
    .option('--provider <name>', 'of this provider instance')
    .option('--limit <count>', 'at most so many', parseCount, 1_000)
    .option('--json', 'as JSON')
    .action(async ({ config, json, ...query }: ReverifyOptions) => {
      const done = await withOperations(config, output, ({ operations }) => {
        output.progress('Verifying callbacks that were kept');
        return operations.reverify(query);
      });
      if (json) output.json(done);
      else output.line(`${done.taken} callbacks taken, ${done.kept} kept: no key of now fits them`);
      finish(done.kept === 0 ? exitCodes.ok : exitCodes.found);
    });
}
