import { type Json, member, optionalNumberText, optionalText } from '../json/json.ts';
import { findNetwork } from '../networks/registry.ts';
import { assertOptions } from '../util/given-options.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { readMoralisBitcoin } from './kit/moralis-bitcoin.ts';
import { readMoralisEvm } from './kit/moralis-evm.ts';
import { readMoralisSolana } from './kit/moralis-solana.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { ping } from './kit/readings.ts';
import type { Scheme, SignedRequest } from './kit/scheme.ts';
import { compactJson } from './kit/signed-bytes.ts';
import { hasOtherNumbers } from './kit/signed-content.ts';

export { type MoralisWatchOptions, watchMoralis } from './kit/moralis-watch.ts';

// https://docs.moralis.com/streams-api/evm/webhook-data/webhook-security
const scheme: Scheme = {
  algorithm: 'keccak256',
  signature: { header: 'x-signature' },
  encoding: '0xhex',
  signed: ['body', 'secret'],
  // The documentation signs the body as JavaScript writes it again; what is sent is that already, unless something
  // on the way has written it otherwise.
  alsoSigned: [[{ from: writtenAgain }, 'secret']],
  content: (request) => request.content(),
};

// https://docs.moralis.com/streams/supported-chains (read 2026-11-29): after how many blocks a block is "confirmed". Sei is
// listed there without a number, so its "confirmed" counts as none.
const confirmations: Readonly<Record<string, number>> = {
  'eip155:1': 12,
  'eip155:10': 500,
  'eip155:25': 100,
  'eip155:56': 18,
  'eip155:97': 18,
  'eip155:100': 100,
  'eip155:137': 100,
  'eip155:143': 100,
  'eip155:250': 100,
  'eip155:369': 100,
  'eip155:545': 100,
  'eip155:747': 100,
  'eip155:999': 100,
  'eip155:1135': 100,
  'eip155:1284': 100,
  'eip155:1285': 100,
  'eip155:2020': 100,
  'eip155:2021': 100,
  'eip155:8453': 100,
  'eip155:42161': 18,
  'eip155:43114': 100,
  'eip155:59144': 100,
  'eip155:80002': 100,
  'eip155:84532': 100,
  'eip155:88888': 100,
  'eip155:421614': 600,
  'eip155:11155111': 18,
  'eip155:11155420': 600,
  'bip122:000000000019d6689c085ae165831e93': 2,
  'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp': 100,
};

/**
 * Receives Moralis Streams (EVM, Bitcoin, Solana). The secret is that of the Streams settings. See
 * `docs/providers/moralis.md`.
 */
export function moralis(options: ProviderOptions): Provider {
  assertOptions('moralis', options);
  return declareProvider(
    {
      name: 'moralis',
      scheme,
      read: readMoralis,
      sendsBatches: true,
      events: [
        'txs',
        'txsInternal',
        'erc20Transfers',
        'test',
        'records withheld',
        'bitcoin',
        'bitcoin mempool',
        'solana',
      ],
      reportsConfirmations: confirmations,
      sendsRemovals: false,
    },
    options,
  );
}

function readMoralis(callback: Json): Reading {
  // The test that every create and update of a stream sends: all texts empty, and "confirmed".
  const chain = optionalText(callback, 'chainId');
  if (chain === undefined) return ping;
  if (typeof member(callback, 'block') === 'string') {
    const records = optionalNumberText(callback, 'records') ?? 'some';
    const notice = `A callback came without its ${records} records`;
    return { kind: 'notice', notice, transfers: [], removals: [] };
  }
  if (member(callback, 'transactions') !== undefined) return readMoralisSolana(callback, chain);
  return findNetwork(chain)?.family === 'bitcoin'
    ? readMoralisBitcoin(callback, chain)
    : readMoralisEvm(callback, chain);
}

/**
 * `JSON.stringify(JSON.parse(body))`; undefined if that would write a number otherwise, which then would not be signed.
 */
function writtenAgain(request: SignedRequest): string | undefined {
  try {
    const json = request.content();
    return hasOtherNumbers(json) ? undefined : compactJson(json, false);
  } catch {
    return undefined;
  }
}
