import type { Delivered } from '../observe/news.ts';
import type { Claim } from '../stores/store.ts';
import { backoffMs } from './backoff.ts';
import { type DelivererState, report } from './deliverer-state.ts';
import type { Functions } from './listeners.ts';

/**
 * Settles an event whose listeners have ended, with the functions that they registered, or gives it back with their errors.
 * Whether it was handled here.
 */
export async function settle<Tx>(
  state: DelivererState<Tx>,
  claim: Claim,
  functions: Functions<Tx>,
  errors: unknown[],
): Promise<boolean> {
  const { store, logger, settings } = state;
  if (errors.length === 0) {
    try {
      const kept = await store.settle(claim, functions, { atOnce: settings.concurrency });
      if (kept) tellDelivery(state, claim, 'handled');
      else
        logger.warn(
          { eventId: claim.event.id },
          'A delivery ended after its lease expired; another one settles the event',
        );
      return kept;
    } catch (error) {
      errors.push(error);
    }
  }
  await giveBack(state, claim, errors);
  return false;
}

async function giveBack<Tx>(state: DelivererState<Tx>, claim: Claim, errors: unknown[]): Promise<void> {
  const { store, settings, logger, news } = state;
  const error = errors.map(textOf).join('; ').slice(0, 1_000);
  const dead = claim.attempt >= settings.attempts;
  logger.warn({ eventId: claim.event.id, attempt: claim.attempt, dead, errors }, 'A delivery failed');
  try {
    const kept = await store.fail(claim, {
      error,
      delayMs: dead ? 0 : backoffMs(claim.attempt, settings.backoff, settings.random),
      dead,
    });
    if (kept) tellDelivery(state, claim, dead ? 'dead' : 'failed', error);
    if (kept && dead) {
      const { id: eventId, kind, deposit } = claim.event;
      news.tell('dead-letter', { eventId, kind, deposit, error });
    }
  } catch (cause) {
    report(state, 'A failed delivery could not be returned; its lease will expire', cause);
  }
}

function tellDelivery<Tx>(
  { news }: DelivererState<Tx>,
  { event, attempt }: Claim,
  result: Delivered['result'],
  error?: string,
): void {
  const { id: eventId, kind, deposit } = event;
  const told: Delivered = { eventId, kind, deposit, attempt, result };
  if (error !== undefined) told.error = error;
  news.tell('event', told);
}

/** Listeners may throw anything, also what has no text. */
function textOf(thrown: unknown): string {
  try {
    return String(thrown instanceof Error ? thrown.message : thrown);
  } catch {
    return 'an error without a message';
  }
}
