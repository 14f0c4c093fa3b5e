import { type Command, Option } from 'commander';
import type { Receiver } from '../../receiver.ts';
import { addConfigOption, withOperations } from '../config.ts';
import type { Context } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';
import { createBlockProgress } from '../progress.ts';
import { parseCount, parseTime } from '../times.ts';
import { phrase } from '../words/phrases.ts';
import { refuse } from '../words/refuse.ts';

/** A block by its number, or by the time of its making. */
type Place = bigint | { time: number };

interface ReconcileOptions {
  config?: string;
  network: string;
  from?: Place;
  to?: Place;
  skipTo?: Place;
  blocksPerMinute?: number;
  restart?: boolean;
  json?: boolean;
}

type Follower = Receiver<unknown>['follower'];
type Reconciled = Awaited<ReturnType<Follower['reconcile']>>;

/** Where a time falls among blocks is known to this many: on chains of the Bitcoin family the times of a block and of those after it may be out of order by so much. */
const timeMargin = 11n;

/** Reads blocks for deposits that no callback reported; what it finds is recorded, and credited by the service. */
export function addReconcile(program: Command, context: Context, finish: (code: number) => void): void {
  const { output } = context;
  addConfigOption(program.command('reconcile').description('search blocks for deposits that no callback reported'))
    .requiredOption('--network <network>', 'name or CAIP-2 id of a network with a chain check, for example eip155:1')
    .option('--from <block or time>', 'first block: its number, a time (ISO 8601), or how long ago (3h)', parsePlace)
    .option('--to <block or time>', 'last block; default: the newest', parsePlace)
    .option('--blocks-per-minute <count>', 'at the most; default: as many as the node gives', parseCount)
    .option('--restart', 'begin with the first block again, although an earlier run was stopped')
    .addOption(
      new Option(
        '--skip-to <block or time>',
        'have the service go on from this block; what is unread before it is passed over',
      )
        .argParser(parsePlace)
        .conflicts(['from', 'to', 'restart', 'blocksPerMinute']),
    )
    .option('--json', 'print JSON')
    .action(async (options: ReconcileOptions) => {
      const code = await withOperations(options.config, output, ({ follower }) =>
        options.skipTo === undefined
          ? reconcile(follower, options, context)
          : skip(follower, options, options.skipTo, output),
      );
      finish(code);
    });
}

async function reconcile(follower: Follower, options: ReconcileOptions, context: Context): Promise<number> {
  const { network, from, to, blocksPerMinute, restart = false, json } = options;
  const { output } = context;
  if (from === undefined) throw refuse('--from', phrase('set it: a block, a time, or how long ago (3h)'));
  output.progress(output.say('Reading blocks'));
  const ending = new AbortController();
  void context.stopped().then(() => ending.abort());
  const [fromBlock, toBlock] = await rangeOf(follower, network, from, to);
  const found = await follower.reconcile({
    ...{ network, fromBlock, signal: ending.signal, onProgress: createBlockProgress(output) },
    resume: restart ? 'anew' : true,
    ...(toBlock !== undefined && { toBlock }),
    ...(blocksPerMinute !== undefined && { blocksPerMinute }),
  });
  if (json) output.json(found);
  else show(found, output);
  if (found.stoppedBefore !== undefined) return exitCodes.failed;
  return found.missed.length > 0 ? exitCodes.found : exitCodes.ok;
}

function show({ fromBlock, toBlock, resumedAt, stoppedBefore, transfers, missed }: Reconciled, output: Output): void {
  if (missed.length > 0) {
    output.table(
      ['block', 'transaction'],
      missed.map((one) => [one.block, one.transactionId]),
    );
  }
  const first = resumedAt ?? fromBlock;
  const last = stoppedBefore === undefined ? toBlock : stoppedBefore - 1n;
  if (last >= first) {
    output.note(
      output.say(
        'Blocks {first} to {last} contain {transfers} transfers to your accounts; {missed} missed transactions are now recorded.',
        { first, last, transfers, missed: missed.length },
      ),
    );
  }
  if (resumedAt !== undefined) {
    output.note(
      output.say('An earlier run had come to block {block}; --restart begins with {first} again.', {
        ...{ block: resumedAt - 1n, first: fromBlock },
      }),
    );
  }
  if (stoppedBefore !== undefined) {
    output.note(
      output.say('Stopped before block {block}. Run the same command to go on from there.', { block: stoppedBefore }),
    );
  }
}

async function skip(
  follower: Follower,
  { network, json }: ReconcileOptions,
  to: Place,
  output: Output,
): Promise<number> {
  const block = typeof to === 'bigint' ? to : await follower.blockAt(network, to.time);
  const passed = await follower.skipTo(network, block);
  if (json) output.json({ skippedFrom: passed.from, skippedTo: passed.to });
  else
    output.note(
      output.say(
        'Blocks {from} to {to} are passed over: deposits in them that no callback reports are not credited.',
        passed,
      ),
    );
  return exitCodes.ok;
}

async function rangeOf(
  follower: Follower,
  network: string,
  from: Place,
  to: Place | undefined,
): Promise<[bigint, bigint | undefined]> {
  const first = typeof from === 'bigint' ? from : (await follower.blockAt(network, from.time)) - timeMargin;
  const fromBlock = first < 0n ? 0n : first;
  if (to === undefined || typeof to === 'bigint') return [fromBlock, to];
  const last = (await follower.blockAt(network, to.time)) + timeMargin;
  const newest = (await follower.blockAt(network, Number.POSITIVE_INFINITY)) - 1n;
  return [fromBlock, last < newest ? last : newest];
}

function parsePlace(text: string): Place {
  return /^\d{1,18}$/.test(text) ? BigInt(text) : { time: parseTime(text) };
}
