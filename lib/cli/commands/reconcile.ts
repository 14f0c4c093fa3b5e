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
  addConfigOption(program.command('reconcile').description('search blocks for deposits that no callback reported'))
    .argument('<network>', 'CAIP-2 id of a network with a chain check, for example eip155:1')
    .requiredOption('--from <block>', 'first block', parseBlock)
    .option('--to <block>', 'last block; default: the newest', parseBlock)
    .option('--json', 'print JSON')
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
          `Blocks ${found.fromBlock} to ${found.toBlock} contain ${found.transfers} transfers to your accounts; ${found.missed.length} missed transactions are now recorded.`,
        );
      }
      finish(found.missed.length > 0 ? exitCodes.found : exitCodes.ok);
    });
}

function parseBlock(text: string): bigint {
  if (!/^\d{1,18}$/.test(text)) throw new InvalidArgumentError('Expected a block number.');
  return BigInt(text);
}
