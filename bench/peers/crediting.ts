import { Queue, Worker } from 'bullmq';
import { Logger, run } from 'graphile-worker';
import { Redis } from 'ioredis';
import pg from 'pg';
import { type Crediting, countCredits, createTables, handler } from '../crediting-by-hand.ts';

// Queues that lose nothing, each set up as its own documentation advises for that: the handler answers once the job is stored,
// and a worker in the same process credits.

interface Job {
  transaction: string;
  account: string;
  amount: string;
}

/**
 * BullMQ on a Redis that syncs each write: the callback's id is the job's, which is refused as long as the job is there. The
 * ledger is a hash in the same Redis, as durable as the queue, and takes a transaction once.
 */
export async function bullmq(path: string): Promise<Crediting> {
  const ledger = new Redis(path);
  const queue = new Queue<Job>('credits', { connection: new Redis(path, { maxRetriesPerRequest: null }) });
  const worker = new Worker<Job>(
    'credits',
    async ({ data: { transaction, account, amount } }) => {
      await ledger.hsetnx('ledger', transaction, JSON.stringify({ account, amount }));
    },
    { connection: new Redis(path, { maxRetriesPerRequest: null }), concurrency: 50 },
  );
  worker.on('error', (error) => console.error(error));
  await worker.waitUntilReady();
  return {
    listener: handler(async ({ id, body, ...job }) => {
      await queue.add('credit', job, {
        jobId: id,
        attempts: 12,
        backoff: { type: 'exponential', delay: 1_000 },
        removeOnComplete: { age: 7 * 24 * 3_600 },
      });
    }),
    credited: () => ledger.hlen('ledger'),
  };
}

/**
 * graphile-worker: inbox and job in one statement, so that the job is there if and only if the callback is new; with the batching
 * that its page on performance advises.
 */
export async function graphileWorker(url: string): Promise<Crediting> {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  await createTables(pool);
  await run({
    preset: {
      worker: {
        connectionString: url,
        concurrentJobs: 24,
        maxPoolSize: 25,
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        // By default it writes two lines for each job.
        logger: new Logger(() => (level, message) => {
          if (level === 'error') console.error(message);
        }),
      },
    },
    noHandleSignals: true,
    taskList: {
      async credit(payload, { withPgClient }) {
        const { transaction, account, amount } = payload as Job;
        await withPgClient((client) =>
          client.query({
            name: 'credit',
            text: 'INSERT INTO credits VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
            values: [transaction, account, amount],
          }),
        );
      },
    },
  });
  return {
    listener: handler(async ({ id, body, ...job }) => {
      await pool.query({
        name: 'keep',
        text: `WITH kept AS (INSERT INTO inbox VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING id)
          SELECT graphile_worker.add_job('credit', $3::json) FROM kept`,
        values: [id, body, JSON.stringify(job)],
      });
    }),
    credited: () => countCredits(pool),
  };
}
