import type { Command } from 'commander';
import { invalidOption } from '../../errors.ts';
import type { Need } from '../../operator/need.ts';
import { createStatus, type Status } from '../../operator/status.ts';
import { addConfigOption, withOperations } from '../config.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import type { Output } from '../output.ts';
import { isoTime } from '../times.ts';

interface StatusOptions {
  config?: string;
  store?: string;
  json?: boolean;
}

/** One screen: what needs a person, with the cure, and how the store stands. */
export function addStatus(program: Command, context: Context, finish: (code: number) => void): void {
  const { output } = context;
  const command = program
    .command('status')
    .description('show what needs attention and how to fix it; exits with 1 if anything does')
    .option('--json', 'print JSON');
  addConfigOption(command);
  addStoreOption(command).action(async (options: StatusOptions) => {
    const status = await statusOf(options, context);
    if (options.json) output.json(statusJson(status));
    else show(status, output);
    finish(status.needs.length > 0 ? exitCodes.found : exitCodes.ok);
  });
}

async function statusOf({ config, store }: StatusOptions, { output, now }: Context): Promise<Status> {
  // The configuration knows the providers and their silence as well.
  if (config !== undefined) return withOperations(config, output, (receiver) => receiver.status());
  if (store === undefined) throw invalidOption('--config, --store', 'set one of them');
  return withStore(store, (opened) => createStatus({ store: opened, now })());
}

function show({ needs, counts, providers, chains }: Status, output: Output): void {
  if (needs.length === 0) output.line({ text: 'Nothing needs attention.', colour: 'green' });
  for (const { kind, text, cure } of needs) {
    output.line({ text: kind.padEnd(13), colour: 'red' }, ` ${text}`);
    output.line(' '.repeat(14), { text: cure, colour: 'dim' });
  }
  output.line();
  output.fields({
    callbacks: counts.callbacks,
    deposits: Object.entries(counts.deposits)
      .map(([status, n]) => `${n} ${status}`)
      .join(', '),
    'owed events': counts.owed,
    'oldest owed': isoTime(counts.oldestOwedAt),
    'dead letters': counts.dead,
    'partly read': counts.unread,
    unverified: counts.unverified,
    ...Object.fromEntries(
      providers.map(({ name, heardAt }) => [
        name,
        heardAt === undefined ? 'nothing received for 30 days' : `last received ${isoTime(heardAt)}`,
      ]),
    ),
    ...Object.fromEntries(chains.map((one) => [one.network, chainText(one)])),
  });
}

function chainText({ block, behind, blocksPerMinute, behindSince, code }: Status['chains'][number]): string {
  const pace = behindSince === undefined ? '' : `, ${blocksPerMinute} a minute, since ${isoTime(behindSince)}`;
  return `read to block ${block}, ${behind} behind${pace}${code === undefined ? '' : ` (${code})`}`;
}

function statusJson({ needs, counts, providers, chains }: Status): unknown {
  const { oldestOwedAt, ...rest } = counts;
  return {
    needs: needs.map(({ since, ...need }: Need) => ({
      ...need,
      ...(since === undefined ? {} : { since: isoTime(since) }),
    })),
    counts: { ...rest, ...(oldestOwedAt === undefined ? {} : { oldestOwedAt: isoTime(oldestOwedAt) }) },
    providers: providers.map(({ name, heardAt }) => ({
      name,
      ...(heardAt === undefined ? {} : { heardAt: isoTime(heardAt) }),
    })),
    chains: chains.map(({ at, behindSince, ...chain }) => ({
      ...{ ...chain, at: isoTime(at) },
      ...(behindSince === undefined ? {} : { behindSince: isoTime(behindSince) }),
    })),
  };
}
