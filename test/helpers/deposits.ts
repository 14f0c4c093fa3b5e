import { randomBytes } from 'node:crypto';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { signCallback } from '../../lib/testing/sign-callback.ts';

export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
export const usdt = 'eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7';
export const ether = 'eip155:1/slip44:60';
export const alice = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
export const bob = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';

/** Members of a callback of the imToken profile; what is absent gets a value that is credited. */
export interface Sent {
  type?: string;
  timestamp?: string;
  network?: string;
  asset?: string;
  amount?: string;
  to?: string;
  hash?: string;
  position?: string | undefined;
  block?: string | undefined;
  confirmations?: number;
  status?: string;
  memo?: string | null;
}

export function randomHash(): string {
  return `0x${randomBytes(32).toString('hex')}`;
}

/** A body of the imToken profile: by default 1.5 USDT for alice, confirmed 200 times. */
export function callbackBody(sent: Sent = {}): object {
  const { hash = randomHash(), position = 'log:3', block = randomHash() } = sent;
  return {
    type: sent.type ?? 'deposit.confirmed',
    timestamp: sent.timestamp ?? '2026-01-01T00:00:00Z',
    data: {
      network: sent.network ?? 'eip155:1',
      asset: sent.asset ?? usdt,
      amount: sent.amount ?? '1500000',
      to: sent.to ?? alice,
      memo: sent.memo ?? null,
      status: sent.status ?? 'success',
      confirmations: sent.confirmations ?? 200,
      transaction: { hash, position, block: { number: '21000000', hash: block } },
    },
  };
}

const signer = imtoken({ secrets: [secret] });

/** A body signed as the wallet would. */
export function signed(
  body: object | string | Uint8Array,
  options: { secret?: string; id?: string; now?: number } = {},
) {
  return signCallback(signer, { secret, ...options, body });
}
