import type { DepositEvent } from '../../deposits/deposit.ts';
import type { Batch } from '../store.ts';

/** New events that the commit may lease if they are due at once: of each deposit the first, and none that it cancels. */
export function eventsToLease({ changes, lease }: Batch): ReadonlySet<DepositEvent> {
  const chosen = new Set<DepositEvent>();
  if (!lease) return chosen;
  for (const { events, cancelled } of changes) {
    const deposits = new Set<string>();
    for (const event of events) {
      if (chosen.size >= lease.limit) return chosen;
      const isFirst = !deposits.has(event.deposit.id);
      deposits.add(event.deposit.id);
      if (isFirst && !lease.except.includes(event.kind) && !cancelled.includes(event.id)) chosen.add(event);
    }
  }
  return chosen;
}
