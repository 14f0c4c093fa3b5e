import { describeSeen } from '../exchange.ts';
import { green, isTaken, type Probe, red } from '../probe.ts';

/** What an endpoint must take. The first decides whether the others can be tried at all. */
export const baselineProbes: readonly Probe[] = [
  {
    id: 'accepts',
    group: 'baseline',
    severity: 'high',
    title: 'A valid callback is accepted',
    does: 'sends a signed test callback',
    needs: 'nothing',
    async run(target) {
      const seen = await target.send(target.ping());
      if (isTaken(seen)) return green(describeSeen(seen));
      return red(`${describeSeen(seen)}: check the URL and the secret`);
    },
  },
  {
    id: 'chunked',
    group: 'baseline',
    severity: 'medium',
    title: 'A callback without a Content-Length is accepted',
    does: 'sends a signed test callback in chunks',
    async run(target) {
      const seen = await target.send(target.ping(), { declaredLength: null });
      return isTaken(seen) ? green(describeSeen(seen)) : red(describeSeen(seen));
    },
  },
  {
    id: 'unknown-event',
    group: 'baseline',
    severity: 'medium',
    title: 'An event of an unknown kind is accepted and credits nothing',
    does: 'sends a signed callback of a type that does not exist yet',
    async run(target) {
      const body = { type: 'deposit.audited', timestamp: new Date(target.signer.now()).toISOString(), data: {} };
      const seen = await target.send(target.signer.sign(body));
      if (isTaken(seen)) return green(describeSeen(seen));
      return red(`${describeSeen(seen)}: a provider that adds an event would retry it, then give up`);
    },
  },
];
