import { Command, CommanderError } from 'commander';
import { isDepositCallbackError } from '../errors.ts';
import { addAudit } from './commands/audit.ts';
import { addCompletion } from './commands/completion.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addDecisions } from './commands/decide.ts';
import { addDeposits } from './commands/deposits.ts';
import { addDoctor } from './commands/doctor.ts';
import { addExport } from './commands/export.ts';
import { addInit } from './commands/init.ts';
import { addKeygen } from './commands/keygen.ts';
import { addListen } from './commands/listen.ts';
import { addLog } from './commands/log.ts';
import { addNotifier } from './commands/notifier.ts';
import { addPrune } from './commands/prune.ts';
import { addReconcile } from './commands/reconcile.ts';
import { addRedeliver } from './commands/redeliver.ts';
import { addReprocess } from './commands/reprocess.ts';
import { addReverify } from './commands/reverify.ts';
import { addSend } from './commands/send.ts';
import { addShow } from './commands/show.ts';
import { addStatus } from './commands/status.ts';
import type { AddVerb, Context } from './context.ts';
import { dotenvOption } from './dotenv.ts';
import { exitCodes } from './exit-codes.ts';
import { version } from './versions.ts';

// In the order of `--help`: what one tries first, then what one does about a running service.
const verbs: readonly AddVerb[] = [
  addInit,
  addKeygen,
  addListen,
  addSend,
  addNotifier,
  addAudit,
  addDoctor,
  addStatus,
  addLog,
  addShow,
  addDeposits,
  addDeadLetters,
  addRedeliver,
  addDecisions,
  addReverify,
  addReprocess,
  addReconcile,
  addPrune,
  addExport,
  addCompletion,
];

/** Runs one verb and gives the exit code; errors are reported on standard error. */
export async function run(args: readonly string[], context: Context): Promise<number> {
  let code: number = exitCodes.ok;
  const program = new Command('deposit-callback')
    .description('Send, receive, audit and operate deposit callbacks.')
    .version(version, '--version', 'print the version')
    .helpCommand(true)
    .showHelpAfterError('(see --help)')
    .exitOverride();
  for (const add of verbs) {
    add(program, context, (given) => {
      code = given;
    });
  }
  // Each verb inherits neither of the two from the program.
  for (const command of program.commands) {
    command.exitOverride().showHelpAfterError('(see --help)').addOption(dotenvOption());
  }
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return tell(error, context);
  }
}

/** What an operator asked for cannot be, and the message says why. */
const refusals: ReadonlySet<string> = new Set([
  'NOT_FOUND',
  'NOTHING_HELD',
  'NOT_POSSIBLE',
  'CORRECTION_NEEDED',
  'ALREADY_CREDITED',
  'NOT_CREDITED',
]);

/** An error as a person at a terminal can use it, and its exit code. */
function tell(error: unknown, { output }: Context): number {
  if (error instanceof CommanderError) {
    // Requested help is not an error; commander has written the text already.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  }
  if (isDepositCallbackError(error)) {
    output.error(`${error.code}: ${error.message}`);
    if (refusals.has(error.code)) return exitCodes.found;
    return error.code === 'OPTION_INVALID' ? exitCodes.usage : exitCodes.failed;
  }
  output.error(error instanceof Error ? error.message : String(error));
  return exitCodes.failed;
}
