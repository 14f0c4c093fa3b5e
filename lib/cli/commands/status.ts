import type { Command } from 'commander';
import type { Need } from '../../operator/need.ts';
import { createStatus, type Status } from '../../operator/status.ts';
import { addConfigOption, withOperations } from '../config.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { addStoreOption, withStore } from '../open-store.ts';
import type { Output } from '../output.ts';
import { isoTime } from '../times.ts';
import { needTold } from '../words/needs.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

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
  if (store === undefined) throw refuse('--config, --store', phrase('set one of them'));
  return withStore(store, (opened) => createStatus({ store: opened, now })());
}

function show({ needs, counts, providers, chains }: Status, output: Output): void {
  if (needs.length === 0) output.line({ text: output.say('Nothing needs attention.'), colour: 'green' });
  for (const need of needs) {
    const { text, cure } = needTold(need);
    output.line({ text: need.kind.padEnd(13), colour: 'red' }, ` ${output.said(text)}`);
    output.line(' '.repeat(14), { text: output.said(cure), colour: 'dim' });
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
        heardAt === undefined
          ? output.say('nothing received for 30 days')
          : output.say('last received {time}', { time: new Date(heardAt).toISOString() }),
      ]),
    ),
    ...Object.fromEntries(chains.map((one) => [one.network, chainText(one, output)])),
  });
}

function chainText(chain: Status['chains'][number], output: Output): string {
  const { block, behind, blocksPerMinute, behindSince, code } = chain;
  const pace =
    behindSince === undefined
      ? ''
      : output.say(', {count} a minute, since {time}', {
          ...{ count: blocksPerMinute, time: new Date(behindSince).toISOString() },
        });
  const read = output.say('read to block {block}, {behind} behind', { block, behind });
  return `${read}${pace}${code === undefined ? '' : ` (${code})`}`;
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
