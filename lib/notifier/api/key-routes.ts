import type { Router } from 'express';
import { mostOld } from '../store/rotation.ts';
import { adminOnly, type Open } from './access.ts';
import { optionalText, readFields, readLimit, readOverlap, readText } from './inputs.ts';
import { answering, notFound, Problem } from './problem.ts';

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
  router.post(
    '/v1/keys/:id/rotate',
    answering(201, async (req) => {
      const id = readText(req.params.id, 'id', 64);
      const key = await (await open()).keys.rotateKey(id, readOverlap(req.body));
      if (key === null) throw notFound('key');
      if (key !== undefined) return { id, key };
      throw new Problem(409, 'TOO_MANY_KEYS', `${mostOld} old keys are still in force; wait for one of them to end`);
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
