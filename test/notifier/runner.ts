import { createNotifier } from '../../lib/notifier/index.ts';

// A notifier in a process of its own, to be killed: database and node come by the command line.
const [path = '', url = ''] = process.argv.slice(2);
const notifier = createNotifier({
  path,
  networks: [{ network: 'eip155:1', url, confirmations: 3 }],
  allowPlainSecrets: true,
  allowPrivate: true,
  pollMs: 5,
});
await notifier.start();
process.send?.('started');
