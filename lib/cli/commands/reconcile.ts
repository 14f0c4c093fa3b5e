import { type Command, InvalidArgumentError } from 'commander';
import { addConfigOption, withOperations } from '../config.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';

interface ReconcileOptions {
  config?: string;
  from: bigint;
  to?: bigint;
  json?: boolean;
}

/** Reads blocks for deposits that no callback reported; what it finds is recorded, and credited by the service. */
export function addReconcile(program: Command, { output }: Context, finish: (code: number) => void): void {
  addConfigOption(program.command('reconcile').description('read blocks for deposits that no callback reported'))
    .argument('<network>', 'CAIP-2, for example eip155:1: one that chains has a check for')
    .requiredOption('--from <block>', 'first block', parseBlock)
    .option('--to <block>', 'last block; without it, the newest', parseBlock)
    .option('--json', 'as JSON')
    .action(async (network: string, { config, from, to, json }: ReconcileOptions) => {
      const found = await withOperations(config, output, ({ follower }) => {
        output.progress('Reading blocks');
        return follower.reconcile({ network, fromBlock: from, ...(to === undefined ? {} : { toBlock: to }) });
      });
      if (json) output.json(found);
      else {
        if (found.missed.length > 0) {
          output.table(
            ['block', 'transaction'],
            found.missed.map((one) => [one.block, one.transactionId]),
          );
        }
        output.note(
          `Blocks ${found.fromBlock} to ${found.toBlock} hold ${found.transfers} transfers to accounts of ours; ${found.missed.length} transactions were missed, and are recorded now.`,
        );
      }
      finish(found.missed.length > 0 ? exitCodes.found : exitCodes.ok);
    });
}

function parseBlock(text: string): bigint {
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('Write a block number.');
  return BigInt(text);
}
