import type { Router } from 'express';
import { authorized, type Open } from './access.ts';
import { optionalText, readLimit, readState, readText } from './inputs.ts';
import { answering, notFound } from './problem.ts';

export function routeNetworks(router: Router, open: Open): void {
  router.get(
    '/v1/networks',
    answering(200, async (req) => ({ networks: (await authorized(req, open)).health.look() })),
  );
}

export function routeCallbacks(router: Router, open: Open): void {
  router.get(
    '/v1/callbacks',
    answering(200, async (req) => {
      const { outbox, keyId } = await authorized(req, open);
      const state = readState(req.query.state);
      const before = optionalText(req.query.before, 'before');
      const limit = readLimit(req.query.limit);
      const found = await outbox.list(keyId, { limit, ...(state ? { state } : {}), ...(before ? { before } : {}) });
      const last = found.length === limit ? found.at(-1) : undefined;
      return { callbacks: found, ...(last ? { next: last.id } : {}) };
    }),
  );
  router.post(
    '/v1/callbacks/:id/resend',
    answering(202, async (req) => {
      const { outbox, keyId, wake } = await authorized(req, open);
      const endpointId = await outbox.resend(keyId, readText(req.params.id, 'id', 64));
      if (endpointId === undefined) throw notFound('callback');
      wake(endpointId);
      return { queued: true };
    }),
  );
}
