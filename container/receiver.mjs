import { readFileSync } from 'node:fs';
import { depositCallbacks } from 'deposit-callback';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { postgresStore } from 'deposit-callback/stores/postgres';
import express from 'express';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: secret('DATABASE_URL') });
await pool.query('CREATE TABLE IF NOT EXISTS credits (event_id text PRIMARY KEY, account text, amount numeric)');

const callbacks = depositCallbacks({
  providers: [imtoken({ secrets: [secret('CALLBACK_SECRET')] })],
  store: postgresStore({ pool }),
  policy: {
    assets: [{ asset: 'eip155:1/slip44:60', decimals: 18 }],
    accounts: (process.env.DEPOSIT_ADDRESSES ?? '').split(','),
  },
  // The notifier's callbacks come over the network of this compose file. Behind a TLS proxy, leave it on and set trustProxy.
  requireHttps: false,
  silenceMs: 10 * 60_000,
});
callbacks.on('deposit', ({ to, amount }, { eventId, atomically }) =>
  atomically((db) => db.query('INSERT INTO credits VALUES ($1, $2, $3)', [eventId, to, String(amount)])),
);
callbacks.on('deposit.reverted', ({ to, amount }, { eventId, atomically }) =>
  atomically((db) => db.query('INSERT INTO credits VALUES ($1, $2, $3)', [eventId, to, String(-amount)])),
);
await callbacks.ready();

const app = express();
app.disable('x-powered-by');
app.get('/health', async (_req, res) => {
  const answers = await pool.query('SELECT 1').then(
    () => true,
    () => false,
  );
  res.status(answers ? 200 : 503).json({ status: answers ? 'pass' : 'fail' });
});
app.use('/callbacks', callbacks);
const server = app.listen(Number(process.env.PORT ?? 8080), () => {
  console.log(`Listening on port ${server.address().port}`);
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    server.close();
    await callbacks.close();
    await pool.end();
    server.closeAllConnections();
  });
}

/** The text of the file that `NAME_FILE` names, else the variable itself. */
function secret(name) {
  const file = process.env[`${name}_FILE`];
  const text = file === undefined ? process.env[name] : readFileSync(file, 'utf8').trim();
  if (!text) throw new Error(`Set ${name}_FILE to the path of a file, or ${name}`);
  return text;
}
