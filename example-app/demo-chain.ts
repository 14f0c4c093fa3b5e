import { parseArgs } from 'node:util';
import { NodeMissing } from '../test/chains/node-missing.ts';

interface Demo {
  /** The software that plays the chain. */
  node: string;
  /** How to install it; without one, `npm ci` has. */
  install?: string;
  load(): Promise<{ demo(): Promise<void> }>;
}

const nodesOfTests = 'npm ci --prefix test/nodes --ignore-scripts';
const demos: Record<string, Demo> = {
  ethereum: { node: 'anvil', load: () => import('./chain-demo/ethereum.ts') },
  bitcoin: { node: 'bcoin', install: nodesOfTests, load: () => import('./chain-demo/bitcoin.ts') },
  litecoin: {
    node: 'litecoind, Litecoin Core',
    install: 'apt-get install litecoind (Debian, Ubuntu)',
    load: () => import('./chain-demo/litecoin.ts'),
  },
  solana: { node: "litesvm, Solana's runtime", load: () => import('./chain-demo/solana.ts') },
  polkadot: { node: 'chopsticks', install: nodesOfTests, load: () => import('./chain-demo/polkadot.ts') },
  ton: { node: "sandbox, TON's virtual machine", load: () => import('./chain-demo/ton.ts') },
  eos: { node: 'vert, with the token contract', load: () => import('./chain-demo/eos.ts') },
};

const usage = `Usage: npm run demo:chain [-- --network <name>]

Runs a deposit's whole way on a chain of its own on this machine, from the payment
through the notifier and a signed callback into a balance, with a false callback, a
reorg and an outage on the way. It exits with 0 if every balance is exact.

${table(Object.entries(demos).map(([name, { node, install = 'npm ci alone' }]) => [name, node, install]))}

Default: ethereum. TRON, Aptos and the XRP Ledger have no node that a demo could
start: their tests are in test/chains, over recorded answers of real nodes.`;

function table(lines: readonly (readonly string[])[]): string {
  return [['network', 'node', 'installed by'], ...lines]
    .map(([name = '', node = '', needs = '']) => `  ${name.padEnd(10)}${node.padEnd(33)}${needs}`)
    .join('\n');
}

async function main(): Promise<void> {
  const { network, help } = options();
  if (help) return console.log(usage);
  const chosen = new Map(Object.entries(demos)).get(network);
  if (!chosen) throw new Refused(`There is no demo of ${network}.\n\n${usage}`);
  const { demo } = await chosen.load().catch((error: unknown) => {
    throw new Refused(
      `The node of ${network} cannot be loaded: ${firstLine(error)}\nInstall it: ${chosen.install ?? 'npm ci'}`,
    );
  });
  await demo();
}

function options(): { network: string; help: boolean } {
  try {
    const { values } = parseArgs({
      options: {
        network: { type: 'string', default: 'ethereum' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new Refused(`${firstLine(error)}.\n\n${usage}`);
  }
}

class Refused extends Error {}

const firstLine = (error: unknown): string =>
  String(error instanceof Error ? error.message : error).split('\n')[0] ?? '';

try {
  await main();
} catch (error) {
  if (!(error instanceof Refused || error instanceof NodeMissing)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
