import type { ReadBlock } from '../../chains/kit/chain-reader.ts';
import { isDepositCallbackError } from '../../errors.ts';
import type { CanonicalAccount } from '../../networks/network.ts';
import type { Logger } from '../../observe/logger.ts';
import type { NetworkSettings } from '../network-options.ts';
import { listenersOf } from '../store/audience.ts';
import type { Backfills, OpenBackfill } from '../store/backfills.ts';
import type { NotifierDatabase } from '../store/database.ts';
import { TermOver } from '../store/leadership.ts';
import type { Ledger } from '../store/ledger.ts';
import type { BackfilledTransfer } from '../store/ledger-backfills.ts';
import type { Outbox } from '../store/outbox.ts';
import { type AskedTransfer, accountText } from '../store/watch-copy.ts';
import type { WatchList } from '../store/watch-list.ts';
import type { Withheld } from '../store/withheld.ts';
import { createReadAhead } from './read-ahead.ts';
import { watchedTransfers } from './watched-transfers.ts';

/** Reads blocks of one network once more, for those who were not told of them. */
export interface Backfiller {
  readonly settings: NetworkSettings;
  /** Reads on for one of the backfills, and for all that are at the same blocks; false if there is nothing to do, or nothing that can be done now. */
  step(term: number): Promise<boolean>;
}

export interface BackfillerParts {
  settings: NetworkSettings;
  database: NotifierDatabase;
  ledger: Ledger;
  backfills: Backfills;
  watches: WatchList;
  outbox: Outbox;
  withheld: Withheld;
  maxOwed: number;
  logger: Logger;
  /** Waits after each block for as long as the pace asks. */
  rest(): Promise<void>;
  /** Whether no further block is to be read. */
  isClosed(): boolean;
}

interface Job extends OpenBackfill {
  /** Whether it asks for an account, of which transfers may be left out. */
  covers(account: CanonicalAccount): boolean;
  isWatched(account: CanonicalAccount, transfer?: AskedTransfer): boolean;
}

/** Blocks of one turn; then another backfill has its turn, so that a long one does not hold up a short one. */
const blocksATurn = 64n;
const blocksAhead = 4;

export function createBackfiller(parts: BackfillerParts): Backfiller {
  const { settings, backfills } = parts;
  const turns = new Map<string, number>();
  let turn = 0;
  return {
    settings,
    async step(term) {
      // The watcher reads them, at its first step of a term.
      if (!parts.watches.isLoaded(settings.network.id, term)) return false;
      await parts.withheld.release(settings.network.id);
      const open = await backfills.open(settings.network.id);
      for (const one of [...open]) if (!(await mayGoOn(parts, one))) open.splice(open.indexOf(one), 1);
      for (const id of turns.keys()) if (!open.some((one) => one.id === id)) turns.delete(id);
      const [first] = [...open].sort((a, b) => (turns.get(a.id) ?? 0) - (turns.get(b.id) ?? 0));
      if (!first) return false;
      turn += 1;
      turns.set(first.id, turn);
      const last = first.next + blocksATurn - 1n;
      // Who is to be told of the same blocks is told by the same reading.
      const near = open.filter((one) => one.next >= first.next && one.next <= last);
      const jobs = await Promise.all(near.map((one) => jobOf(parts, one)));
      try {
        return await readTurn(parts, term, jobs, first.next, last < first.to ? last : first.to);
      } catch (error) {
        if (error instanceof TermOver) throw error;
        await note(parts, jobs, isDepositCallbackError(error) ? error.message : 'The node did not answer');
        return false;
      }
    },
  };
}

/** A URL that does not take what is owed is owed no more for now: the others do not wait for it. */
async function mayGoOn(
  { database, outbox, withheld, settings, maxOwed }: BackfillerParts,
  { keyId, endpointId, next }: OpenBackfill,
): Promise<boolean> {
  const { all, full } = await database.read(async (sql) => {
    const told =
      endpointId === undefined
        ? ((await listenersOf(sql, [keyId])).get(keyId) ?? []).map(({ id }) => id)
        : [endpointId];
    return { all: told, full: await outbox.owedMoreThan(sql, told, maxOwed - 1) };
  });
  if (full.size === all.length) return false;
  if (full.size === 0) return true;
  await database.write(async (sql) => {
    for (const id of full) await withheld.holdFrom(sql, id, settings.network.id, Number(next));
  });
  return true;
}

async function jobOf({ settings, backfills, watches }: BackfillerParts, backfill: OpenBackfill): Promise<Job> {
  const { id, keyId } = backfill;
  const given = await backfills.accounts(id);
  const own = given && new Set(given.map(accountText));
  const isAsked = ({ address, memo }: CanonicalAccount): boolean => {
    if (own === undefined || own.has(accountText({ address }))) return true;
    return memo !== undefined && own.has(accountText({ address, memo }));
  };
  // What is not watched any more is not told.
  const isWatched = (account: CanonicalAccount, transfer?: AskedTransfer): boolean =>
    watches.watchers(settings.network.id, account, transfer).has(keyId);
  return { ...backfill, covers: (account) => isAsked(account) && isWatched(account), isWatched };
}

/** False if it makes no progress for now. */
async function readTurn(
  parts: BackfillerParts,
  term: number,
  jobs: readonly Job[],
  from: bigint,
  last: bigint,
): Promise<boolean> {
  const { settings, ledger } = parts;
  const { reader } = settings.chain;
  const finalized = settings.confirmations === 'finalized' ? await reader.finalized() : undefined;
  const ahead = createReadAhead((number) => {
    const wanting = jobs.filter((one) => one.next <= number && number <= one.to);
    return reader.block(number, (account) => wanting.some((one) => one.covers(account)));
  }, blocksAhead);
  for (let number = from; number <= last && !parts.isClosed(); number += 1n) {
    const block = await ahead.take(number, last).found;
    const here = jobs.filter((one) => one.next === number && number <= one.to);
    if (block === undefined) return false;
    if (block === 'unavailable') {
      await note(parts, here, `The node does not keep block ${number}; it is read as soon as a node has it`);
      return false;
    }
    const rows = block === 'skipped' ? [] : transfersFor(settings, block, here);
    const passed = block === 'skipped' ? { number } : { number, hash: block.hash };
    const ids = here.map((one) => one.id);
    if (!(await ledger.backfill(term, passed, rows, ids, finalized))) return false;
    for (const one of here) one.next = number + 1n;
    await parts.rest();
  }
  return true;
}

function transfersFor(settings: NetworkSettings, block: ReadBlock, jobs: readonly Job[]): BackfilledTransfer[] {
  const covering = (account: CanonicalAccount): Job[] => jobs.filter((one) => one.covers(account));
  const found = watchedTransfers(settings, block.time, block, (account, transfer) =>
    covering(account)
      .filter((one) => one.isWatched(account, transfer))
      .map((one) => one.keyId),
  );
  return found.map((transfer) => {
    const { to: address, memo } = transfer.data;
    const asked = covering(memo === null ? { address } : { address, memo });
    const backfills = asked.filter((one) => one.keyId === transfer.keyId).map((one) => one.id);
    return { ...transfer, backfills };
  });
}

/** Says once why they make no progress. */
async function note(
  { backfills, settings, logger }: BackfillerParts,
  jobs: readonly Job[],
  reason: string,
): Promise<void> {
  const ids = jobs.filter((one) => one.error !== reason).map((one) => one.id);
  if (ids.length === 0) return;
  logger.error({ network: settings.network.id, backfills: ids, reason }, 'A backfill makes no progress');
  await backfills.fail(ids, reason);
}
