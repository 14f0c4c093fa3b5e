import type { Router } from 'express';
import { authorized, type Open } from './access.ts';
import { answering } from './answering.ts';
import { invalid, optionalText, readFields, readLimit, readText } from './inputs.ts';
import { notFound } from './problem.ts';
import { fromQuery, readSearch, searchFields } from './search-inputs.ts';

/** Callbacks that one request sends again. */
const mostResent = 1_000;

export function routeNetworks(router: Router, open: Open): void {
  router.get(
    '/v1/networks',
    answering(200, async (req) => ({ networks: await (await authorized(req, open, undefined)).health.look() })),
  );
}

export function routeCallbacks(router: Router, open: Open): void {
  router.get(
    '/v1/callbacks',
    answering(200, async (req) => {
      const { callbacks, keyId, settings } = await authorized(req, open, 'callbacks:read');
      const before = optionalText(req.query.before, 'before');
      const limit = readLimit(req.query.limit);
      const filter = readSearch(fromQuery(req.query), settings);
      const { found, ...rest } = await callbacks.page(keyId, filter, { limit, ...(before ? { before } : {}) });
      return { callbacks: found, ...rest };
    }),
  );
  router.get(
    '/v1/callbacks/:id',
    answering(200, async (req) => {
      const { callbacks, keyId } = await authorized(req, open, 'callbacks:read');
      const found = await callbacks.find(keyId, readText(req.params.id, 'id', 64));
      if (!found) throw notFound('callback');
      return found;
    }),
  );
  router.post(
    '/v1/callbacks/:id/resend',
    answering(202, async (req) => {
      const { outbox, keyId, wake } = await authorized(req, open, 'callbacks:write');
      const [endpointId] = await outbox.resend(keyId, [readText(req.params.id, 'id', 64)]);
      if (endpointId === undefined) throw notFound('callback');
      wake(endpointId);
      return { queued: true };
    }),
  );
  router.post(
    '/v1/callbacks/resend',
    answering(202, async (req) => {
      const { callbacks, outbox, keyId, settings, wake } = await authorized(req, open, 'callbacks:write');
      const { before: given, ...filter } = readFields(req.body, [...searchFields, 'before']);
      if (Object.keys(filter).length === 0) throw invalid(`Set at least one of ${searchFields.join(', ')}`);
      const before = optionalText(given, 'before');
      const page = { limit: mostResent, ...(before ? { before } : {}) };
      const { found, ...rest } = await callbacks.page(keyId, readSearch(filter, settings), page);
      const ids = found.map((one) => one.id);
      const endpoints = await outbox.resend(keyId, ids);
      for (const endpointId of new Set(endpoints)) wake(endpointId);
      return { queued: endpoints.length, ...rest };
    }),
  );
}
