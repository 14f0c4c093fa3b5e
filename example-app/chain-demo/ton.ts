import type { Transaction } from '@ton/core';
import { tonChain } from 'deposit-callback/chains/ton';
import { comment } from '../../test/chains/ton/contracts.ts';
import { coin, idOf, mainnet as network, raw } from '../../test/chains/ton/toncenter.ts';
import { at, oneTon, tonWorld } from '../../test/chains/ton/world.ts';
import { createEndings } from './endings.ts';
import { finalNote, finalScenes } from './final-scenes.ts';
import { play } from './play.ts';

const memo = '10042';

export async function demo(): Promise<void> {
  const endings = createEndings();
  const { node, ours, pay: send, coinsOf } = await tonWorld(endings);
  const { url } = node;
  // As time goes on, an account pays for its storage.
  node.chain.now = Math.floor(Date.now() / 1_000);
  const chain = {
    title: "TON: its own virtual machine (sandbox), behind a server like toncenter's API",
    notes: [
      'The machine makes no blocks: the server does. A payment stands in a block of a shard',
      'first, and counts once the masterchain holds that block; the one that is left out',
      'is undone by going back to a snapshot of all accounts.',
      ...finalNote,
    ],
    watched: { network, url },
    check: tonChain({ network, url }),
    confirmations: 'finalized' as const,
    asset: { asset: coin, symbol: 'TON', decimals: 9, memo: 'required' as const },
    alice: { address: raw(ours), memo },
    held: () => coinsOf(ours),
  };
  const received = async (units: bigint, words?: string): Promise<Transaction> => {
    const [arrived] = at(await send(ours, units, words === undefined ? undefined : comment(words)), ours);
    if (arrived === undefined) throw new Error('Nothing arrived');
    return arrived;
  };
  let before = node.chain.snapshot();
  const scenes = {
    ...{ symbol: 'TON', coin: oneTon },
    async payTooEarly(units: bigint) {
      before = node.chain.snapshot();
      return { hash: idOf(await received(units, memo)) };
    },
    async leaveBlock() {
      await node.chain.loadFrom(before);
      node.mine([]);
    },
    async pay(units: bigint) {
      node.mine([await received(units, memo)]);
    },
    async payWithoutMemo(units: bigint) {
      node.mine([await received(units)]);
    },
  };
  try {
    await play(chain, (scene) => finalScenes(scenes, scene));
  } finally {
    await endings.end();
  }
}
