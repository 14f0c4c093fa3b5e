import { randomBytes } from 'node:crypto';

/** What a callback of the imToken profile says; what is left out has a value of no harm. */
export interface SampleFields {
  type: string;
  network: string;
  asset: string;
  /** Smallest units. */
  amount: string;
  to: string;
  from?: string;
  memo?: string;
  symbol?: string;
  decimals?: number;
  confirmations: number;
  status: string;
  hash: string;
  position?: string | undefined;
  block?: { number: string; hash: string } | undefined;
  timestamp: string;
}

/** Events of the profile. `docs/providers/imtoken.md` describes each. */
export const sampleEvents = [
  'deposit.pending',
  'deposit.confirmed',
  'deposit.reverted',
  'deposit.failed',
  'heartbeat',
  'test',
] as const;

/** A transfer that nobody reported before: USDT on Ethereum to an account that is nobody's. */
export function sampleFields(now: number): SampleFields {
  return {
    type: 'deposit.confirmed',
    network: 'eip155:1',
    asset: 'eip155:1/erc20:0xdac17f958d2ee523a2206206994597c13d831ec7',
    amount: '1000000',
    to: `0x${randomBytes(20).toString('hex')}`,
    confirmations: 1_000_000,
    status: 'success',
    hash: `0x${randomBytes(32).toString('hex')}`,
    position: 'log:0',
    block: { number: '21000000', hash: `0x${randomBytes(32).toString('hex')}` },
    timestamp: new Date(now).toISOString(),
  };
}

/** The body of such a callback. `extra` stands in `data`, for what a probe wants to say beside. */
export function sampleBody(fields: SampleFields, extra: Readonly<Record<string, unknown>> = {}): object {
  const { type, timestamp, hash, position, block, memo = null, ...data } = fields;
  if (type === 'heartbeat' || type === 'test') return { type, timestamp };
  return {
    type,
    timestamp,
    data: { ...data, memo, transaction: { hash, position, ...(block === undefined ? {} : { block }) }, ...extra },
  };
}
