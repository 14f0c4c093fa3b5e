import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

interface RedeliverOptions {
  store?: string;
  all?: boolean;
  json?: boolean;
}

/** Makes dead letters due again; the running service delivers them. */
export function addRedeliver(program: Command, { output }: Context, finish: (code: number) => void): void {
  addStoreOption(program.command('redeliver').description('retry dead letters; the running service delivers them'))
    .argument('[event...]', 'ids of events')
    .option('--all', 'every dead letter')
    .option('--json', 'print JSON')
    .action(async (ids: string[], { store: where, all, json }: RedeliverOptions) => {
      if (ids.length === 0 && all !== true) throw refuse('event', phrase('list event ids, or use --all'));
      const done = await withStore(where, async (store) => {
        const chosen = all ? (await store.events({ state: 'dead', limit: 100_000 })).map(({ id }) => id) : ids;
        const results: { id: string; redelivered: boolean }[] = [];
        for (const id of chosen) {
          results.push({ id, redelivered: await store.redeliver(id) });
          if (results.length % 100 === 0) {
            output.progress(output.say('{done} of {all} events', { done: results.length, all: chosen.length }));
          }
        }
        return results;
      });
      if (json) output.json(done);
      else {
        for (const { id, redelivered } of done) {
          if (redelivered) output.line(output.say('due again  {id}', { id }));
          else output.error(output.say('There is no dead letter {id}', { id }));
        }
      }
      finish(done.every(({ redelivered }) => redelivered) ? exitCodes.ok : exitCodes.found);
    });
}
