import type { Command } from 'commander';
import { phrase } from './words/phrases.ts';
import { refuse } from './words/refuse.ts';

/** Name of the environment variable that `--secret-env` stands for by default. */
export const secretVariable = 'CALLBACK_SECRET';

/** The key of the receiver's own, to which bodies are encrypted, if they are. */
export const ownKeyVariable = 'CALLBACK_PRIVATE_KEY';

/** Adds `--secret-env`: a secret itself on the command line would stand in the list of processes and the shell's history. */
export function addSecretOption(command: Command, what: string): Command {
  return command.option('--secret-env <name>', `environment variable with ${what}`, secretVariable);
}

/** The secret, from the environment. Throws `OPTION_INVALID`, which names the variable. */
export function secretFrom(env: Readonly<Record<string, string | undefined>>, name: string): string {
  const secret = env[name];
  if (secret === undefined || secret.trim() === '') {
    throw refuse(
      '--secret-env',
      phrase('the environment variable {name} is not set; set it to the secret, or name another', { name }),
    );
  }
  return secret;
}
