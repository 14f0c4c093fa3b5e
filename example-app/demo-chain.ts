import { parseArgs } from 'node:util';

// npm run demo:chain [-- --network litecoin]
const demos = {
  ethereum: () => import('./chain-demo/ethereum.ts'),
  // Needs Debian's `litecoind`.
  litecoin: () => import('./chain-demo/litecoin.ts'),
};
const { values } = parseArgs({ options: { network: { type: 'string', default: 'ethereum' } } });
const demo = new Map(Object.entries(demos)).get(values.network);
if (demo) await demo();
else {
  console.error(`There is no demo of ${values.network}: choose ${Object.keys(demos).join(' or ')}`);
  process.exitCode = 1;
}
