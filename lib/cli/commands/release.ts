import type { Command } from 'commander';
import { depositJson } from '../callback-json.ts';
import { addConfigOption, withOperations } from '../config.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { amountText } from './deposits.ts';

interface ReleaseOptions {
  config?: string;
  reason: string;
  actor: string;
  json?: boolean;
}

/** Credits what a check, a conflict or a hold keeps back. Who and why is kept with the deposit. */
export function addRelease(program: Command, { output }: Context, finish: (code: number) => void): void {
  addConfigOption(
    program
      .command('release')
      .description('credit a deposit that is quarantined or held; the running service delivers it'),
  )
    .argument('<deposit>', 'its id')
    .requiredOption('--reason <text>', 'why; kept with the deposit')
    .requiredOption('--actor <name>', 'who decides; kept with the deposit')
    .option('--json', 'as JSON')
    .action(async (id: string, { config, reason, actor, json }: ReleaseOptions) => {
      const deposit = await withOperations(config, output, ({ operations }) =>
        operations.release(id, { reason, actor }),
      );
      const credited = deposit.status === 'confirmed';
      if (json) output.json(depositJson(deposit));
      else if (credited) output.line(`${amountText(deposit)} to ${deposit.to} are credited: ${deposit.id}`);
      else
        output.error(
          `${deposit.id} is ${deposit.status}${deposit.code === undefined ? '' : ` (${deposit.code})`}: it may not be true any more, or something else keeps it`,
        );
      finish(credited ? exitCodes.ok : exitCodes.found);
    });
}
