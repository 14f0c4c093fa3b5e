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
  const { store, settings } = state;
  if (errors.length === 0) {
    try {
      const kept = await store.settle(claim, functions, { atOnce: settings.concurrency });
      if (kept) tellDelivery(state, claim, 'handled');
      else tellLost(state, claim);
      return kept;
    } catch (error) {
      errors.push(error);
    }
  }
  await giveBack(state, claim, errors);
  return false;
}

/**
 * Settles several events whose listeners have ended, with the functions that they registered: all of them, or none. Answers for
 * each whether its lease is still ours. Throws what a function has thrown.
 */
export async function settleAll<Tx>(
  state: DelivererState<Tx>,
  claims: readonly Claim[],
  functions: Functions<Tx>,
): Promise<readonly boolean[]> {
  const { store } = state;
  const ours =
    functions.length > 0 && store.settleAll
      ? await store.settleAll(claims, functions)
      : await Promise.all(claims.map((claim) => store.settle(claim, [])));
  const isKept = functions.length === 0 || ours.every(Boolean);
  for (const [index, claim] of claims.entries()) {
    if (!ours[index]) tellLost(state, claim);
    else if (isKept) tellDelivery(state, claim, 'handled');
  }
  return ours;
}

function tellLost<Tx>({ logger }: DelivererState<Tx>, { event }: Claim): void {
  logger.warn({ eventId: event.id }, 'A delivery ended after its lease expired; another one settles the event');
}

async function giveBack<Tx>(state: DelivererState<Tx>, claim: Claim, errors: unknown[]): Promise<void> {
  const { store, settings, failures, news } = state;
  const error = errors.map(textOf).join('; ').slice(0, 1_000);
  const dead = claim.attempt >= settings.attempts;
  const { id: eventId, kind, deposit } = claim.event;
  failures.notice({
    cause: kind,
    message: 'A delivery failed',
    fields: { eventId, attempt: claim.attempt, dead, errors },
    command: `npx deposit-callback show ${eventId}`,
  });
  try {
    const kept = await store.fail(claim, {
      error,
      delayMs: dead ? 0 : backoffMs(claim.attempt, settings.backoff, settings.random),
      dead,
    });
    if (kept) tellDelivery(state, claim, dead ? 'dead' : 'failed', error);
    if (kept && dead) {
      news.tell('dead-letter', { eventId, kind, deposit, error });
    }
  } catch (cause) {
    report(state, 'A failed delivery could not be returned; its lease will expire', cause);
  }
}

function tellDelivery<Tx>(
  { news, share }: DelivererState<Tx>,
  { event, attempt }: Claim,
  result: Delivered['result'],
  error?: string,
): void {
  if (result === 'handled') share.settled(1);
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
