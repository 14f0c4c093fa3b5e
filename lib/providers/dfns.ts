import type { ReportedAsset, Transfer } from '../deposits/transfer.ts';
import { DepositCallbackError } from '../errors.ts';
import { array, type Json, object, optionalArray, optionalNumberText, optionalText, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { wordIn } from '../util/word-in.ts';
import { claimedDecimals, claimedSymbol, ifReadable, unitsAsSent } from './kit/claims.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { eventTime } from './kit/event-time.ts';
import type { Provider, ProviderOptions, Reading } from './kit/provider.ts';
import { blockFrom, otherEvent, transfersOf } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// https://docs.dfns.co/guides/developers/webhooks
const scheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'x-dfns-webhook-signature', prefix: 'sha256=' },
  signed: ['body'],
  timestamp: { bodyField: 'timestampSent', unit: 's' },
  // A retry is an event of its own, with another id and a new time.
  id: { bodyField: 'id' },
};

/** Receives Dfns webhooks. The secret is the webhook's. See `docs/providers/dfns.md`. */
export function dfns(options: ProviderOptions): Provider {
  assertOptions('dfns', options);
  return declareProvider(
    { name: 'dfns', scheme, read: readDfns, events: ['wallet.blockchainevent.detected'] },
    options,
  );
}

// What we do ourselves (dfns/dfns-api-docs and dfns-sdk-ts, 2026-11-30).
const others =
  /^(?:wallet\.(?:created|delegated|exported|signature\..+|tags\..+|transaction\..+|transfer\..+)|policy\..+)$/;

function readDfns(callback: Json): Reading {
  const kind = text(callback, 'kind');
  if (kind !== 'wallet.blockchainevent.detected') return otherEvent(kind, others);
  return transfersOf(readTransfer(object(callback, 'data.blockchainEvent'), callback));
}

function readTransfer(event: Json, callback: Json): Transfer {
  const kind = text(event, 'kind');
  const network = text(event, 'network');
  const wallet = ifReadable(() => optionalText(callback, 'data.wallet.address'));
  const isNft = kind === 'Erc721Transfer' || kind === 'Trc721Transfer';
  const index = ifReadable(() => optionalNumberText(event, 'index'));
  return present<Transfer>({
    kind: 'mined',
    network: wordIn(networkNames, network) ?? network,
    asset: assetOf(event, kind),
    amount: isNft ? { units: 0n } : unitsAsSent(event, 'value'),
    decimals: claimedDecimals(event, 'metadata.asset.decimals'),
    symbol: claimedSymbol(event, 'metadata.asset.symbol'),
    from: ifReadable(() => optionalText(event, 'from')),
    memo: optionalText(event, 'memo'),
    transaction: present<Transfer['transaction']>({
      id: text(event, 'txHash'),
      position: index === undefined ? undefined : `transfer:${index}`,
      block: blockFrom(
        ifReadable(() => optionalNumberText(event, 'blockNumber')),
        undefined,
      ),
    }),
    at: eventTime(event, 'timestamp'),
    ...(kind === 'UtxoTransfer' ? paidByOutputs(event, wallet) : paidDirectly(event, kind, wallet)),
    ...(isNft ? { evidence: { category: 'nft', direction: directionOf(event) } } : {}),
  });
}

// Names that are not those of the networks themselves.
const networkNames: Readonly<Record<string, string>> = { AvalancheCFuji: 'eip155:43113', FantomOpera: 'eip155:250' };

// Members of https://github.com/dfns/dfns-sdk-ts, generated types of GetWalletHistory.
const contracts: Readonly<Record<string, string>> = {
  Erc20Transfer: 'contract',
  Erc721Transfer: 'contract',
  Trc20Transfer: 'contract',
  Trc721Transfer: 'contract',
  Trc10Transfer: 'tokenId',
  SplTransfer: 'mint',
  Spl2022Transfer: 'mint',
  Tep74Transfer: 'master',
};

/** A kind of tomorrow is an asset that nobody knows: kept, with an alarm. */
function assetOf(event: Json, kind: string): ReportedAsset {
  if (kind === 'NativeTransfer' || kind === 'UtxoTransfer') return 'native';
  const member = wordIn(contracts, kind);
  return member === undefined ? { name: kind } : { contract: text(event, member) };
}

type Paid = Pick<Transfer, 'to' | 'evidence'>;

function paidDirectly(event: Json, kind: string, wallet: string | undefined): Paid {
  const to = optionalText(event, 'to');
  // A token account of Solana is not the account that owns it: the wallet is.
  const isSpl = kind === 'SplTransfer' || kind === 'Spl2022Transfer';
  return {
    to: recipient(isSpl ? (wallet ?? to) : (to ?? wallet)),
    evidence: { category: 'transfer', direction: directionOf(event) },
  };
}

/**
 * A transfer of a wallet whose transaction has several senders and recipients. That `value` is what this wallet got is
 * documented nowhere, so it is reported only if nobody else got anything.
 */
function paidByOutputs(event: Json, wallet: string | undefined): Paid {
  const tos = new Set(array(event, 'tos').map((to) => text(to, '')));
  const [sole] = tos;
  // The change of our own payment.
  const isChange = (optionalArray(event, 'froms') ?? []).some((from) => wallet !== undefined && from === wallet);
  return {
    to: recipient(tos.size === 1 ? sole : wallet),
    evidence: present<NonNullable<Transfer['evidence']>>({
      category: 'transfer',
      direction: isChange ? 'out' : directionOf(event),
      soleRecipient: tos.size === 1 ? undefined : null,
    }),
  };
}

function recipient(to: string | undefined): string {
  if (to === undefined)
    throw new DepositCallbackError('BODY_UNREADABLE', 'Neither the event nor its wallet has an address');
  return to;
}

function directionOf(event: Json): 'in' | 'out' | null {
  const direction = ifReadable(() => optionalText(event, 'direction'));
  return direction === 'In' ? 'in' : direction === 'Out' ? 'out' : null;
}
