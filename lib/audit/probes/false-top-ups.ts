import { randomBytes } from 'node:crypto';
import { describeSeen, type Seen } from '../exchange.ts';
import { type Finding, green, isDecided, type Probe, red, skipped } from '../probe.ts';
import type { SampleFields } from '../sample.ts';
import { newId } from '../signer.ts';
import type { State } from '../state.ts';
import type { Target } from '../target.ts';

/**
 * One false top-up: a signed callback whose transfer must not be credited. `docs/checks.md` describes the attack of
 * each.
 */
interface FalseTopUp {
  id: string;
  title: string;
  does: string;
  /** The transfers to report, all of them false. */
  make(fields: SampleFields): readonly (readonly [fields: SampleFields, extra?: Readonly<Record<string, unknown>>])[];
}

const table: readonly FalseTopUp[] = [
  {
    id: 'failed-transaction',
    title: 'A transaction that failed is not credited',
    does: 'reports "confirmed" with the status "failed"',
    make: (fields) => [[{ ...fields, status: 'failed' }]],
  },
  {
    id: 'failed-event',
    title: 'A deposit reported as failed is not credited',
    does: 'reports deposit.failed',
    make: (fields) => [[{ ...fields, type: 'deposit.failed' }]],
  },
  {
    id: 'unconfirmed',
    title: 'A transaction seen only in the mempool is not credited',
    does: 'reports deposit.pending without a block',
    make: ({ block: _, ...fields }) => [[{ ...fields, type: 'deposit.pending', position: 'native', confirmations: 0 }]],
  },
  {
    id: 'early-confirmed',
    title: 'The word "confirmed" does not stand for confirmations',
    does: 'reports deposit.confirmed with 0 confirmations',
    make: (fields) => [[{ ...fields, confirmations: 0 }]],
  },
  {
    id: 'replaceable',
    title: 'A replaceable payment is not credited',
    does: 'reports deposit.confirmed, replaceable, in no block',
    make: ({ block: _, ...fields }) => [[{ ...fields, position: 'native', confirmations: 0 }, { replaceable: true }]],
  },
  {
    id: 'zero-amount',
    title: 'A zero transfer is not credited',
    does: 'reports an amount of 0',
    make: (fields) => [[{ ...fields, amount: '0' }]],
  },
  {
    id: 'odd-amount',
    title: 'An amount that is not a whole number of units is not credited',
    does: 'reports a negative amount, one with a fraction, one in hex, one with a comma',
    make: (fields) =>
      [
        `-${fields.amount}`,
        `${fields.amount}.5`,
        `0x${BigInt(fields.amount).toString(16)}`,
        `${fields.amount},000`,
      ].map((amount, index) => [{ ...fields, amount, hash: another(fields.hash, index) }]),
  },
  {
    id: 'partial-payment',
    title: 'The delivered amount is credited, not the declared one',
    does: 'declares an amount of which 0 units are delivered',
    make: (fields) => [[fields, { delivered: '0' }]],
  },
  {
    id: 'wrong-decimals',
    title: 'An asset with wrong decimals is not credited',
    does: 'reports the asset with 77 decimals',
    make: (fields) => [[{ ...fields, decimals: 77 }]],
  },
  {
    id: 'look-alike-token',
    title: 'A token with the symbol of another token is not credited',
    does: 'reports a made-up token called USDT',
    make: (fields) => [
      [
        {
          ...fields,
          asset: `${fields.network}/erc20:0x${randomBytes(20).toString('hex')}`,
          symbol: 'USDT',
          decimals: 6,
          position: 'log:0',
        },
      ],
    ],
  },
  {
    id: 'nft',
    title: 'A token id is not credited as an amount',
    does: 'reports an ERC-721',
    make: (fields) => [
      [{ ...fields, asset: `${fields.network}/erc721:0x${randomBytes(20).toString('hex')}`, position: 'log:0' }],
    ],
  },
  {
    id: 'other-network',
    title: 'A test network coin is not credited',
    does: 'reports the same account and the coin of Sepolia',
    make: (fields) => [
      [{ ...fields, network: 'eip155:11155111', asset: 'eip155:11155111/slip44:60', position: 'native' }],
    ],
  },
  {
    id: 'network-mismatch',
    title: "An asset of a network other than the transfer's is not credited",
    does: 'reports a transfer of the mainnet asset on Sepolia',
    make: (fields) => [[{ ...fields, network: 'eip155:11155111' }]],
  },
  {
    id: 'bounced',
    title: 'A bounced transfer is not credited',
    does: 'reports a transfer that bounced',
    make: (fields) => [[fields, { bounced: true }]],
  },
  {
    id: 'time-locked',
    title: 'A transfer locked for years is not credited',
    does: 'reports a transfer that is locked until the year 2286',
    make: (fields) => [[fields, { lockedUntil: '9999999999' }]],
  },
  {
    id: 'odd-script',
    title: 'An output that others can spend is not credited',
    does: 'reports an output with a bare multisig script',
    make: (fields) => [[fields, { script: 'multisig' }]],
  },
  {
    id: 'short-hash',
    title: 'A malformed transaction id is not credited',
    does: 'reports a transaction id of four digits',
    make: (fields) => [[{ ...fields, hash: '0x1234' }]],
  },
  {
    id: 'bad-checksum',
    title: 'A mistyped address is not credited',
    does: 'reports an address whose checksum is broken',
    make: (fields) => [[{ ...fields, to: brokenChecksum(fields.to) }]],
  },
];

