import { generateKeyPairSigner } from '@solana/kit';
import { play } from '../../example-app/chain-demo/play.ts';
import { solanaChain } from '../../lib/chains/solana.ts';
import { devnet as network, startSolana } from '../chains/solana-cluster.ts';
import { transferSol } from '../chains/solana-instructions.ts';

// A demo whose scene and whose chain both say something else than what Alice has.
const cluster = await startSolana();
const { url } = cluster;
const bob = await cluster.funded();
const { address } = await generateKeyPairSigner();
const asset = { asset: `${network}/slip44:501`, symbol: 'SOL', decimals: 9 };
const check = solanaChain({ network, url });
const chain = { title: 'Wrong', notes: [], watched: { network, url }, check, confirmations: 1, asset };
await play({ ...chain, alice: { address }, held: async () => 3_000_000_000n }, async ({ see }) => {
  await cluster.send(bob, [transferSol(bob.address, address, 1_000_000_000n)]);
  cluster.seal();
  await see('1 SOL', '2');
});
cluster.close();
