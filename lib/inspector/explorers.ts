import { invalidOption } from '../errors.ts';

/** The pages of a block explorer for a network: http(s) URLs with `{id}` in place of the transaction id or the address. */
export interface Explorer {
  transaction?: string | undefined;
  address?: string | undefined;
}

/** By CAIP-2 network. */
export type Explorers = Readonly<Record<string, Explorer>>;

const likeEtherscan = (url: string): Explorer => ({ transaction: `${url}/tx/{id}`, address: `${url}/address/{id}` });
const blockchair = (chain: string): Explorer => ({
  transaction: `https://blockchair.com/${chain}/transaction/{id}`,
  address: `https://blockchair.com/${chain}/address/{id}`,
});
const subscan = (chain: string): Explorer => ({
  transaction: `https://${chain}.subscan.io/extrinsic/{id}`,
  address: `https://${chain}.subscan.io/account/{id}`,
});

/** The explorers that are linked to unless the option says otherwise. */
export const defaultExplorers: Explorers = {
  'eip155:1': likeEtherscan('https://etherscan.io'),
  'eip155:56': likeEtherscan('https://bscscan.com'),
  'eip155:137': likeEtherscan('https://polygonscan.com'),
  'eip155:42161': likeEtherscan('https://arbiscan.io'),
  'eip155:10': likeEtherscan('https://optimistic.etherscan.io'),
  'eip155:8453': likeEtherscan('https://basescan.org'),
  'eip155:43114': likeEtherscan('https://snowtrace.io'),
  'eip155:100': likeEtherscan('https://gnosisscan.io'),
  'eip155:59144': likeEtherscan('https://lineascan.build'),
  'eip155:534352': likeEtherscan('https://scrollscan.com'),
  'eip155:42220': likeEtherscan('https://celoscan.io'),
  'eip155:11155111': likeEtherscan('https://sepolia.etherscan.io'),
  'bip122:000000000019d6689c085ae165831e93': likeEtherscan('https://mempool.space'),
  'bip122:12a765e31ffd4059bada1e25190f6e98': blockchair('litecoin'),
  'bip122:1a91e3dace36e2be3bf030a65679fe82': blockchair('dogecoin'),
  'bip122:000000000000000000651ef99cb9fcbe': blockchair('bitcoin-cash'),
  'tron:728126428': {
    transaction: 'https://tronscan.org/#/transaction/{id}',
    address: 'https://tronscan.org/#/address/{id}',
  },
  'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp': {
    transaction: 'https://solscan.io/tx/{id}',
    address: 'https://solscan.io/account/{id}',
  },
  'aptos:1': {
    transaction: 'https://explorer.aptoslabs.com/txn/{id}?network=mainnet',
    address: 'https://explorer.aptoslabs.com/account/{id}?network=mainnet',
  },
  'polkadot:91b171bb158e2d3848fa23a9f1c25182': subscan('polkadot'),
  'polkadot:b0a8d493285c2df73290dfb7e61f870f': subscan('kusama'),
  // A transaction is named by account, logical time and hash, which no explorer takes as one.
  'tvm:-239': { address: 'https://tonviewer.com/{id}' },
  'xrpl:0': { transaction: 'https://xrpscan.com/tx/{id}', address: 'https://xrpscan.com/account/{id}' },
  'stellar:pubnet': {
    transaction: 'https://stellar.expert/explorer/public/tx/{id}',
    address: 'https://stellar.expert/explorer/public/account/{id}',
  },
};

/** The default explorers with those of the option; `false`: none. Throws `OPTION_INVALID`. */
export function readExplorers(given: Explorers | false | undefined): Explorers {
  if (given === false) return {};
  if (given === undefined) return defaultExplorers;
  if (typeof given !== 'object' || given === null)
    throw invalidOption('inspector.explorers', 'must be false, or an object by CAIP-2 network');
  for (const [network, explorer] of Object.entries(given)) {
    const name = `inspector.explorers['${network}']`;
    if (!/^[-a-z0-9]{3,8}:[-_a-zA-Z0-9]{1,32}$/.test(network))
      throw invalidOption(name, 'must be named by a CAIP-2 id, for example eip155:1');
    for (const [kind, url] of Object.entries(explorer ?? {})) {
      if (kind !== 'transaction' && kind !== 'address')
        throw invalidOption(`${name}.${kind}`, 'is not known; known are transaction and address');
      if (url !== undefined && !isTemplate(url))
        throw invalidOption(
          `${name}.${kind}`,
          'must be an http or https URL that contains {id}, for example https://etherscan.io/tx/{id}',
        );
    }
  }
  return { ...defaultExplorers, ...given };
}

function isTemplate(url: unknown): boolean {
  return typeof url === 'string' && /^https?:\/\/[^/]/.test(url) && URL.canParse(url) && url.includes('{id}');
}

/** Where to look at a transaction or address; undefined if no explorer of its network is known. */
export function explorerUrl(
  explorers: Explorers,
  network: string,
  kind: keyof Explorer,
  id: string,
): string | undefined {
  const explorer = Object.hasOwn(explorers, network) ? explorers[network] : undefined;
  return explorer?.[kind]?.replace('{id}', () => encodeURIComponent(Buffer.from(id).toString()));
}
