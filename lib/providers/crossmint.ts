import type { ReportedAsset, Transfer } from '../deposits/transfer.ts';
import { type Json, member, optionalNumberText, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { claimedDecimals, claimedSymbol, ifReadable, unitsAsSent } from './kit/claims.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { eventTime } from './kit/event-time.ts';
import { isToken, tokenOn } from './kit/evm-reading.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { otherEvent, transfersOf } from './kit/readings.ts';
import { svixScheme } from './kit/svix.ts';

/**
 * Receives Crossmint transfers into wallets. `secrets` are the endpoints' signing secrets, `whsec_...`. See
 * `docs/providers/crossmint.md`.
 */
export function crossmint(options: ProviderOptions): Provider {
  assertOptions('crossmint', options);
  return declareProvider(
    {
      name: 'crossmint',
      scheme: svixScheme,
      read: readCrossmint,
      events: ['wallets.transfer.in'],
      deadlineMs: 15_000,
    },
    options,
  );
}

function readCrossmint(callback: Json): Reading {
  const type = text(callback, 'type');
  if (type !== 'wallets.transfer.in') return otherEvent(type, /^wallets\.(?:transfer\.out|signer\..+)$/);
  return transfersOf(readTransfer(callback));
}

function readTransfer(callback: Json): Transfer {
  const network = text(callback, 'data.token.chain');
  const status = text(callback, 'data.status');
  const isMoney = text(callback, 'data.token.type') === 'fungible';
  const id = ifReadable(() => optionalText(callback, 'data.transferId'));
  return present<Transfer>({
    kind: status === 'succeeded' ? 'mined' : status === 'failed' ? 'failed' : 'seen',
    network,
    asset: assetOf(callback, network),
    amount: isMoney ? amountOf(callback) : { units: 0n },
    decimals: claimedDecimals(callback, 'data.token.decimals'),
    symbol: claimedSymbol(callback, 'data.token.symbol'),
    from: ifReadable(() => optionalText(callback, 'data.sender.address')),
    to: text(callback, 'data.recipient.address'),
    transaction: present<Transfer['transaction']>({
      id: text(callback, 'data.onChain.txId'),
      position: id === undefined ? undefined : `transfer:${id}`,
    }),
    at: eventTime(callback, 'data', 'completedAt'),
    evidence: { category: isMoney ? 'transfer' : 'nft', direction: 'in' },
  });
}

/** By the contract, or by the locator: `<chain>:<contract, mint or symbol>`. */
function assetOf(callback: Json, network: string): ReportedAsset {
  const contract = optionalText(callback, 'data.token.contractAddress');
  if (contract !== undefined) return tokenOn(network, contract);
  const locator = text(callback, 'data.token.locator');
  const reference = locator.slice(locator.indexOf(':') + 1);
  return isToken(network, reference) ? { contract: reference } : { name: reference };
}

function amountOf(callback: Json): Transfer['amount'] {
  return member(callback, 'data', 'token', 'rawAmount') === undefined
    ? { decimal: optionalNumberText(callback, 'data.token.amount') ?? '' }
    : unitsAsSent(callback, 'data', 'token', 'rawAmount');
}