/** Signed and false. What became of them is seen in the store alone: an honest endpoint answers 2xx all the same. */
export const falseTopUpProbes: readonly Probe[] = [
  ...table.map(
    ({ make, ...named }): Probe => ({
      ...named,
      group: 'false top-up',
      severity: 'high',
      needs: 'credits',
      run: (target) => withState(target, (state) => notCredited(target, state, make(target.transfer(state)))),
    }),
  ),
  {
    id: 'stranger',
    group: 'false top-up',
    severity: 'high',
    title: 'A deposit to an account that is not yours is not credited',
    does: 'reports a transfer to a made-up address',
    needs: 'credits',
    run: (target) =>
      withState(target, (state) => {
        const to = `0x${randomBytes(20).toString('hex')}`;
        return notCredited(target, state, [[{ ...target.transfer(state), to }]], to);
      }),
  },
  {
    id: 'taken-back',
    group: 'false top-up',
    severity: 'high',
    title: 'A deposit removed by a reorg is reverted',
    does: 'reports a confirmed deposit, then that its block is gone',
    needs: 'credits',
    run: (target) =>
      withState(target, async (state) => {
        const fields = target.transfer(state);
        const sought = { hash: fields.hash, amount: BigInt(fields.amount) };
        const over = { id: newId() };
        await target.report(fields, {}, over);
        if ((await state.credited(sought)).length === 0) return red('a valid deposit was not credited');
        const later = new Date(target.signer.now() + 1_000).toISOString();
        const seen = await target.report({ ...fields, type: 'deposit.reverted', timestamp: later }, {}, over);
        if (!isDecided(seen)) return red(describeSeen(seen));
        const left = await state.credited(sought);
        return left.length > 0
          ? red(`${describeSeen(seen)}, and it stays credited`)
          : green(`${describeSeen(seen)}, reverted`);
      }),
  },
];

async function withState(target: Target, run: (state: State) => Promise<Finding>): Promise<Finding> {
  return target.state ? run(target.state) : skipped('it is not known what is credited');
}

async function notCredited(
  target: Target,
  state: State,
  transfers: ReturnType<FalseTopUp['make']>,
  to?: string,
): Promise<Finding> {
  const seen: Seen[] = [];
  for (const [fields, extra] of transfers) {
    const answer = await target.report(fields, extra);
    if (!isDecided(answer)) return red(describeSeen(answer));
    const amount = /^\d+$/.test(fields.amount) ? BigInt(fields.amount) : -1n;
    const credited = await state.credited({ hash: fields.hash, amount, ...(to === undefined ? {} : { to }) });
    if (credited.length > 0)
      return red(`${describeSeen(answer)}, and credited ${credited[0]?.amount} units: ${credited[0]?.id}`);
    seen.push(answer);
  }
  return green(`${[...new Set(seen.map(describeSeen))].join(', ')}, nothing credited`);
}

function another(hash: string, index: number): string {
  return `${hash.slice(0, -2)}0${index}`;
}

/** The address with the case of one letter turned; EIP-55 forbids that wherever both cases stand. */
function brokenChecksum(address: string): string {
  const at = address.search(/[a-fA-F](?=[^a-fA-F]*$)/);
  const letter = address[at] ?? '';
  const turned = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
  return `${address.slice(0, at)}${turned}${address.slice(at + 1)}`;
}
