import { bitcoinChain } from 'deposit-callback/chains/bitcoin';
import { type Bcoin, bitcoin, regtest as network, password, startBcoin } from '../../test/chains/bcoin.ts';
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
    // As on the open network: another miner has found more blocks meanwhile.
    async reorganize(blocks: number) {
      const height = await node.height();
      await send(node, other, 1, height - blocks);
      await other.mine(blocks + 1);
      await send(other, node, height - blocks + 1, height + 1);
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

async function send(from: Bcoin, to: Bcoin, first: number, last: number): Promise<void> {
  for (let height = first; height <= last; height += 1) {
    const hash = await from.rpc<string>('getblockhash', [height]);
    const refused = await to.rpc('submitblock', [await from.rpc('getblock', [hash, false])]);
    if (refused !== null) throw new Error(`Block ${height} was refused: ${refused}`);
  }
}
