import type { Transfer } from '../../lib/providers/kit/provider.ts';
import { ether } from '../helpers/deposits.ts';
import { anew, reading, rewriting, sound, testFaults } from './broken-app.ts';

const idOf = ({ transaction }: Transfer): string => (transaction.id ?? '').toLowerCase();

/** Takes a transfer whose `part` differs from when its transaction was first told for another one. */
function tellingApart(part: (transfer: Transfer, deliveryId: string) => string) {
  const first = new Map<string, string>();
  const others = new Map<string, Transfer>();
  return reading((transfer, { headers }) => {
    const own = part(transfer, String(headers['webhook-id']));
    const known = first.get(idOf(transfer));
    if (known === undefined) first.set(idOf(transfer), own);
    if (known === undefined || known === own) return transfer;
    const key = `${idOf(transfer)} ${own}`;
    const other = others.get(key) ?? anew(transfer);
    others.set(key, other);
    return other;
  });
}

function changing(fits: (transfer: Transfer) => boolean, change: (transfer: Transfer) => Partial<Transfer>) {
  return reading((transfer) => (fits(transfer) ? { ...transfer, ...change(transfer) } : transfer));
}

const unitsOf = ({ amount }: Transfer): string => ('units' in amount ? String(amount.units) : '');
const blind = (name: keyof NonNullable<Transfer['evidence']>) =>
  reading(({ evidence = {}, ...transfer }) => {
    const { [name]: _, ...rest } = evidence;
    return { ...transfer, evidence: rest };
  });

