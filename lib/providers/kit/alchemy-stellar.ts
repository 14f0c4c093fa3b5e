import type { Transfer } from '../../deposits/transfer.ts';
import { DepositCallbackError } from '../../errors.ts';
import { boolean, type Json, numberText, optionalText, text } from '../../json/json.ts';
import { present } from '../../util/present.ts';
import { tokenOn } from './evm-reading.ts';

/**
 * One activity on Stellar: amounts in whole coins, and no memo.
 * https://www.alchemy.com/docs/reference/stellar-address-activity-webhook (read 2026-11-29)
 */
export function readStellarActivity(activity: Json, network: string, at: number | undefined): Transfer {
  if (text(activity, 'eventSubtype') !== 'transfer')
    throw new DepositCallbackError('BODY_UNREADABLE', 'The eventSubtype of an activity is not known');
  return present<Transfer>({
    kind: 'mined',
    network,
    asset: assetOf(activity, network),
    amount: { decimal: text(activity, 'value') },
    from: optionalText(activity, 'fromAddress'),
    to: text(activity, 'toAddress'),
    transaction: {
      id: text(activity, 'txHash'),
      // Together with the transaction they name one transfer, in words of Alchemy's own.
      position: `transfer:${numberText(activity, 'opIndex')}.${numberText(activity, 'eventIndex')}`,
      block: { number: numberText(activity, 'ledgerSequence') },
    },
    at,
    evidence: { category: 'transfer', success: boolean(activity, 'success') },
  });
}

function assetOf(activity: Json, network: string): Transfer['asset'] {
  const type = text(activity, 'asset.type');
  if (type === 'native') return 'native';
  if (type !== 'credit_alphanum4' && type !== 'credit_alphanum12')
    throw new DepositCallbackError('BODY_UNREADABLE', 'The type of the asset is not known');
  return tokenOn(network, `${text(activity, 'asset.code')}-${text(activity, 'asset.issuer')}`);
}
