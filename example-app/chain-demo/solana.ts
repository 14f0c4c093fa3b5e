import { generateKeyPairSigner } from '@solana/kit';
import { solanaChain } from 'deposit-callback/chains/solana';
import { devnet as network, startSolana } from '../../test/chains/solana-cluster.ts';
import { transferSol } from '../../test/chains/solana-instructions.ts';
import { finalNote, finalScenes } from './final-scenes.ts';
import { play } from './play.ts';

export async function demo(): Promise<void> {
  const cluster = await startSolana();
  const { url, svm } = cluster;
  const bob = await cluster.funded();
  const { address: alice } = await generateKeyPairSigner();
  const chain = {
    title: 'Solana: its own runtime (litesvm), behind a server that answers as a node does',
    notes: [
      'The runtime makes no forks: the server leaves out the block of one, whose slot is',
      'skipped then, and sets the accounts back to what they were before it.',
      ...finalNote,
    ],
    watched: { network, url },
    check: solanaChain({ network, url }),
    confirmations: 'finalized' as const,
    asset: { asset: `${network}/slip44:501`, symbol: 'SOL', decimals: 9 },
    alice: { address: alice },
    held: async () => svm.getBalance(alice) ?? 0n,
  };
  const send = (units: bigint): Promise<string> => cluster.send(bob, [transferSol(bob.address, alice, units)]);
  const scenes = {
    ...{ symbol: 'SOL', coin: 1_000_000_000n },
    async payTooEarly(units: bigint) {
      const signature = await send(units);
      const { number, hash } = cluster.seal({ final: false });
      return { hash: signature, block: { number: `${number}`, hash } };
    },
    async leaveBlock() {
      cluster.abandon();
      cluster.seal();
    },
    async pay(units: bigint) {
      await send(units);
      cluster.seal({ skipped: 2 });
    },
  };
  try {
    await play(chain, (scene) => finalScenes(scenes, scene));
  } finally {
    cluster.close();
  }
}
