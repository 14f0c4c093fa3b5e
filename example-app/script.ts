import { randomBytes } from 'node:crypto';
import { accounts, assets } from './accounts.ts';

/** What the scripted wallet sends, in order, and what must come of it. */
export interface Step {
  title: string;
  /** Sent to the callbacks of this provider instance. */
  provider: 'imtoken' | 'partner';
  body: object;
  /** Default: a new id, the right secret, now. */
  id?: string;
  secret?: string;
  ageMs?: number;
  /** Changes the bytes after they were signed. */
  tamper?: (body: Buffer) => Buffer;
  status: number;
  outcome: string;
  /** Units that this step must add to the customer's balance. */
  credits: bigint;
}

const [eth, usdt, tronUsdt] = assets;
const [alice, bob, carol] = accounts;
const hex = (bytes: number): string => `0x${randomBytes(bytes).toString('hex')}`;

interface Transfer {
  type: string;
  network: string;
  asset: string;
  amount: bigint;
  to: string;
  confirmations?: number;
  hash: string;
  position: string;
  block?: string;
  status?: string;
}

/** A body of the imToken profile. */
function body(transfer: Transfer): object {
  const {
    type,
    network,
    asset,
    amount,
    to,
    confirmations = 200,
    hash,
    position,
    block = hex(32),
    status = 'success',
  } = transfer;
  return {
    type,
    timestamp: new Date().toISOString(),
    data: {
      network,
      asset,
      amount: amount.toString(),
      to,
      memo: null,
      status,
      confirmations,
      transaction: { hash, position, block: { number: '21000000', hash: block } },
    },
  };
}

const ethereum = (over: Partial<Transfer>): object =>
  body({
    type: 'deposit.confirmed',
    network: 'eip155:1',
    asset: usdt.asset,
    amount: 1_500_000n,
    to: alice.address,
    hash: hex(32),
    position: 'log:3',
    ...over,
  });

/** Stands for a secret that the receiver never had. */
const strangersSecret = `whsec_${randomBytes(32).toString('base64')}`;

export function script(): Step[] {
  const good = ethereum({});
  const native = {
    hash: hex(32),
    block: hex(32),
    asset: eth.asset,
    amount: 2n * 10n ** 18n,
    to: bob.address,
    position: 'native',
  };
  const tron = {
    network: carol.network,
    asset: tronUsdt.asset,
    to: carol.address,
    amount: 20_000_000n,
    hash: hex(32).slice(2),
    position: 'event:0',
  };
  const twice = { hash: hex(32), block: hex(32), amount: 7_000_000n, to: bob.address };
  const step = (title: string, sent: object, over: Partial<Step> = {}): Step => ({
    title,
    provider: 'imtoken',
    body: sent,
    status: 200,
    outcome: 'recorded',
    credits: 0n,
    ...over,
  });

  return [
    step('A good callback: 1.5 USDT for alice', good, { id: 'msg_good', credits: 1_500_000n }),
    step('The very same one again', good, { id: 'msg_good', outcome: 'duplicate' }),
    step('Replayed under another id', good, { outcome: 'duplicate' }),
    step('2 ETH for bob, 1 confirmation yet', ethereum({ ...native, type: 'deposit.pending', confirmations: 1 })),
    step('The same 2 ETH, confirmed', ethereum(native), { credits: 2n * 10n ** 18n }),
    step('20 USDT on TRON for carol', body({ type: 'deposit.confirmed', ...tron }), { credits: 20_000_000n }),
    step('7 USDT for bob', ethereum(twice), { credits: 7_000_000n }),
    step('The same 7 USDT, address in lower case', ethereum({ ...twice, to: bob.address.toLowerCase() })),
    step('Amount changed on the way', ethereum({ amount: 9_000_000n }), {
      tamper: (bytes) => Buffer.from(bytes.toString().replace('"9000000"', '"9900000"')),
      status: 401,
      outcome: 'SIGNATURE_INVALID',
    }),
    step('Signed an hour ago', ethereum({}), { ageMs: 3_600_000, status: 401, outcome: 'TIMESTAMP_TOO_OLD' }),
    step('Signed with an unknown key', ethereum({}), {
      secret: strangersSecret,
      status: 401,
      outcome: 'SIGNATURE_INVALID',
    }),
    step('Sent from an address that is not listed', ethereum({}), {
      provider: 'partner',
      status: 403,
      outcome: 'SOURCE_NOT_ALLOWED',
    }),
    step('Nothing at all for alice', ethereum({ amount: 0n }), { outcome: 'ignored' }),
    step('A token that is not listed', ethereum({ asset: `eip155:1/erc20:${hex(20)}` }), { outcome: 'ignored' }),
    step('A transaction that failed', ethereum({ status: 'failed' }), { outcome: 'ignored' }),
    step('For an address that is not ours', ethereum({ to: hex(20) }), { outcome: 'ignored' }),
  ];
}

/** What each customer must own when the script is through. */
export function expectedBalances(): { customer: string; asset: string; amount: bigint }[] {
  return [
    { customer: 'alice', asset: usdt.asset, amount: 1_500_000n },
    { customer: 'bob', asset: usdt.asset, amount: 7_000_000n },
    { customer: 'bob', asset: eth.asset, amount: 2n * 10n ** 18n },
    { customer: 'carol', asset: tronUsdt.asset, amount: 20_000_000n },
  ];
}
