import type { Network } from './network.ts';

/** What decides when money on a network is safe, and when it has waited too long. */
export type Bounds = Pick<Network, 'confirmations' | 'confirmationsReason' | 'reorgDepth' | 'stuckAfterMs'>;

const minute = 60_000;

/** Age of the newest block from which on the network stands still, ms. */
export function standsStillAfterMs({ stuckAfterMs }: Pick<Network, 'stuckAfterMs'>): number {
  return Math.ceil(stuckAfterMs / 3);
}

// The reasons are repeated with their links in docs/networks.md.
export const ethereumBounds: Bounds = {
  confirmations: 12,
  reorgDepth: 64,
  stuckAfterMs: 30 * minute,
  confirmationsReason:
    'The deepest reorg since proof of stake was 7 blocks (beacon chain, May 2022); two epochs (64 slots) are finalized (ethereum.org, Gasper)',
};

/** OP Stack, and others that one sequencer orders: its order stands until L1 says otherwise. */
export const rollupBounds: Bounds = {
  confirmations: 60,
  reorgDepth: 900,
  stuckAfterMs: 60 * minute,
  confirmationsReason:
    'The sequencer reorders only with L1, which finalizes a batch in about 15 minutes (docs.optimism.io, transaction finality)',
};

export const arbitrumBounds: Bounds = {
  confirmations: 480,
  reorgDepth: 7200,
  stuckAfterMs: 60 * minute,
  confirmationsReason:
    'Two minutes of the sequencer at four blocks a second; hard finality is that of the L1 batch (docs.arbitrum.io)',
};

/** Proof-of-stake chains on which a block is final when it is made. */
export const instantBounds: Bounds = {
  confirmations: 1,
  reorgDepth: 1,
  stuckAfterMs: 15 * minute,
  confirmationsReason:
    'Validators agree on a block before it is shown; an accepted block is not undone (its own consensus documents)',
};

export const bscBounds: Bounds = {
  confirmations: 15,
  reorgDepth: 64,
  stuckAfterMs: 15 * minute,
  confirmationsReason: '15 blocks where fast finality is not reached (BEP-126 and docs.bnbchain.org); 2 where it is',
};

export const polygonBounds: Bounds = {
  confirmations: 128,
  reorgDepth: 256,
  stuckAfterMs: 30 * minute,
  confirmationsReason: 'A reorg of 157 blocks in February 2023; exchanges then took 128 to 300 (Polygon forum)',
};

export const gnosisBounds: Bounds = {
  confirmations: 20,
  reorgDepth: 48,
  stuckAfterMs: 30 * minute,
  confirmationsReason: 'Epochs of 16 slots of 5 seconds; two to three epochs are finalized (docs.gnosischain.com)',
};

export const ethereumClassicBounds: Bounds = {
  confirmations: 10_000,
  reorgDepth: 10_000,
  stuckAfterMs: 5 * 24 * 60 * minute,
  confirmationsReason: '51 % attacks in August 2020 took back more than 4,000 and then more than 7,000 blocks',
};

/** For an EVM network of whose finality nothing is claimed: listed for its name, or not listed at all. */
export const cautiousBounds: Bounds = {
  confirmations: 64,
  reorgDepth: 256,
  stuckAfterMs: 60 * minute,
  confirmationsReason:
    'Nothing is claimed of its finality: two epochs of an Ethereum-like network (ethereum.org, Gasper). Set policy.confirmations',
};

/** For a node on one's own machine. */
export const localBounds: Bounds = {
  confirmations: 1,
  reorgDepth: 64,
  stuckAfterMs: 15 * minute,
  confirmationsReason: 'A local development chain, whose coins have no value',
};

export const bitcoinBounds: Bounds = {
  confirmations: 6,
  reorgDepth: 6,
  stuckAfterMs: 6 * 60 * minute,
  confirmationsReason: 'Section 11 of the Bitcoin paper: below 0.1 % for an attacker with a tenth of the hash rate',
};

export const bitcoinCashBounds: Bounds = {
  confirmations: 15,
  reorgDepth: 15,
  stuckAfterMs: 6 * 60 * minute,
  confirmationsReason:
    'As the large exchanges take (Kraken); nodes do not follow a reorg of more than ten blocks (BCHN, -maxreorgdepth)',
};

export const cardanoBounds: Bounds = {
  confirmations: 15,
  reorgDepth: 2160,
  stuckAfterMs: 60 * minute,
  confirmationsReason:
    'As the large exchanges take (Kraken); Ouroboros undoes at most k = 2160 blocks (docs.cardano.org)',
};

export const nearBounds: Bounds = {
  confirmations: 5,
  reorgDepth: 16,
  stuckAfterMs: 15 * minute,
  confirmationsReason: 'Two blocks in a row on top make a block final (nomicon.io, Consensus); five leave room',
};

export const litecoinBounds: Bounds = {
  confirmations: 12,
  reorgDepth: 12,
  stuckAfterMs: 3 * 60 * minute,
  confirmationsReason:
    'Half an hour at 2.5 minutes a block, with less work behind each than on Bitcoin (exchanges take 6 to 12)',
};

export const dogecoinBounds: Bounds = {
  confirmations: 40,
  reorgDepth: 40,
  stuckAfterMs: 3 * 60 * minute,
  confirmationsReason: 'Forty minutes at one minute a block, as the large exchanges take (Kraken, Coinbase)',
};

export const tronBounds: Bounds = {
  confirmations: 19,
  reorgDepth: 27,
  stuckAfterMs: 15 * minute,
  confirmationsReason:
    'A block is solidified when 19 of the 27 super representatives have built on it (developers.tron.network)',
};

export const solanaBounds: Bounds = {
  confirmations: 32,
  reorgDepth: 32,
  stuckAfterMs: 15 * minute,
  confirmationsReason:
    'Commitment "finalized": 31 blocks or more on top of a block with two thirds of the votes (solana.com/docs)',
};

export const grandpaBounds: Bounds = {
  confirmations: 25,
  reorgDepth: 64,
  stuckAfterMs: 30 * minute,
  confirmationsReason:
    'GRANDPA finalizes within a few blocks; 25 leave room for when it lags (wiki.polkadot.network, consensus)',
};

export const eosBounds: Bounds = {
  confirmations: 330,
  reorgDepth: 360,
  stuckAfterMs: 30 * minute,
  confirmationsReason:
    'Delegated proof of stake was irreversible after about 325 blocks; Savanna (September 2024) needs seconds, but not every Antelope chain has it (eosnetwork.com, Spring 1.0)',
};
