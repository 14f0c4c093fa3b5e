import type { ChainCheck } from 'deposit-callback/chains/evm';
import { evmChain } from 'deposit-callback/chains/evm';
import { rich, startAnvil } from '../../test/chains/anvil.ts';
import { transferCall } from '../../test/chains/contracts.ts';
import type { Customer } from '../accounts.ts';
import { openNotifierWallet } from './notifier-wallet.ts';
import { placeUsdt, usdt } from './usdt.ts';
import type { Wallet } from './wallet.ts';

const network = 'eip155:1';
/** Fewer than Ethereum's own: nobody at the page wants to wait for minutes. */
const confirmations = 12;

const blockMs = 500;

export interface ChainWallet extends Wallet {
  readonly kind: 'chain';
  /** What a credit needs. */
  readonly confirmations: number;
  /** What the exchange asks its own node. */
  readonly check: ChainCheck;
  /** Sends callbacks from now on. */
  start(callbackUrl: string, accounts: readonly Customer[]): Promise<void>;
}

/** A local chain (anvil), and the notifier that reads it. `onBlock` is called after each new block. */
export async function openChainWallet(directory: string, onBlock: () => void): Promise<ChainWallet> {
  const anvil = await startAnvil();
  const watched = { network, url: anvil.url, confirmations };
  const sender = await openNotifierWallet({ directory, watched, pollMs: 200 });
  await placeUsdt(anvil);
  await anvil.mine();
  let height = await anvil.height();
  // Blocks are made until the last payment has its confirmations, and then the chain rests.
  let lastNeeded = height;
  let mining: Promise<void> | undefined;
  const mine = async (): Promise<void> => {
    if (height >= lastNeeded) return;
    await anvil.mine();
    height = await anvil.height();
    onBlock();
  };
  const timer = setInterval(() => {
    mining ??= mine().finally(() => {
      mining = undefined;
    });
  }, blockMs);

  return {
    kind: 'chain',
    secret: sender.secret,
    confirmations,
    check: evmChain({ network, url: anvil.url }),
    async start(callbackUrl, accounts) {
      await sender.watch(callbackUrl, accounts);
      await sender.notifier().start();
    },
    async pay({ to, asset, units }) {
      const isToken = asset.asset.endsWith(`/erc20:${usdt}`);
      await anvil.send(
        isToken
          ? { from: rich[0], to: usdt, data: transferCall(to.address, units) }
          : { from: rich[0], to: to.address, value: units },
      );
      lastNeeded = height + 1 + confirmations;
    },
    height: () => height,
    async close() {
      clearInterval(timer);
      await mining;
      await sender.close();
      await anvil.close();
    },
  };
}
