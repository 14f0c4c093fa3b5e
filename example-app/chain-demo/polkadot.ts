import { randomBytes } from 'node:crypto';
import { canonicalAddress } from 'deposit-callback';
import { polkadotChain } from 'deposit-callback/chains/polkadot';
import { startChopsticks } from '../../test/chains/chopsticks.ts';
import { dot, genesisOf, polkadot as network } from '../../test/chains/polkadot/recorded.ts';
import { finalNote, finalScenes } from './final-scenes.ts';
import { play } from './play.ts';

/** How many blocks the newest is above the last that is called final. */
const lag = 2;

export async function demo(): Promise<void> {
  const [bob, alice] = [newKey(), newKey()];
  const node = await startChopsticks({ genesisHash: genesisOf[network] ?? '', lag, rich: [bob] });
  const { url } = node;
  const chain = {
    title: 'Polkadot: chopsticks, which runs the runtime of a relay chain (Rococo 9140)',
    notes: [`It has no validators: a block counts as final ${lag} blocks later.`, ...finalNote],
    watched: { network, url },
    check: polkadotChain({ network, url }),
    confirmations: 'finalized' as const,
    asset: { asset: dot, symbol: 'DOT', decimals: 10 },
    alice: { address: canonicalAddress(network, alice) },
    held: () => node.free(alice),
  };
  const block = (units: bigint): Promise<string> => node.block([{ from: bob, to: alice, amount: units }]);
  async function grow(): Promise<void> {
    for (let made = 0; made < lag; made += 1) await node.block([]);
  }
  let fork = '';
  const scenes = {
    ...{ symbol: 'DOT', coin: 10_000_000_000n },
    async payTooEarly(units: bigint) {
      fork = await node.rpc<string>('chain_getBlockHash', []);
      const hash = await block(units);
      const made = await node.rpc<Block>('chain_getBlock', [hash]);
      const number = `${Number(made.block.header.number)}`;
      return { hash: `${number}-${made.block.extrinsics.length - 1}`, block: { number, hash } };
    },
    async leaveBlock() {
      await node.setHead(fork);
      await node.block([]);
      await grow();
    },
    async pay(units: bigint) {
      await block(units);
      await grow();
    },
  };
  try {
    await play(chain, (scene) => finalScenes(scenes, scene));
  } finally {
    await node.close();
  }
}

interface Block {
  block: { header: { number: string }; extrinsics: string[] };
}

const newKey = (): string => `0x${randomBytes(32).toString('hex')}`;
