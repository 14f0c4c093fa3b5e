import type { Command } from 'commander';
import { eventJson } from '../callback-json.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import { parseCount } from '../times.ts';
import { amountText } from './deposits.ts';

/** Events that no attempt could deliver. Exits with 1 if there are any, for scheduled jobs. */
export function addDeadLetters(program: Command, { output }: Context, finish: (code: number) => void): void {
  addStoreOption(
    program
      .command('dead-letters')
      .description('list events that could not be delivered; exits with 1 if there are any'),
  )
    .option('--limit <count>', 'maximum number of results', parseCount, 50)
    .option('--json', 'print JSON')
    .action(async ({ store: where, limit, json }: { store?: string; limit: number; json?: boolean }) => {
      const found = await withStore(where, (store) => store.events({ state: 'dead', limit }));
      if (json) output.json(found.map(eventJson));
      else if (found.length === 0) output.note(output.say('No dead letters.'));
      else {
        output.table(
          ['made', 'kind', 'amount', 'attempts', 'error', 'event'],
          found.map((event) => [
            new Date(event.madeAt).toISOString(),
            event.kind,
            amountText(event.deposit, output),
            event.attempts,
            event.error,
            event.id,
          ]),
        );
      }
      finish(found.length === 0 ? exitCodes.ok : exitCodes.found);
    });
}
