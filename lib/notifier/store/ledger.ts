import type { ChainBlock } from '../../chains/kit/chain-check.ts';
import type { DepositData } from '../sending/callback-body.ts';
import { createAudience, type Listener } from './audience.ts';
import type { Sql } from './database.ts';
import { TermOver } from './leadership.ts';
import {
  type BackfilledTransfer,
  beginBackfills,
  cutBackfills,
  isInChain,
  moveBackfill,
  type PassedBlock,
  tellLate,
} from './ledger-backfills.ts';
import {
  addBlock,
  addTransfer,
  confirmable,
  endStep,
  type LedgerParts,
  longer,
  owe,
  oweTo,
  type Step,
  sparse,
  stepTime,
  type WatchedTransfer,
  writeTransfers,
} from './ledger-steps.ts';
import type { NewCallback } from './outbox.ts';

/**
 * The blocks of one network that have been read, and the transfers in them; each step is one durable transaction, which rejects with
 * `TermOver` once another process reads the network.
 */
export interface Ledger {
  /** The newest block that has been read; undefined in a new database. */
  top(): Promise<ChainBlock | undefined>;
  /** The newest block kept of this number or a lower one: of older blocks only some are kept. */
  atOrBelow(number: bigint): Promise<ChainBlock | undefined>;
  /** Takes a block as read without looking into it: where a new database begins. */
  begin(term: number, block: ChainBlock): Promise<void>;
  /**
   * Adds the next block above `top`: its transfers are owed as pending or failed, and those that it confirms as confirmed. `finalized` is the
   * newest block that the network itself calls final.
   */
  append(
    term: number,
    blocks: { top: ChainBlock; next: ChainBlock },
    watched: readonly WatchedTransfer[],
    finalized?: bigint,
  ): Promise<void>;
  /** Takes the newest block back: its transfers are owed as reverted. With `start`, begins there anew. */
  takeBack(term: number, block: ChainBlock, start?: ChainBlock): Promise<void>;
  /** Sets the end of the backfills that have none yet: the newest block, or the highest that was asked for without their accounts. */
  takeUp(term: number, reach: bigint | undefined): Promise<void>;
  /**
   * Moves those backfills over a block, whose transfers are owed as they stand. False, and nothing is done, if it is not, or no
   * longer, a block of the chain as it has been read.
   */
  backfill(
    term: number,
    block: PassedBlock,
    found: readonly BackfilledTransfer[],
    backfills: readonly string[],
    finalized?: bigint,
  ): Promise<boolean>;
}

interface TransferRow {
  id: number;
  key_id: string;
  block_number: number;
  data: string;
}

export function createLedger(parts: LedgerParts): Ledger {
  const { database, settings } = parts;
  const { id } = settings.network;
  const atOrBelow = (number: number): Promise<ChainBlock | undefined> =>
    database.read(async (sql) => {
      const row = await sql(
        'SELECT number, hash FROM blocks WHERE network = ? AND number <= ? ORDER BY number DESC LIMIT 1',
      ).get(id, number);
      const found = row as { number: number; hash: string } | undefined;
      return found && { number: BigInt(found.number), hash: found.hash };
    });
  return {
    top: () => atOrBelow(Number.MAX_SAFE_INTEGER),
    atOrBelow: (number) => atOrBelow(Number(number)),
    begin: (term, block) =>
      fenced(parts, term, async (sql) => {
        await expectTop(sql, id, undefined);
        await addBlock(sql, parts, block);
        await beginBackfills(sql, parts, Number(block.number));
      }),
    append: (term, { top, next }, watched, finalized) =>
      inStep(parts, term, async (step) => {
        await expectTop(step.sql, id, top);
        await append(step, next, watched, finalized);
      }),
    takeBack: (term, top, start) =>
      inStep(parts, term, async (step) => {
        await expectTop(step.sql, id, top);
        await revert(step, Number(top.number));
        await cutBackfills(step.sql, parts, Number(top.number));
        await parts.withheld.cut(step.sql, id, Number(top.number));
        if (start) await addBlock(step.sql, parts, start);
      }),
    takeUp: (term, reach) =>
      fenced(parts, term, async (sql) => {
        const newest = await newestOf(sql, id);
        if (newest) await beginBackfills(sql, parts, Math.max(newest.number, Number(reach ?? 0n)));
      }),
    backfill: (term, block, found, backfills, finalized) =>
      inStep(parts, term, async (step) => {
        if (!(await isInChain(step.sql, parts, block))) return false;
        const open = new Map<string, string | null | undefined>();
        for (const id of backfills) open.set(id, await moveBackfill(step.sql, parts, id, block, found));
        await step.audience.prepare(found.map((one) => one.keyId));
        for (const one of found) {
          const asking = one.backfills.map((id) => open.get(id)).filter((to) => to !== undefined);
          if (asking.length > 0) await tellLate(step, one, asking, finalized);
        }
        return true;
      }),
  };
}

function fenced<T>(parts: LedgerParts, term: number, work: (sql: Sql) => Promise<T>): Promise<T> {
  const { database, leadership, settings } = parts;
  return database.write(async (sql) => {
    await leadership.fence(sql, settings.network.id, term);
    return work(sql);
  });
}

