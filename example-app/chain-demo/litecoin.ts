import { bitcoinChain } from 'deposit-callback/chains/bitcoin';
import { litecoin, regtest as network, startLitecoind } from '../../test/chains/litecoind.ts';
import { bitcoinScenes, newAddress, wanted } from './bitcoin-scenes.ts';
import { play } from './play.ts';

export async function demo(): Promise<void> {
  const node = await startLitecoind();
  const { url, cookieFile } = node;
  const { address } = newAddress('rltc');
  const chain = {
    title: 'Litecoin: litecoind, the node of Litecoin Core, with a chain of its own (regtest)',
    notes: [],
    watched: { network, url, cookieFile, confirmations: wanted },
    check: bitcoinChain({ network, url, cookieFile }),
    confirmations: wanted,
    asset: { asset: litecoin, symbol: 'LTC', decimals: 8 },
    alice: { address },
    async held() {
      const { total_amount } = await node.rpc<{ total_amount: number }>('scantxoutset', [
        'start',
        [`addr(${address})`],
      ]);
      return BigInt(total_amount.toFixed(8).replace('.', ''));
    },
  };
  const scenes = {
    async pay(units: bigint) {
      await node.pay({ [address]: units });
    },
    async mine(blocks: number) {
      await node.mine(blocks);
    },
    async reorganize(blocks: number) {
      const height = await node.height();
      await node.rpc('invalidateblock', [await node.rpc('getblockhash', [height - blocks + 1])]);
      for (let mined = 0; mined <= blocks; mined += 1) await node.mineOnly([]);
    },
  };
  try {
    await play(chain, (scene) => bitcoinScenes(scenes, chain.asset.symbol, scene));
  } finally {
    await node.close();
  }
}
