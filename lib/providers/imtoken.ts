import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { DepositCallbackError } from '../errors.ts';
import {
  type Json,
  optionalArray,
  optionalBoolean,
  optionalInteger,
  optionalNumberText,
  optionalText,
  text,
} from '../json/json.ts';
import { standardWebhooksKey } from '../signatures/standard-webhooks.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { claimedDecimals, claimedSymbol, ifReadable } from './kit/claims.ts';
import { defineProvider } from './kit/define-provider.ts';
import { eventTime } from './kit/event-time.ts';
import type { Provider, ProviderOptions, Reading, ReportedHead } from './kit/provider.ts';
import { blockFrom, unknown } from './kit/readings.ts';
import { signStandardWebhooks, standardWebhooksHeaders, verifyStandardWebhooks } from './standard-webhooks.ts';

/**
 * Receives the open profile of deposit callbacks for imToken and any other wallet, signed by Standard Webhooks.
 * `secrets` are `whsec_...` (HMAC) or `whpk_...` (an ed25519 public key). See `docs/providers/imtoken.md` for the
 * body.
 *
 * @example
 * depositCallbacks({ providers: [imtoken({ secrets: [process.env.IMTOKEN_SECRET] })], policy });
 */
export function imtoken(options: ProviderOptions): Provider {
  assertOptions('imtoken', options);
  return defineProvider(
    {
      name: 'imtoken',
      prepare: standardWebhooksKey,
      verify: verifyStandardWebhooks,
      read: readImtoken,
      sign: signStandardWebhooks,
      events: ['deposit.pending', 'deposit.confirmed', 'deposit.reverted', 'deposit.failed', 'heartbeat', 'test'],
      reportsConfirmations: 'count',
      reportsMemos: true,
      sendsRemovals: true,
      heartbeatMs: 60_000,
      keptHeaders: standardWebhooksHeaders,
    },
    options,
  );
}

const nothing = { transfers: [], removals: [] } as const;

function readImtoken(callback: Json): Reading {
  const type = text(callback, 'type');
  if (type === 'test') return { kind: 'ping', ...nothing };
  if (type === 'heartbeat') return { kind: 'heartbeat', ...nothing, heads: readHeads(callback) };
  const kind = kindOf(type, callback);
  if (kind === undefined) return unknown(type);
  return { kind: 'transfers', transfers: [readTransfer(callback, kind)], removals: [] };
}

/** A network that cannot be read is left out: a sign of life is one in any case. */
function readHeads(callback: Json): ReportedHead[] {
  const listed = ifReadable(() => optionalArray(callback, 'data.networks')) ?? [];
  return listed.flatMap((one): ReportedHead[] => {
    const network = ifReadable(() => text(one, 'network'));
    if (network === undefined) return [];
    const block = ifReadable(() => optionalNumberText(one, 'block'));
    return [
      present<ReportedHead>({
        network,
        block: block !== undefined && /^\d{1,20}$/.test(block) ? BigInt(block) : undefined,
        ageMs: ifReadable(() => optionalInteger(one, 'ageMs')),
        standsStill: ifReadable(() => optionalText(one, 'state')) === 'stale' ? true : undefined,
      }),
    ];
  });
}

function kindOf(type: string, callback: Json): Transfer['kind'] | undefined {
  switch (type) {
    case 'deposit.pending':
      return optionalText(callback, 'data.transaction.block.hash') === undefined &&
        optionalNumberText(callback, 'data.transaction.block.number') === undefined
        ? 'seen'
        : 'mined';
    case 'deposit.confirmed':
      return 'confirmed';
    case 'deposit.reverted':
      return 'removed';
    case 'deposit.failed':
      return 'failed';
    default:
      return undefined;
  }
}

function readTransfer(callback: Json, kind: Transfer['kind']): Transfer {
  const hash = optionalText(callback, 'data.transaction.block.hash');
  const position = optionalText(callback, 'data.transaction.position');
  if (position !== undefined && hash === undefined && /^(log|event):/.test(position)) {
    throw new DepositCallbackError(
      'BODY_UNREADABLE',
      'data.transaction.position is fixed by a block, and data.transaction.block.hash is missing',
    );
  }
  return present<Transfer>({
    kind,
    network: text(callback, 'data.network'),
    asset: text(callback, 'data.asset'),
    amount: { units: optionalNumberText(callback, 'data.amount') ?? '' },
    decimals: claimedDecimals(callback, 'data.decimals'),
    symbol: claimedSymbol(callback, 'data.symbol'),
    from: ifReadable(() => optionalText(callback, 'data.from')),
    to: text(callback, 'data.to'),
    memo: optionalText(callback, 'data.memo') ?? null,
    transaction: present<Transfer['transaction']>({
      id: text(callback, 'data.transaction.hash'),
      position,
      block: blockFrom(optionalNumberText(callback, 'data.transaction.block.number'), hash),
    }),
    confirmations: optionalInteger(callback, 'data.confirmations'),
    at: eventTime(callback, 'timestamp'),
    evidence: readEvidence(callback),
  });
}

function readEvidence(callback: Json): Evidence {
  const status = optionalText(callback, 'data.status');
  const delivered = optionalNumberText(callback, 'data.delivered');
  return present<Evidence>({
    success: status === undefined ? undefined : status === 'success',
    delivered: delivered === undefined ? undefined : { units: delivered },
    bounced: optionalBoolean(callback, 'data.bounced'),
    lockedUntil: optionalNumberText(callback, 'data.lockedUntil'),
    replaceable: optionalBoolean(callback, 'data.replaceable'),
    script: optionalText(callback, 'data.script'),
  });
}
