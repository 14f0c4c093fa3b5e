import { randomBytes } from 'node:crypto';
import { imtoken } from 'deposit-callback/providers/imtoken';
import { signCallback } from 'deposit-callback/testing';
import type { Payment, Wallet } from './wallet.ts';

const secondMs = 1_500;

/** A wallet without a chain: it signs two callbacks for each payment, and sends them over HTTP. */
export function openSignedWallet(options: { secret: string; callbackUrl: string }): Wallet {
  const { secret, callbackUrl } = options;
  const provider = imtoken({ secrets: [secret] });
  const timers = new Set<NodeJS.Timeout>();
  const send = async (body: object): Promise<void> => {
    const signed = signCallback(provider, { secret, body });
    const response = await fetch(callbackUrl, { method: 'POST', headers: signed.headers, body: signed.body });
    await response.arrayBuffer();
    if (!response.ok) console.error(`The wallet's callback was answered with ${response.status}`);
  };
  return {
    kind: 'signed',
    secret,
    async pay(payment) {
      const transaction = transactionOf(payment);
      await send(bodyOf(payment, transaction, 'deposit.pending', 1));
      const timer = setTimeout(() => {
        timers.delete(timer);
        send(bodyOf(payment, transaction, 'deposit.confirmed', 200)).catch(console.error);
      }, secondMs);
      timers.add(timer);
    },
    height: () => undefined,
    async close() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function transactionOf({ asset, to }: Payment): object {
  const isEvm = to.network.startsWith('eip155:');
  const hash = randomBytes(32).toString('hex');
  return {
    hash: isEvm ? `0x${hash}` : hash,
    position: asset.asset.includes('/slip44:') ? 'native' : isEvm ? 'log:0' : 'event:0',
    block: {
      number: '21000000',
      hash: isEvm ? `0x${randomBytes(32).toString('hex')}` : randomBytes(32).toString('hex'),
    },
  };
}

function bodyOf({ to, asset, units }: Payment, transaction: object, type: string, confirmations: number): object {
  return {
    type,
    timestamp: new Date().toISOString(),
    data: {
      network: to.network,
      asset: asset.asset,
      amount: units.toString(),
      to: to.address,
      memo: to.memo ?? null,
      status: 'success',
      confirmations,
      transaction,
    },
  };
}
