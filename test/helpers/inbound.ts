import type { InboundCallback } from '../../lib/providers/kit/provider.ts';

/** An inbound callback as a provider sees it, with what the test says of it. */
export function inbound(over: Partial<InboundCallback>): InboundCallback {
  return {
    method: 'POST',
    url: '/callbacks',
    headers: {},
    body: Buffer.alloc(0),
    receivedAt: 1_767_225_600_000,
    ...over,
  };
}
