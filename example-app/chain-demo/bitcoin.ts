import { bitcoinChain } from 'deposit-callback/chains/bitcoin';
import { bitcoin, regtest as network, overtake, password, startBcoin } from '../../test/chains/bcoin.ts';
import { bitcoinScenes, newAddress, wanted } from './bitcoin-scenes.ts';
import { play } from './play.ts';

export async function demo(): Promise<void> {
  const [node, other] = await Promise.all([startBcoin(2), startBcoin(0)]);
  const { url } = node;
  const access = { url, username: 'x', password };
  const { address, script } = newAddress('bcrt');
  const chain = {
    title: 'Bitcoin: bcoin, a node in JavaScript, with a chain of its own (regtest)',
    notes: [],
    watched: { network, ...access, confirmations: wanted },
    check: bitcoinChain({ network, ...access }),
    confirmations: wanted,
    asset: { asset: bitcoin, symbol: 'BTC', decimals: 8 },
    alice: { address },
    held: () => node.held(address),
  };
  let paid = '';
  const scenes = {
    async pay(units: bigint) {
      paid = await node.rpc('getrawtransaction', [await node.pay([[script, units]])]);
    },
    async mine(blocks: number) {
      await node.mine(blocks);
    },
    async reorganize(blocks: number) {
      await overtake(node, other, blocks);
      // After a reorg bcoin forgets payments out of rewards: whoever paid sends it once more.
      await node.send(paid);
    },
  };
  try {
    await play(chain, (scene) => bitcoinScenes(scenes, chain.asset.symbol, scene));
  } finally {
    await Promise.all([node.close(), other.close()]);
  }
}
