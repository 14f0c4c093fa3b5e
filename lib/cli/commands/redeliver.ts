import type { Command } from 'commander';
import { invalidOption } from '../../errors.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOption, withStore } from '../open-store.ts';

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
      if (ids.length === 0 && all !== true) throw invalidOption('event', 'list event ids, or use --all');
      const done = await withStore(where, async (store) => {
        const chosen = all ? (await store.events({ state: 'dead', limit: 100_000 })).map(({ id }) => id) : ids;
        const results: { id: string; redelivered: boolean }[] = [];
        for (const id of chosen) {
          results.push({ id, redelivered: await store.redeliver(id) });
          if (results.length % 100 === 0) output.progress(`${results.length} of ${chosen.length} events`);
        }
        return results;
      });
      if (json) output.json(done);
      else {
        for (const { id, redelivered } of done) {
          if (redelivered) output.line(`due again  ${id}`);
          else output.error(`There is no dead letter ${id}`);
        }
      }
      finish(done.every(({ redelivered }) => redelivered) ? exitCodes.ok : exitCodes.found);
    });
}
