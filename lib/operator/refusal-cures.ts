import type { RefusalCode } from '../errors.ts';

/** What to mend if a provider's own callbacks are refused with a code; docs/errors.md has the whole of it. */
export const refusalCures: Readonly<Record<RefusalCode, string>> = {
  HTTPS_REQUIRED: 'set trustProxy to the proxy that ends TLS, and have it send X-Forwarded-Proto',
  SOURCE_NOT_ALLOWED: 'add its addresses to sources',
  SOURCE_UNKNOWN: 'set trustProxy, or fix the name in sources that does not resolve',
  BODY_TOO_LARGE: 'raise limits.bodyBytes',
  BODY_TIMEOUT: 'raise limits.receiveMs, or check the network between',
  BODY_ABORTED: 'check the proxy and the network between',
  BODY_ENCODING: 'stop proxies from compressing the bodies',
  BODY_FORM: 'upgrade deposit-callback, or set the form of a custom provider',
  BODY_ALREADY_PARSED: 'mount the callbacks before express.json()',
  API_KEY_INVALID: 'add the key that it sends to apiKeys',
  SIGNATURE_MISSING: 'enable signing at the provider, and stop proxies from dropping its headers',
  SIGNATURE_INVALID: 'compare secrets with the key in its console, and stop proxies from rewriting bodies',
  TIMESTAMP_TOO_OLD: 'set the clock of this machine',
  TIMESTAMP_TOO_NEW: 'set the clock of this machine',
  KEPT_UNVERIFIED: 'add the new key to secrets, then deposit-callback reverify',
  KEYS_UNAVAILABLE: 'fix the vault that secrets queries, or the validity periods of the keys',
  METHOD_NOT_ALLOWED: 'set the method that its page in docs/providers names',
  UNAVAILABLE: 'find the cause in the service log: the store, or a policy function',
};
