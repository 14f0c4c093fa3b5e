import type { Delivery } from '../../lib/providers/kit/provider.ts';

/** A delivery as a provider sees it, with what the test says of it. */
export function delivery(over: Partial<Delivery>): Delivery {
  return {
    method: 'POST',
    url: '/callbacks',
    headers: {},
    body: Buffer.alloc(0),
    receivedAt: 1_767_225_600_000,
    ...over,
  };
}
