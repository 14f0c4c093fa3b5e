import type { Scheme } from './scheme.ts';

/**
 * How Svix signs what it sends for others: Standard Webhooks under headers of its own name,
 * https://docs.svix.com/receiving/verifying-payloads/how-manual
 */
export const svixScheme: Scheme = {
  algorithm: 'hmac-sha256',
  signature: { header: 'svix-signature', prefix: 'v1,', list: ' ' },
  encoding: 'base64',
  keyPrefix: 'whsec_',
  keyForm: 'base64',
  signed: ['id', 'timestamp', 'body'],
  separator: '.',
  id: { header: 'svix-id' },
  timestamp: { header: 'svix-timestamp', unit: 's' },
};
