import { antelope } from './antelope.ts';
import { aptos } from './aptos.ts';
import { bitcoin } from './bitcoin.ts';
import { bitcoinCash } from './bitcoin-cash.ts';
import { cardano } from './cardano.ts';
import { cosmos } from './cosmos.ts';
import { evm } from './evm.ts';
import { near } from './near.ts';
import type { Codec, Family } from './network.ts';
import { solana } from './solana.ts';
import { stellar } from './stellar.ts';
import { substrate } from './substrate.ts';
import { sui } from './sui.ts';
import { ton } from './ton.ts';
import { tron } from './tron.ts';
import { xrpl } from './xrpl.ts';

/** The codec of each family. */
export const codecs: Readonly<Record<Family, Codec>> = {
  evm,
  bitcoin,
  tron,
  solana,
  aptos,
  substrate,
  antelope,
  ton,
  xrpl,
  bitcoincash: bitcoinCash,
  cosmos,
  near,
  sui,
  cardano,
  stellar,
};