testFaults([
  {
    probe: 'replayed',
    wrong: 'answers a repetition with 409',
    front: () => {
      const known = new Set<string>();
      return (req, res, next) => {
        const signature = String(req.headers['webhook-signature']);
        if (known.has(signature)) res.status(409).end();
        else {
          known.add(signature);
          next();
        }
      };
    },
  },
  {
    probe: 'other-id',
    wrong: 'tells deposits apart by delivery id',
    provider: tellingApart((_, deliveryId) => deliveryId),
  },
  { probe: 'other-address-form', wrong: 'compares addresses as texts', provider: tellingApart(({ to }) => to) },
  {
    probe: 'other-hash-form',
    wrong: 'compares transaction ids as texts',
    provider: tellingApart(({ transaction }) => transaction.id ?? ''),
  },
  {
    probe: 'pending-then-confirmed',
    wrong: 'credits what is pending in a block, and again what is confirmed',
    provider: reading((transfer) =>
      transfer.kind === 'mined' ? { ...anew(transfer), kind: 'confirmed', confirmations: 63 } : transfer,
    ),
  },
  {
    probe: 'two-amounts',
    wrong: 'tells deposits of one log apart by amount',
    provider: tellingApart(unitsOf),
  },
  { probe: 'failed-transaction', wrong: 'does not look at the status', provider: blind('success') },
  {
    probe: 'failed-event',
    wrong: 'credits whatever is an event',
    provider: changing(
      ({ kind }) => kind === 'failed',
      () => ({ kind: 'confirmed' }),
    ),
  },
  {
    probe: 'unconfirmed',
    wrong: 'credits what is seen',
    provider: changing(
      ({ kind }) => kind === 'seen',
      () => ({ kind: 'confirmed', confirmations: 63 }),
    ),
  },
  {
    probe: 'early-confirmed',
    wrong: 'takes the word "confirmed" for confirmations',
    provider: changing(
      ({ kind, confirmations, evidence }) =>
        kind === 'confirmed' && confirmations === 0 && evidence?.replaceable !== true,
      () => ({ confirmations: 63 }),
    ),
  },
  {
    probe: 'replaceable',
    wrong: 'credits what may be replaced',
    provider: changing(
      ({ evidence }) => evidence?.replaceable === true,
      () => ({ confirmations: 63, evidence: {} }),
    ),
  },
  {
    probe: 'zero-amount',
    wrong: 'takes nothing for one unit',
    provider: changing(
      (transfer) => unitsOf(transfer) === '0',
      () => ({ amount: { units: '1' } }),
    ),
  },
  {
    probe: 'odd-amount',
    wrong: 'reads the digits of an amount and leaves the rest',
    provider: reading((transfer) => ({ ...transfer, amount: { units: unitsOf(transfer).replace(/\D/g, '') } })),
  },
  { probe: 'partial-payment', wrong: 'credits what was declared', provider: blind('delivered') },
  {
    probe: 'wrong-decimals',
    wrong: 'does not compare decimals',
    provider: reading(({ decimals: _, ...transfer }) => transfer),
  },
  {
    probe: 'look-alike-token',
    wrong: 'knows tokens by their symbols',
    provider: changing(
      ({ symbol }) => symbol === 'USDT',
      () => ({ asset: ether, decimals: 18 }),
    ),
  },
  {
    probe: 'nft',
    wrong: 'does not look at what kind of token it is',
    provider: changing(
      ({ asset }) => String(asset).includes('/erc721:'),
      () => ({ asset: ether }),
    ),
  },
  {
    probe: 'other-network',
    wrong: 'takes the coin of a test network for the real one',
    provider: changing(
      ({ asset }) => String(asset).startsWith('eip155:11155111/'),
      () => ({ network: 'eip155:1', asset: ether }),
    ),
  },
  {
    probe: 'network-mismatch',
    wrong: 'goes by the asset alone',
    provider: changing(
      ({ asset }) => String(asset).startsWith('eip155:1/'),
      () => ({ network: 'eip155:1' }),
    ),
  },
  { probe: 'bounced', wrong: 'does not look whether it bounced', provider: blind('bounced') },
  { probe: 'time-locked', wrong: 'does not look whether it is locked', provider: blind('lockedUntil') },
  { probe: 'odd-script', wrong: 'does not look at scripts', provider: blind('script') },
  {
    probe: 'short-hash',
    wrong: 'takes anything for a transaction id',
    provider: reading((transfer) => ({
      ...transfer,
      transaction: { ...transfer.transaction, id: `0x${(transfer.transaction.id ?? '').slice(2).padStart(64, '0')}` },
    })),
  },
  {
    probe: 'bad-checksum',
    wrong: 'writes addresses in lower case before it reads them',
    provider: reading((transfer) => ({ ...transfer, to: transfer.to.toLowerCase() })),
  },
  {
    probe: 'stranger',
    wrong: 'credits any account',
    options: { policy: { ...sound, isOurs: () => true } },
  },
  {
    probe: 'taken-back',
    wrong: 'does not read removals',
    provider: (provider) => ({
      ...provider,
      read(delivery, verified) {
        const read = provider.read(delivery, verified);
        return { ...read, transfers: read.transfers.filter(({ kind }) => kind !== 'removed') };
      },
    }),
  },
  {
    probe: 'duplicate-keys',
    wrong: 'believes the last of two amounts',
    provider: rewriting((body) =>
      Buffer.from(body.toString('latin1').replace(/"amount":"1",(?="amount")/, ''), 'latin1'),
    ),
  },
  {
    probe: 'proto-key',
    wrong: 'merges what stands in __proto__',
    provider: rewriting((body) =>
      Buffer.from(body.toString('latin1').replace(/"__proto__":\{("confirmations":\d+)\}/, '$1'), 'latin1'),
    ),
  },
  {
    probe: 'invalid-utf8',
    wrong: 'reads what is no UTF-8 with replacements',
    provider: rewriting((body) => Buffer.from(body.toString('utf8'))),
  },
  {
    probe: 'big-number',
    wrong: 'reads amounts as numbers',
    provider: rewriting((body) =>
      /"amount":\d/.test(body.toString('latin1')) ? Buffer.from(JSON.stringify(JSON.parse(body.toString()))) : body,
    ),
  },
]);
