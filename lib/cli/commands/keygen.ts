import { randomBytes } from 'node:crypto';
import { type Command, Option } from 'commander';
import { newStandardWebhooksPair } from '../../signatures/standard-webhooks.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';

type Kind = 'whsec' | 'ed25519' | 'hex' | 'api-key';

/** Makes a key on standard output; whatever is secret is written nowhere else. */
export function addKeygen(program: Command, { output }: Context, finish: (code: number) => void): void {
  program
    .command('keygen')
    .description('generate a secret for signing callbacks')
    .addOption(
      new Option('--type <type>', 'whsec: HMAC by Standard Webhooks; ed25519: a pair; hex: 32 bytes; api-key')
        .choices(['whsec', 'ed25519', 'hex', 'api-key'])
        .default('whsec'),
    )
    .option('--json', 'print JSON')
    .action(({ type, json }: { type: Kind; json?: boolean }) => {
      const made = make(type);
      if (json) output.json({ type, ...made });
      else for (const key of Object.values(made)) output.line(key);
      if (!json && type === 'ed25519')
        output.note(output.say('The first key is for the sender only; the receiver verifies with the second.'));
      finish(exitCodes.ok);
    });
}

function make(type: Kind): Readonly<Record<string, string>> {
  switch (type) {
    case 'whsec':
      return { secret: `whsec_${randomBytes(32).toString('base64')}` };
    case 'hex':
      return { secret: randomBytes(32).toString('hex') };
    case 'api-key':
      return { secret: randomBytes(32).toString('base64url') };
    case 'ed25519':
      return newStandardWebhooksPair();
  }
}
