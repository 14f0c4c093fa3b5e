import type { Command } from 'commander';
import type { DepositRecord } from '../../deposits/deposit.ts';
import type { Correcting, Operations, Reason } from '../../operator/operations.ts';
import { depositJson } from '../callback-json.ts';
import { addConfigOption, withOperations } from '../config.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';
import { amountText } from './deposits.ts';

interface DecideOptions extends Reason {
  config?: string;
  json?: boolean;
  decimals?: string;
  /** False for `--no-memo`. */
  memo?: string | boolean;
  account?: string;
}

interface Deciding {
  verb: 'hold' | 'release' | 'correct' | 'revert';
  description: string;
  decide(operations: Operations, id: string, options: DecideOptions): Promise<DepositRecord>;
}

const deciding: readonly Deciding[] = [
  {
    verb: 'hold',
    description: 'hold a deposit that is not credited',
    decide: (operations, id, { reason, actor }) => operations.hold(id, { reason, actor }),
  },
  {
    verb: 'release',
    description: 'release a held deposit; the running service delivers it',
    decide: (operations, id, { reason, actor }) => operations.release(id, { reason, actor }),
  },
  {
    verb: 'correct',
    description: 'correct the report of a held deposit and credit the corrected deposit',
    decide: (operations, id, options) => operations.correct(id, correctionOf(options)),
  },
  {
    verb: 'revert',
    description: 'mark a deposit as false: a credit is reverted, and a held deposit is not credited',
    decide: (operations, id, { reason, actor }) => operations.revert(id, { reason, actor }),
  },
];

/** What an operator decides on one deposit. Who and why is kept with it. */
export function addDecisions(program: Command, { output }: Context, finish: (code: number) => void): void {
  for (const { verb, description, decide } of deciding) {
    const command = addConfigOption(program.command(verb).description(description))
      .argument('<deposit>', 'id of the deposit')
      .requiredOption('--reason <text>', 'reason, stored with the deposit')
      .requiredOption('--actor <name>', 'who decided, stored with the deposit')
      .option('--json', 'print JSON');
    if (verb === 'correct') {
      command
        .option('--decimals <n>', 'decimals of the reported amount')
        .option('--memo <text>', 'memo or tag')
        .option('--no-memo', 'no memo or tag')
        .option('--account <name>', "the customer's account");
    }
    command.action(async (id: string, options: DecideOptions) => {
      const deposit = await withOperations(options.config, output, ({ operations }) => decide(operations, id, options));
      if (options.json) output.json(depositJson(deposit));
      else tell(verb, deposit, output);
      finish(verb === 'release' && deposit.status !== 'confirmed' ? exitCodes.found : exitCodes.ok);
    });
  }
}

function tell(verb: Deciding['verb'], deposit: DepositRecord, output: Output): void {
  const { id, status, code, reason, to } = deposit;
  const credited = { amount: amountText(deposit, output), to, id };
  const shown = `${status}${code === undefined ? '' : ` (${code})`}${reason === undefined ? '' : `: ${reason}`}`;
  if (verb === 'revert' && status === 'reverted') output.line(output.say('reverted {amount} to {to}: {id}', credited));
  else if (status === 'confirmed') output.line(output.say('credited {amount} to {to}: {id}', credited));
  else if (verb === 'release')
    output.error(output.say('{id} is released but still {shown}: it is waiting for something else', { id, shown }));
  else output.line(output.say('{id} is {shown}', { id, shown }));
}

function correctionOf({ reason, actor, decimals, memo, account }: DecideOptions): Reason & Correcting {
  const correction: Reason & Correcting = { reason, actor };
  if (decimals !== undefined) {
    if (!/^\d{1,3}$/.test(decimals)) throw refuse('--decimals', phrase('must be an integer'));
    correction.decimals = Number(decimals);
  }
  if (typeof memo === 'string') correction.memo = memo;
  else if (memo === false) correction.memo = null;
  if (account !== undefined) correction.account = account;
  return correction;
}
