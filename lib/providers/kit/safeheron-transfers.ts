import type { Evidence, Transfer } from '../../deposits/transfer.ts';
import { type Json, optionalArray, optionalNumberText, optionalText, text } from '../../json/json.ts';
import { present } from '../../util/present.ts';
import type { AssetNames } from './asset-names.ts';
import { ifReadable } from './claims.ts';
import type { Reading } from './provider.ts';
import { transfersOf } from './readings.ts';
import { readingOf, readRows } from './rows.ts';

// Members of https://github.com/Safeheron/safeheron-api-sdk-java, webhook/TransactionParam and response/OneTransactionsResponse, and
// words of https://github.com/Safeheron/safeheron-skill, references/js (both 2026-11-29).

/** The transfer of one event; if it names several destinations, each of them by itself. */
export function readDetail(detail: Json, names: AssetNames): Reading {
  const destinations = ifReadable(() => optionalArray(detail, 'destinationAddressList')) ?? [];
  if (destinations.length < 2) return transfersOf(readTransfer(detail, names));
  return readingOf(
    readRows(destinations, 'eventDetail.destinationAddressList', (one) => {
      const { transaction, ...transfer } = readTransfer(detail, names);
      const { id, block } = transaction;
      return {
        ...transfer,
        amount: { decimal: optionalNumberText(one, 'amount') ?? '' },
        to: text(one, 'address'),
        memo: optionalNumberText(one, 'memo') ?? null,
        // `txKey` is that of all of them.
        transaction: present<Transfer['transaction']>({ id, block }),
      };
    }),
  );
}

/** What the state of a transaction says of its money. */
export function kindOf(detail: Json): Transfer['kind'] {
  const status = text(detail, 'transactionStatus');
  // Locked by the screening of the sender: not to be spent yet.
  const isLocked = !['NO', undefined].includes(optionalText(detail, 'amlLock'));
  if (status === 'COMPLETED') return isLocked ? 'seen' : 'confirmed';
  return status === 'FAILED' || status === 'REJECTED' || status === 'CANCELLED' ? 'failed' : 'seen';
}

function readTransfer(detail: Json, names: AssetNames): Transfer {
  const kind = kindOf(detail);
  const height = ifReadable(() => optionalNumberText(detail, 'blockHeight'));
  const number = height === undefined || !/^0*[1-9]\d*$/.test(height) ? undefined : height;
  return present<Transfer>({
    kind,
    ...names.named(text(detail, 'coinKey')),
    amount: { decimal: optionalNumberText(detail, 'txAmount') ?? '' },
    from: ifReadable(() => optionalText(detail, 'sourceAddress')),
    to: optionalText(detail, 'destinationAddress') ?? '',
    memo: optionalNumberText(detail, 'destinationTag') ?? optionalNumberText(detail, 'memo') ?? null,
    transaction: present<Transfer['transaction']>({
      id: optionalText(detail, 'txHash'),
      position: `transfer:${text(detail, 'txKey')}`,
      block: kind === 'confirmed' && number !== undefined ? { number } : undefined,
    }),
    evidence: { category: 'transfer', direction: directionOf(detail) } satisfies Evidence,
  });
}

// Events from before the direction was reported name the kinds of accounts only.
function directionOf(detail: Json): 'in' | 'out' | null {
  const direction = optionalText(detail, 'transactionDirection');
  if (direction === 'INFLOW') return 'in';
  if (direction === 'OUTFLOW' || direction === 'INTERNAL_TRANSFER') return 'out';
  const source = optionalText(detail, 'sourceAccountType');
  if (source === 'VAULT_ACCOUNT') return 'out';
  return source === 'UNKNOWN' ? 'in' : null;
}
