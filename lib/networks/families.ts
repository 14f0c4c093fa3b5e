import { antelope } from './antelope.ts';
import { aptos } from './aptos.ts';
import { bitcoin } from './bitcoin.ts';
import { evm } from './evm.ts';
import type { Codec, Family } from './network.ts';
import { solana } from './solana.ts';
import { substrate } from './substrate.ts';
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
};
