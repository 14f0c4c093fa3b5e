// A node of bcoin with a chain of its own in memory: node bcoin.cjs <port> <as which chain it answers, JSON>. It is started by
// test/chains/bcoin.ts, and ends with its standard input.
process.env.NODE_BACKEND = 'js';
// What keeps a chain on disk has to be compiled; a chain in memory never calls it.
const database = require.resolve('leveldown');
require.cache[database] = Object.assign(new (require('node:module'))(database), { loaded: true });
const { FullNode, Network } = require('bcoin');

const { addressPrefix, blocks } = JSON.parse(process.argv[3]);
// Its regtest has forms of addresses and keys of its own.
const regtest = Network.get('regtest');
Object.assign(regtest.addressPrefix, addressPrefix);
regtest.keyPrefix.privkey = 0xef;

async function start() {
  const indexes = { indexTx: true, indexAddress: true };
  const options = { network: 'regtest', memory: true, listen: false, workers: false, ...indexes };
  const node = new FullNode({ ...options, httpPort: Number(process.argv[2]), apiKey: 'the key of the exchange' });
  await node.ensure();
  await node.open();
  const { getblockhash } = node.rpc.calls;
  node.rpc.calls.getblockhash = (params, help) => blocks[params[0]] ?? getblockhash.call(node.rpc, params, help);
  console.log('ready');
}

process.stdin.on('end', () => process.exit()).resume();
void start();
