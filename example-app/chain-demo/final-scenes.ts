import type { Play, ToldTransaction } from './play.ts';

/** A chain of which only final blocks are read, so that a reorg takes back nothing that was credited. */
export interface FinalChain {
  symbol: string;
  /** Smallest units of a whole coin. */
  coin: bigint;
  /** Pays to Alice in a block that is not final; how callbacks name the payment. */
  payTooEarly(units: bigint): Promise<ToldTransaction>;
  /** The chain goes on without that block, and a final block stands in its place. */
  leaveBlock(): Promise<void>;
  /** Pays to Alice in a block that is final. */
  pay(units: bigint): Promise<void>;
  /** On a chain where customers share an address: pays in a final block, without the memo that is Alice's. */
  payWithoutMemo?(units: bigint): Promise<void>;
}

export async function finalScenes(chain: FinalChain, play: Play): Promise<void> {
  const { symbol, coin } = chain;
  const { see, tell, exchange } = play;
  const early = await chain.payTooEarly(2n * coin);
  await see(`2 ${symbol} are paid to alice in a block that is not final: the notifier waits`, '0');
  await tell('pending', 2n * coin, early);
  await see('The callback of a wallet that does not wait', '0', 'pending');
  await chain.leaveBlock();
  await tell('reverted', 2n * coin, early);
  await see('The chain goes on without that block: the payment is gone', '0', 'reverted');
  await chain.pay(2n * coin);
  await see('It is paid again, in a block that is final', '2', 'pending', 'confirmed');
  await play.lie('2');
  if (chain.payWithoutMemo) {
    await chain.payWithoutMemo(coin);
    await see(`1 ${symbol} is paid to the shared address without a memo`, '2', 'pending', 'confirmed');
    const [waiting] = await exchange.callbacks.store.deposits({ status: 'quarantined', limit: 100 });
    if (waiting?.code === 'MEMO_MISSING') {
      await exchange.callbacks.correct(waiting.id, {
        account: 'alice',
        actor: 'an operator',
        reason: 'She asked for it',
      });
    }
    await see('Alice asks for it, and an operator assigns it to her', '3');
  }
  await play.stopNotifier();
  await chain.pay(coin / 2n);
  play.startNotifier();
  const all = chain.payWithoutMemo ? '3.5' : '2.5';
  await see(`0.5 ${symbol} more, paid while the notifier was down`, all, 'pending', 'confirmed');
}

/** What cannot be shown on such a chain. */
export const finalNote = [
  'Not shown: a credit that a reorg takes back. What this network calls final stays,',
  'and nothing is credited before (see the demos of ethereum, bitcoin and litecoin).',
];
