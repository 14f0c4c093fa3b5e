import type { Logger } from '../../observe/logger.ts';
import type { NotifierDatabase } from './database.ts';
import { type Leadership, TermOver } from './leadership.ts';
import { type HeldLock, lockNumber, type Seat } from './seat.ts';

interface Parts {
  database: NotifierDatabase;
  seat: Seat;
  networks: readonly string[];
  logger: Logger;
}

/** Looks in which a free network is left to whoever reads fewer. */
const patience = 2;
const beats = 'heartbeats';

/**
 * Shares the networks out among the processes that are configured for them. `lost`: the session has ended, and all terms with it.
 */
export function createSharedLeadership(parts: Parts): Leadership & { lost(): void } {
  const { database, seat, networks, logger } = parts;
  const terms = new Map<string, number>();
  const free = new Map<string, number>();
  const ready = new Set<string>();
  let isBeating = false;
  let looking: Promise<void> | undefined;

  const take = async (network: string): Promise<void> => {
    const term = await beginTerm(parts, network);
    if (term === undefined) return;
    terms.set(network, term);
    logger.info({ network }, 'This process reads the network from now on');
  };
  const give = async (network: string): Promise<void> => {
    terms.delete(network);
    await seat.unlock('reads', network);
    logger.info({ network }, 'Another process reads the network from now on');
  };

  const look = async (): Promise<void> => {
    await seat.open();
    for (const network of networks) {
      if (!ready.has(network) && (await seat.lock('ready', network))) ready.add(network);
    }
    const share = shareOf(await seat.held(), seat.process() ?? 0);
    let gave = false;
    for (const network of networks) {
      const { reader, isMine, isFewest, hasFewer } = share(network);
      if (reader !== undefined) free.delete(network);
      if (isMine && hasFewer && !gave) {
        gave = true;
        await give(network);
      } else if (reader === undefined) {
        const looks = (free.get(network) ?? 0) + 1;
        free.set(network, looks);
        if (isFewest || looks > patience) await take(network);
        if (terms.has(network)) share.took();
      }
    }
    isBeating ||= await seat.lock('reads', beats);
    await database.write((sql) => sql(`DELETE FROM lanes WHERE NOT ${seat.isAlive('lanes.holder')}`).run(), {
      durable: false,
    });
  };

  return {
    term: (network) => terms.get(network),
    isBeating: () => isBeating,
    async fence(sql, network, term) {
      const row = await sql('SELECT epoch FROM networks WHERE network = ? /*pg FOR UPDATE*/').get(network);
      const { epoch } = (row ?? {}) as { epoch?: number };
      if (terms.get(network) !== term || epoch !== term) throw new TermOver(network);
    },
    look() {
      looking ??= look().finally(() => {
        looking = undefined;
      });
      return looking;
    },
    lost() {
      if (terms.size > 0) logger.warn({ networks: [...terms.keys()] }, 'The session with the database was lost');
      terms.clear();
      ready.clear();
      isBeating = false;
    },
    close: () => seat.close(),
  };
}

/** Undefined if another process was faster. */
async function beginTerm({ database, seat }: Parts, network: string): Promise<number | undefined> {
  const holder = seat.holder();
  if (!(await seat.lock('reads', network))) return undefined;
  try {
    const row = await database.write((sql) =>
      sql(
        `INSERT INTO networks (network, last_event_at, epoch) VALUES (?, 0, 1)
         ON CONFLICT (network) DO UPDATE SET epoch = networks.epoch + 1 RETURNING epoch`,
      ).get(network),
    );
    // The lock went with the session that had it.
    return seat.holder() === holder ? (row as { epoch: number }).epoch : undefined;
  } catch (error) {
    await seat.unlock('reads', network);
    throw error;
  }
}

interface Share {
  reader: number | undefined;
  isMine: boolean;
  /** Whether nobody who is ready for it reads fewer networks than this process. */
  isFewest: boolean;
  /** Whether somebody who is ready for it would read fewer than this process even with it. */
  hasFewer: boolean;
}

/** Of each network, how it stands among the processes. */
function shareOf(held: readonly HeldLock[], mine: number): ((network: string) => Share) & { took(): void } {
  const counts = new Map<number, number>();
  const beating = lockNumber('reads', beats);
  for (const { kind, number, process } of held) {
    if (kind === 'reads' && number !== beating) counts.set(process, (counts.get(process) ?? 0) + 1);
  }
  const count = (process: number): number => counts.get(process) ?? 0;
  const share = (network: string): Share => {
    const number = lockNumber('reads', network);
    const reader = held.find((one) => one.kind === 'reads' && one.number === number)?.process;
    const others = held
      .filter((one) => one.kind === 'ready' && one.number === lockNumber('ready', network) && one.process !== mine)
      .map((one) => count(one.process));
    const fewest = Math.min(Number.POSITIVE_INFINITY, ...others);
    return {
      reader,
      isMine: reader === mine,
      isFewest: count(mine) <= fewest,
      hasFewer: fewest + 2 <= count(mine),
    };
  };
  return Object.assign(share, { took: () => void counts.set(mine, count(mine) + 1) });
}
