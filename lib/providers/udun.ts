import type { Evidence, Transfer } from '../deposits/transfer.ts';
import { integer, type Json, numberText, optionalNumberText, optionalText, parseJson, text } from '../json/json.ts';
import { assertOptions } from '../util/given-options.ts';
import { present } from '../util/present.ts';
import { claimedDecimals, ifReadable } from './kit/claims.ts';
import { assetByCoinType, type CoinTypesOptions } from './kit/coin-types.ts';
import { declareProvider } from './kit/declare-provider.ts';
import { fieldOf } from './kit/places.ts';
import type { Provider, Reading } from './kit/provider.ts';
import { transfersOf } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// https://www.uduncloud.com/gateway-interface: md5 of body, key, nonce and time, one after the other; `body` is the field's text,
// not written again. The time is signed and opens no window: whether a retry gets a new one is not documented.
const scheme: Scheme = {
  algorithm: 'md5',
  signature: { bodyField: 'sign' },
  signed: [{ bodyField: 'body' }, 'secret', { bodyField: 'nonce' }, { bodyField: 'timestamp' }],
  // Where the nonce ends and the time begins is not signed; nothing is read from either.
  content: (request) => ({ body: fieldOf(request, 'body') ?? '' }),
};

/**
 * Receives callbacks of the Udun gateway (Youdun wallet). `secrets` are merchant keys. See `docs/providers/udun.md`.
 */
export function udun(options: CoinTypesOptions): Provider {
  assertOptions('udun', options);
  return declareProvider(
    {
      name: 'udun',
      scheme,
      form: 'form',
      read: (content) => readUdun(content, options.networks),
      events: ['deposit', 'withdrawal'],
      answer: () => accepted,
      reportsMemos: true,
      ownOptions: ['networks'],
    },
    options,
  );
}

const accepted = { status: 200, body: 'success' } as const;

function readUdun(fields: Json, networks: CoinTypesOptions['networks']): Reading {
  return transfersOf(readTrade(parseJson(Buffer.from(text(fields, 'body'))), networks));
}

function readTrade(trade: Json, networks: CoinTypesOptions['networks']): Transfer {
  const isDeposit = integer(trade, 'tradeType') === 1;
  const status = integer(trade, 'status');
  const number = ifReadable(() => optionalNumberText(trade, 'blockHigh'));
  return present<Transfer>({
    kind: kindOf(status, isDeposit),
    ...assetByCoinType(numberText(trade, 'mainCoinType'), numberText(trade, 'coinType'), networks),
    amount: { units: optionalNumberText(trade, 'amount') ?? '' },
    decimals: claimedDecimals(trade, 'decimals'),
    to: text(trade, 'address'),
    memo: optionalNumberText(trade, 'memo') ?? null,
    transaction: present<Transfer['transaction']>({
      id: optionalText(trade, 'txId'),
      position: `transfer:${numberText(trade, 'tradeId')}`,
      // -1 if it is in no block.
      block: number === undefined || number.startsWith('-') ? undefined : { number },
    }),
    evidence: present<Evidence>({
      category: 'transfer',
      direction: isDeposit ? 'in' : 'out',
      // In the older protocol 1 is the success of a deposit, in the newer one a review that deposits do not have.
      success: isDeposit && status === 1 ? null : undefined,
    }),
  });
}

// 3 is success on chain; 2 was turned down, 4 has failed.
function kindOf(status: number, isDeposit: boolean): Transfer['kind'] {
  if (status === 3 || (status === 1 && isDeposit)) return 'confirmed';
  return status === 2 || status === 4 ? 'failed' : 'seen';
}
