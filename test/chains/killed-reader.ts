import { evmChain } from '../../lib/chains/evm.ts';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { ether, newLedger, secret } from './exchange.ts';

// A service that reads what it has missed, credits it in its own table, says that it is done, and is killed at any moment.
const [path = '', url = '', ours = '', offset = '0'] = process.argv.slice(2);
let ahead = Number(offset);
const now = (): number => Date.now() + ahead;
const store = sqliteStore({ path, now });
const callbacks = depositCallbacks({
  providers: [imtoken({ secrets: [secret] })],
  store,
  chains: [evmChain({ network: 'eip155:1', url })],
  policy: {
    assets: [{ asset: ether, decimals: 18 }],
    isOurs: ({ address }) => address === ours,
    confirmations: { 'eip155:1': 3 },
  },
  reconcile: { blocksPerMinute: 3_000 },
  now,
});
await store.ready();
store.database.exec(newLedger);
for (const kind of ['deposit', 'deposit.reverted'] as const) {
  callbacks.on(kind, ({ asset, to, amount }, { atomically, eventId }) => {
    const signed = kind === 'deposit' ? amount : -amount;
    atomically((database) => {
      database.prepare('INSERT INTO ledger VALUES (?, ?, ?)').run(eventId, `${asset} ${to}`, signed.toString());
    });
  });
}
await callbacks.catchUp();
// Beyond the time that providers are given.
ahead += 180_000;
await callbacks.catchUp();
await callbacks.idle();
await callbacks.close();
process.send?.('done');
process.disconnect?.();
