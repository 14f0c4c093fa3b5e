import { Command, CommanderError } from 'commander';
import { type DepositCallbackError, isDepositCallbackError } from '../errors.ts';
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
import type { Output } from './output.ts';
import { version } from './versions.ts';
import { speak } from './words/help.ts';
import { meaningOf } from './words/meanings.ts';
import { chineseOf } from './words/refuse.ts';

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
  const program = createProgram(context, (given) => {
    code = given;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    return tell(error, context);
  }
}

/** The program with all its verbs, in the language of who uses it. A verb gives its exit code to `finish`. */
export function createProgram(context: Context, finish: (code: number) => void): Command {
  const seeHelp = context.output.say('(see --help)');
  const program = new Command('deposit-callback')
    .description('Send, receive, audit and operate deposit callbacks.')
    .version(version, '--version', 'print the version')
    .helpCommand(true)
    .showHelpAfterError(seeHelp)
    .exitOverride();
  for (const add of verbs) add(program, context, finish);
  // Each verb inherits neither of the two from the program.
  for (const command of program.commands) {
    command.exitOverride().showHelpAfterError(seeHelp).addOption(dotenvOption());
  }
  if (context.output.language === 'zh') speak(program);
  return program;
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
    if (output.language === 'zh') tellInChinese(error, output);
    else output.error(`${error.code}: ${error.message}`);
    if (refusals.has(error.code)) return exitCodes.found;
    return error.code === 'OPTION_INVALID' ? exitCodes.usage : exitCodes.failed;
  }
  output.error(error instanceof Error ? error.message : String(error));
  return exitCodes.failed;
}

/** An error of the library is told by its code; what it says of the case itself follows, in English. */
function tellInChinese(error: DepositCallbackError, output: Output): void {
  const own = chineseOf(error);
  const meaning = meaningOf(error.code);
  if (own !== undefined || meaning === undefined) {
    output.error(`${error.code}\uff1a${own ?? error.message}`);
    return;
  }
  const [means, cure] = meaning;
  output.error(`${error.code}\uff1a${means}\u3002`);
  output.note(`  ${cure}`);
  output.note(`  ${error.message}`);
}
