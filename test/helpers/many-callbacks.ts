import { alice, bob, ether, randomHash, usdt } from './deposits.ts';
import type { Inspection, InspectionOptions } from './inspected.ts';
import type { Receiver } from './receiver.ts';

const stranger = '0x52908400098527886E0F7030069857D2E4169EE7';
const brokenChecksum = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD';
const wrongKey = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
/** The longest amount of 18 decimals that anybody will see. */
const hugeEther = '1234567890123456789012345678';

/** A receiver whose callbacks become everything that a page has to show: held, dead, unread, unverified, refused. */
export const everyKind: InspectionOptions = {
  receiver: {
    delivery: { attempts: 1 },
    sources: ['127.0.0.1'],
    quarantineUnverified: true,
    policy: {
      assets: [
        { asset: usdt, decimals: 6 },
        { asset: ether, decimals: 18 },
      ],
      accounts: new Map([
        [alice, 'customer-4711'],
        [bob, 'Bob & Sons Trading (Singapore) Pte. Ltd., segregated account 2'],
      ]),
      hold: ({ amount, asset }) =>
        asset === ether && amount > 10n ** 21n
          ? 'more than 1,000 ETH: ask the treasury before it is credited'
          : undefined,
    },
  },
  inspector: { actions: true, actor: () => 'mei' },
};

type Send = (receiver: Receiver) => Promise<unknown>;

/** One callback of each kind; the second of them is a dead letter, if a listener of `deposit` fails for 1.6 USDT. */
export const kinds: readonly Send[] = [
  ({ send }) => send(),
  ({ send }) => send({ amount: '1600000' }),
  ({ send }) => send({ asset: ether, amount: hugeEther, to: bob, position: 'native' }),
  ({ send }) => send({ to: stranger }),
  ({ send }) => send({ to: brokenChecksum, amount: '987654321' }),
  ({ sendBody }) => sendBody('{"type":'),
  ({ send }) => send({}, { secret: wrongKey }),
  ({ send }) => send({ confirmations: 1, type: 'deposit.pending', to: bob, amount: '250000000000' }),
  ({ send }) => send({ status: 'failed' }),
  async ({ send }) => {
    const transfer = { hash: randomHash(), block: randomHash() };
    await send({ ...transfer, timestamp: '2026-01-01T00:00:01Z' });
    await send({ ...transfer, type: 'deposit.reverted', confirmations: 0, timestamp: '2026-01-01T00:00:02Z' });
  },
];

/** Sends at least so many callbacks, of each kind in turn, a second apart. */
export async function sendMany(inspection: Inspection, count: number): Promise<void> {
  const { callbacks, clock, outcomes } = inspection;
  let failed = 0;
  callbacks.on('deposit', ({ id, amount }) => {
    if (amount !== 1_600_000n) return;
    failed += 1;
    throw new Error(
      failed % 3 === 2 ? `no account for ${id}` : 'the ledger is down: connect ECONNREFUSED 10.0.0.7:5432',
    );
  });
  for (let index = 0; outcomes.length < count; index += 1) {
    await kinds[index % kinds.length]?.(inspection);
    clock.advance(1_000);
  }
}
