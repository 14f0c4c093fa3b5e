import { connect } from 'node:net';
import { Redis } from 'ioredis';
import pg from 'pg';
import { openDatabase } from '../lib/stores/sqlite/driver.ts';
import { countCredits } from './crediting-by-hand.ts';
import type { StoreName } from './ours.ts';
import { makeRequests } from './requests.ts';
import { median } from './statistics.ts';

// One callback at a time over one connection: when it is answered, and when its credit is in the ledger for others to see, which
// is asked of the ledger again and again. Told by its argument; prints one line of JSON.

export interface OneAtATime {
  port: number;
  store: StoreName;
  place: string;
  count: number;
  /** The first ones, which are not counted: they find a cold server. */
  warm: number;
  pauseMs: number;
}

export interface Alone {
  answeredMs: number;
  creditedMs: number;
}

const options = JSON.parse(process.argv[2] ?? '{}') as OneAtATime;
const requests = makeRequests('standard', options.warm + options.count, '/callbacks/imtoken');
const credited = await openLedger();
const socket = connect(options.port, '127.0.0.1').setNoDelay(true);
const answers: number[] = [];
const credits: number[] = [];
for (const [index, request] of requests.entries()) {
  const sentAt = performance.now();
  const answer = new Promise<string>((resolve) => socket.once('data', (text) => resolve(String(text))));
  socket.write(request);
  const head = await answer;
  if (!head.startsWith('HTTP/1.1 2')) throw new Error(`Not taken: ${head}`);
  const answeredMs = performance.now() - sentAt;
  while ((await credited()) <= index) await new Promise(setImmediate);
  if (index >= options.warm) {
    answers.push(answeredMs);
    credits.push(performance.now() - sentAt);
  }
  await new Promise((resolve) => setTimeout(resolve, options.pauseMs));
}
const result: Alone = { answeredMs: median(answers), creditedMs: median(credits) };
process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));

/** How many credits the ledger has. */
async function openLedger(): Promise<() => number | Promise<number>> {
  switch (options.store) {
    case 'sqlite': {
      const count = (await openDatabase(options.place, undefined)).prepare('SELECT count(*) AS n FROM credits');
      return () => (count.get() as { n: number }).n;
    }
    case 'postgres': {
      const client = new pg.Client({ connectionString: options.place });
      await client.connect();
      return () => countCredits(client);
    }
    case 'redis': {
      const client = new Redis(options.place);
      return () => client.hlen('ledger');
    }
    case 'memory':
      throw new Error('Nobody else sees the memory of a process');
  }
}
