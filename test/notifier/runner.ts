import { createNotifier } from '../../lib/notifier/index.ts';

// A notifier in a process of its own, to be killed: database and node come by the command line; with a third argument, the URL of
// PostgreSQL, the first is a schema.
const [place = '', url = '', server] = process.argv.slice(2);
const notifier = createNotifier({
  ...(server === undefined ? { path: place } : { database: { url: server, schema: place } }),
  networks: [{ network: 'eip155:1', url, confirmations: 3 }],
  ...(server === undefined ? { allowPlainSecrets: true } : { secretsKey: '07'.repeat(32) }),
  allowPrivate: true,
  pollMs: 5,
});
await notifier.start();
process.send?.('started');
