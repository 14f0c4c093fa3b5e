import { standardWebhooksSignature } from '../../signatures/standard-webhooks.ts';
import type { Probe } from '../probe.ts';
import { allRefused, withHeaders } from './signature.ts';

const hour = 3_600_000;

/** Callbacks whose signature matches and whose time is wrong. */
export const timeProbes: readonly Probe[] = [
  {
    id: 'stale',
    group: 'time',
    severity: 'high',
    title: 'A callback signed long ago is refused',
    does: 'signs as of an hour, a day and ten years ago',
    run: (target) =>
      allRefused(
        target,
        [hour, 24 * hour, 87_600 * hour].map((ms) => target.ping({ now: target.signer.now() - ms })),
      ),
  },
  {
    id: 'future',
    group: 'time',
    severity: 'high',
    title: 'A callback signed ahead of time is refused',
    does: 'signs as of an hour, a day and ten years ahead: it would stay valid that long',
    run: (target) =>
      allRefused(
        target,
        [hour, 24 * hour, 87_600 * hour].map((ms) => target.ping({ now: target.signer.now() + ms })),
      ),
  },
  {
    id: 'no-time',
    group: 'time',
    severity: 'high',
    title: 'A signed time that is not a number is refused',
    does: 'signs "NaN", "Infinity", a time followed by letters, and one of 40 digits: comparisons with NaN are never true',
    run: (target) =>
      allRefused(
        target,
        ['NaN', 'Infinity', `${Math.floor(target.signer.now() / 1_000)}abc`, '9'.repeat(40)].map((time) => {
          const signed = target.ping();
          const id = signed.headers['webhook-id'] ?? '';
          const signature = standardWebhooksSignature(target.secret, id, time, signed.body);
          return withHeaders(signed, { 'webhook-timestamp': time, 'webhook-signature': signature });
        }),
      ),
  },
];
