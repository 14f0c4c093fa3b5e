import { antelope } from './antelope.ts';
import { aptos } from './aptos.ts';
import { bitcoin } from './bitcoin.ts';
import { bitcoinCash } from './bitcoin-cash.ts';
import { cardano } from './cardano.ts';
import { cosmos } from './cosmos.ts';
import { evm } from './evm.ts';
import { near } from './near.ts';
import type { Codec } from './network.ts';
import { solana } from './solana.ts';
import { stellar } from './stellar.ts';
import { substrate } from './substrate.ts';
import { sui } from './sui.ts';
import { ton } from './ton.ts';
import { tron } from './tron.ts';
import { xrpl } from './xrpl.ts';

/** The families that this package has a codec for. A network of your own may have any other name of a family. */
export type Family =
  | 'evm'
  | 'bitcoin'
  | 'bitcoincash'
  | 'tron'
  | 'solana'
  | 'aptos'
  | 'sui'
  | 'substrate'
  | 'antelope'
  | 'ton'
  | 'xrpl'
  | 'stellar'
  | 'cosmos'
  | 'near'
  | 'cardano';

/** The codec of each family: networks of one family write accounts and transactions alike. */
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
