import type { Router } from 'express';
import { adminOnly, type Open } from './access.ts';
import { optionalText, readFields, readLimit, readText } from './inputs.ts';
import { answering, notFound } from './problem.ts';

export function routeKeys(router: Router, secret: string, open: Open): void {
  router.use('/v1/keys', adminOnly(secret));
  router.post(
    '/v1/keys',
    answering(201, async (req) => {
      const { name } = readFields(req.body, ['name']);
      return (await open()).keys.create(readText(name, 'name', 200));
    }),
  );
  router.get(
    '/v1/keys',
    answering(200, async (req) => {
      const before = optionalText(req.query.before, 'before');
      const limit = readLimit(req.query.limit);
      const found = await (await open()).keys.list({ limit, ...(before ? { before } : {}) });
      const last = found.length === limit ? found.at(-1) : undefined;
      return { keys: found, ...(last ? { next: last.id } : {}) };
    }),
  );
  router.delete(
    '/v1/keys/:id',
    answering(204, async (req) => {
      const { keys, watches } = await open();
      const id = readText(req.params.id, 'id', 64);
      if (!(await keys.revoke(id))) throw notFound('key');
      watches.removeAll(id);
      return undefined;
    }),
  );
}
