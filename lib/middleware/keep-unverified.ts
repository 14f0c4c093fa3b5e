import { bodyHashOf, withoutCredentials } from '../ingest/kept-request.ts';
import type { InboundCallback, Provider } from '../providers/kit/provider.ts';
import type { Store, UnverifiedQuota } from '../stores/store.ts';
import { createAlarmClock } from './alarm-clock.ts';
import { refusedRecord } from './callback-record.ts';
import type { CallbackRequest, RequestState } from './request-state.ts';

/**
 * Keeps a callback from an allowed source whose signature does not match, so that a botched key rotation loses nothing.
 * Resolves false, with an alarm, if the quota is used up: what is kept already is the older, and stays.
 */
export function keepUnverified(store: Store, quota: UnverifiedQuota) {
  const alarmDue = createAlarmClock();
  return async (
    req: CallbackRequest,
    state: RequestState,
    provider: Provider,
    inbound: InboundCallback,
  ): Promise<boolean> => {
    const record = refusedRecord(req, state, provider, 'SIGNATURE_INVALID');
    const kept = await store.keepUnverified(
      { ...record, ...withoutCredentials(inbound, provider), bodyHash: bodyHashOf(inbound), body: inbound.body },
      quota,
    );
    const code = kept ? 'UNVERIFIED_KEPT' : 'UNVERIFIED_FULL';
    // Strangers make these: an alarm for each would be theirs to ring.
    if (!alarmDue(`${code} ${provider.name}`, state.now())) return kept;
    state.news?.tell('alarm', {
      code,
      message: kept
        ? `A callback to ${provider.name} did not verify and is kept. If a key was rotated, add the new one and call reverify`
        : `A callback to ${provider.name} did not verify and is refused: the quarantine for unverified callbacks is full`,
      provider: provider.name,
    });
    return kept;
  };
}
