import { object, optionalObject, text } from '../json/json.ts';
import { declareProvider } from './kit/declare-provider.ts';
import type { Provider, ProviderOptions } from './kit/provider.ts';
import { hintsAt } from './kit/readings.ts';
import type { Scheme } from './kit/scheme.ts';

// BitPay signs nothing. The secret in the callback URL keeps strangers out, and proves nothing of an invoice.
const scheme: Scheme = { algorithm: 'shared', signature: { query: 'secret' } };

/**
 * BitPay invoices, as hints (rule 27): a callback only says which invoice to fetch. The secret is the `?secret=...` of the
 * callback URL. See `docs/providers/bitpay.md`.
 */
export function bitpay(options: ProviderOptions): Provider {
  return declareProvider(
    {
      name: 'bitpay',
      scheme,
      read(content) {
        const callback = object(content, '');
        // Flat, or with the invoice under `data`.
        const reference = text(optionalObject(callback, 'data') ?? callback, 'id');
        return hintsAt({ reference });
      },
      keyedBy: 'hint',
    },
    options,
  );
}