/** One step with its own time; what it has come to is written at its end. */
async function inStep<T>(parts: LedgerParts, term: number, work: (step: Step) => Promise<T>): Promise<T> {
  const { settings, withheld, outbox } = parts;
  const { network, chain } = settings;
  let owed: readonly NewCallback[] = [];
  const result = await fenced(parts, term, async (sql) => {
    const audience = createAudience(sql, withheld, network.id);
    const step: Step = { ...parts, sql, at: await stepTime(sql, parts), audience, transfers: [], owed: [] };
    const done = await work(step);
    owed = [...step.owed];
    await endStep(step);
    return done;
  });
  // What was learned while the step was written could not find its callbacks yet.
  for (const asset of new Set(owed.flatMap(({ about }) => (about?.isDecorated === false ? [about.asset] : [])))) {
    const facts = chain.facts.known(asset);
    if (facts) await outbox.decorate(asset, facts);
  }
  return result;
}

async function append(
  step: Step,
  block: ChainBlock,
  watched: readonly WatchedTransfer[],
  finalized: bigint | undefined,
): Promise<void> {
  const number = Number(block.number);
  await addBlock(step.sql, step, block);
  await step.audience.prepare(watched.map((one) => one.keyId));
  for (const one of watched) await announce(step, number, one);
  await writeTransfers(step);
  await confirm(step, number, finalized === undefined ? undefined : Number(finalized));
  await forget(step.sql, step, number - step.settings.keepBlocks);
}

async function newestOf(sql: Sql, network: string): Promise<{ number: number; hash: string } | undefined> {
  const row = await sql('SELECT number, hash FROM blocks WHERE network = ? ORDER BY number DESC LIMIT 1').get(network);
  return row as { number: number; hash: string } | undefined;
}

/** Rejects unless that block is the newest: the step was prepared upon it. */
async function expectTop(sql: Sql, network: string, top: ChainBlock | undefined): Promise<void> {
  const newest = await newestOf(sql, network);
  if (newest?.hash !== top?.hash || (top && newest?.number !== Number(top.number))) throw new TermOver(network);
}

async function announce(step: Step, number: number, watched: WatchedTransfer): Promise<void> {
  const { audience } = step;
  const { keyId, data, spendableFrom } = watched;
  // What is read ahead may be for a key that was revoked meanwhile.
  if (!(await audience.isInForce(keyId))) return;
  const concerned = await audience.of(keyId, data.asset);
  const told: Listener[] = [];
  for (const one of concerned) if (!(await audience.holds(one, number))) told.push(one);
  // It is read again for those who are not told.
  if (told.length === 0 && concerned.length > 0) return;
  const failed = data.status === 'failed';
  const type = failed ? 'deposit.failed' : 'deposit.pending';
  const confirmations = spendableFrom > 1 ? 0 : 1;
  owe(step, keyId, type, { ...data, confirmations }, told);
  addTransfer(step, watched, failed);
}

async function confirm(step: Step, number: number, finalized: number | undefined): Promise<void> {
  const { sql, settings, audience } = step;
  const { network } = settings;
  const { newest, least } = confirmable(settings, number, finalized);
  const due = 'network = ? AND confirmed = 0 AND block_number <= ? AND block_number + spendable_from - 1 <= ?';
  const rows = (await sql(`SELECT id, key_id, block_number, data FROM transfers WHERE ${due} ORDER BY id`).all(
    ...[network.id, newest, number],
  )) as TransferRow[];
  if (rows.length === 0) return;
  await audience.prepare(rows.map((row) => row.key_id));
  for (const row of rows) {
    const depth = Math.max(least, number - row.block_number + 1);
    const data = { ...(JSON.parse(row.data) as DepositData), confirmations: depth };
    const concerned = await audience.of(row.key_id, data.asset);
    const told = concerned.filter((one) => !audience.isHeld(one, row.block_number));
    owe(step, row.key_id, 'deposit.confirmed', data, told);
  }
  await sql(`UPDATE transfers SET confirmed = 1 WHERE ${due}`).run(network.id, newest, number);
}

/** Forgets blocks older than `number`, except some, and in the end those too. */
async function forget(sql: Sql, { settings }: LedgerParts, number: number): Promise<void> {
  const { network, keepBlocks } = settings;
  const { id } = network;
  await sql(
    `DELETE FROM blocks WHERE network = ? AND number >= ? AND number < ? AND number % ${sparse} <> 0 AND NOT EXISTS
       (SELECT 1 FROM transfers WHERE transfers.network = blocks.network AND block_number = blocks.number)`,
  ).run(id, number - sparse, number);
  const oldest = number - (longer - 1) * keepBlocks;
  await sql('DELETE FROM transfers WHERE network = ? AND block_number < ?').run(id, oldest);
  await sql('DELETE FROM blocks WHERE network = ? AND number < ?').run(id, oldest);
}

async function revert(step: Step, number: number): Promise<void> {
  const { sql, settings, audience } = step;
  const { id } = settings.network;
  const rows = sql(
    'SELECT id, key_id, block_number, data FROM transfers WHERE network = ? AND block_number = ? ORDER BY id',
  );
  const gone = (await rows.all(id, number)) as TransferRow[];
  await audience.prepare(gone.map((row) => row.key_id));
  for (const row of gone) {
    const data = { ...(JSON.parse(row.data) as DepositData), confirmations: 0 };
    // Whoever was told of it, by filters of then, must be told that it is gone.
    const told = await audience.told(row.key_id, data.asset, data.transaction.hash);
    const concerned = await audience.of(row.key_id, data.asset);
    const more = concerned.filter((one) => !told.includes(one.id) && !audience.isHeld(one, number));
    oweTo(step, row.key_id, 'deposit.reverted', data, told);
    owe(step, row.key_id, 'deposit.reverted', data, more);
  }
  await sql('DELETE FROM transfers WHERE network = ? AND block_number = ?').run(id, number);
  await sql('DELETE FROM blocks WHERE network = ? AND number = ?').run(id, number);
}
