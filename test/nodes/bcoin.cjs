// A node of bcoin with a chain of its own in memory: node bcoin.cjs <port>. It is started by test/chains/bcoin.ts, and ends with its
// standard input.
process.env.NODE_BACKEND = 'js';
// What keeps a chain on disk has to be compiled; a chain in memory never calls it.
const database = require.resolve('leveldown');
require.cache[database] = Object.assign(new (require('node:module'))(database), { loaded: true });
const { FullNode, Network } = require('bcoin');

// Its regtest has forms of addresses and keys of its own: these are Bitcoin Core's.
const regtest = Network.get('regtest');
Object.assign(regtest.addressPrefix, { pubkeyhash: 0x6f, scripthash: 0xc4, bech32: 'bcrt' });
regtest.keyPrefix.privkey = 0xef;

async function start() {
  const indexes = { indexTx: true, indexAddress: true };
  const options = { network: 'regtest', memory: true, listen: false, workers: false, ...indexes };
  const node = new FullNode({ ...options, httpPort: Number(process.argv[2]), apiKey: 'the key of the exchange' });
  await node.ensure();
  await node.open();
  console.log('ready');
}

process.stdin.on('end', () => process.exit()).resume();
void start();
