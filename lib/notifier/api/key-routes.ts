import type { Router } from 'express';
import { compileRanges } from '../../middleware/address-rules.ts';
import { present } from '../../util/present.ts';
import type { NotifierSettings } from '../options.ts';
import type { ListedKey } from '../store/api-keys.ts';
import { type KeyChanges, type Scope, scopes } from '../store/key-rights.ts';
import { mostOld } from '../store/rotation.ts';
import { adminOnly, asAdmin, authorized, type Open, type RouterParts } from './access.ts';
import { answering } from './answering.ts';
import { invalid, optionalText, readExpiry, readFields, readLimit, readOverlap, readText } from './inputs.ts';
import { notFound, Problem } from './problem.ts';
import { readList } from './url-inputs.ts';

const keyFields: readonly string[] = ['name', 'scopes', 'expiresAt', 'requestsPerMinute', 'allowedSources'];
const mostSources = 100;
const mostRequests = 1_000_000;

/** `/v1/keys`, for the operator. */
export function routeKeys(router: Router, secret: string, { now }: NotifierSettings, open: Open): void {
  router.use('/v1/keys', adminOnly(secret));
  router.post(
    '/v1/keys',
    answering(201, async (req) => {
      const { keys } = await asAdmin(req, open);
      const given = readFields(req.body, keyFields);
      const { name: _, ...rights } = readKeyChanges(given, now());
      return keys.create(readText(given.name, 'name', 200), rights);
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
  router.get(
    '/v1/keys/:id',
    answering(200, async (req) => {
      const id = readText(req.params.id, 'id', 64);
      return one(await open(), id);
    }),
  );
  router.patch(
    '/v1/keys/:id',
    answering(200, async (req) => {
      const id = readText(req.params.id, 'id', 64);
      const given = readFields(req.body, keyFields);
      if (Object.keys(given).length === 0) throw invalid(`Set at least one of ${keyFields.join(', ')}`);
      const parts = await open();
      await parts.keys.change(id, readKeyChanges(given, now()));
      return one(parts, id);
    }),
  );
  router.post(
    '/v1/keys/:id/rotate',
    answering(201, async (req) => {
      const id = readText(req.params.id, 'id', 64);
      return rotated(await asAdmin(req, open), id, req.body);
    }),
  );
  router.delete(
    '/v1/keys/:id',
    answering(204, async (req) => {
      const { keys, watches } = await open();
      const id = readText(req.params.id, 'id', 64);
      if (!(await keys.revoke(id, (sql) => watches.keyEnded(sql, id)))) throw notFound('key');
      return undefined;
    }),
  );
}

/** `/v1/key`: the key that the request is made with. */
export function routeOwnKey(router: Router, open: Open): void {
  router.get(
    '/v1/key',
    answering(200, async (req) => {
      const parts = await authorized(req, open, undefined);
      return one(parts, parts.keyId);
    }),
  );
  router.post(
    '/v1/key/rotate',
    answering(201, async (req) => {
      const parts = await authorized(req, open, 'keys');
      return rotated(parts, parts.keyId, req.body);
    }),
  );
}

async function one({ keys }: RouterParts, id: string): Promise<ListedKey> {
  const key = await keys.get(id);
  if (key) return key;
  throw notFound('key');
}

async function rotated({ keys }: RouterParts, id: string, body: unknown): Promise<{ id: string; key: string }> {
  const key = await keys.rotateKey(id, readOverlap(body));
  if (key === null) throw notFound('key');
  if (key !== undefined) return { id, key };
  throw new Problem(409, 'TOO_MANY_KEYS', `${mostOld} old keys are still in force; wait for one of them to end`);
}

/** By their form first, so that what is refused for what it says is well-formed. */
function readKeyChanges(given: Record<string, unknown>, now: number): KeyChanges {
  const { requestsPerMinute, allowedSources } = given;
  const isCount = Number.isSafeInteger(requestsPerMinute) && Number(requestsPerMinute) >= 1;
  if (requestsPerMinute != null && !(isCount && Number(requestsPerMinute) <= mostRequests)) {
    throw invalid(`requestsPerMinute must be null, or an integer from 1 to ${mostRequests}`);
  }
  const changes = {
    name: optionalText(given.name, 'name', 200),
    scopes: given.scopes === null ? null : readList(given.scopes, 'scopes', scopes.length, readScope),
    requestsPerMinute: requestsPerMinute as number | null | undefined,
    allowedSources:
      allowedSources === null
        ? null
        : readList(allowedSources, 'allowedSources', mostSources, (text) => readText(text, 'allowedSources', 64)),
  };
  checkSources(changes.allowedSources ?? []);
  return present<KeyChanges>({ ...changes, expiresAt: readExpiry(given.expiresAt, now) } as KeyChanges);
}

function readScope(value: unknown): Scope {
  const scope = scopes.find((one) => one === value);
  if (scope !== undefined) return scope;
  throw invalid(`scopes must list some of ${scopes.join(', ')}`);
}

function checkSources(allowed: readonly string[]): void {
  try {
    compileRanges(allowed, 'allowedSources');
  } catch (error) {
    throw new Problem(422, 'SOURCES_INVALID', error instanceof Error ? error.message : 'allowedSources is invalid');
  }
}
