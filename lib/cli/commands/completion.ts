import { Argument, type Command } from 'commander';
import { completionScript, type Shell } from '../completion.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';

/** Prints the script with which a shell completes this command line. */
export function addCompletion(program: Command, { output }: Context, finish: (code: number) => void): void {
  program
    .command('completion')
    .description('print the script that completes this command line in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
    .action(async (shell: Shell) => {
      await output.raw(completionScript(shell, program));
      finish(exitCodes.ok);
    });
}
