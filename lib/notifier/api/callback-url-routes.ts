import type { Router } from 'express';
import { callbackBody } from '../sending/callback-body.ts';
import { type Endpoint, mostUrls } from '../store/endpoints.ts';
import { mostTests } from '../store/outbox.ts';
import { mostOld, type NewSigningSecret } from '../store/rotation.ts';
import { authorized, type Keyed, type Open } from './access.ts';
import { answering } from './answering.ts';
import { readFields, readSecretRotation, readText } from './inputs.ts';
import { notFound, Problem } from './problem.ts';
import { readUrl, readUrlChanges, urlFields } from './url-inputs.ts';

/** A request about one callback URL of its key. */
type About = Keyed & { endpoint: Endpoint };

/** `/v1/callback-urls`: each URL by its id. */
export function routeCallbackUrls(router: Router, open: Open): void {
  router.get(
    '/v1/callback-urls',
    answering(200, async (req) => {
      const parts = await authorized(req, open, 'callbacks:read');
      const set = (await parts.endpoints.list(parts.keyId)).filter((one) => one.url !== undefined);
      return { callbackUrls: await Promise.all(set.map((endpoint) => describe({ ...parts, endpoint }))) };
    }),
  );
  router.post(
    '/v1/callback-urls',
    answering(201, async (req) => {
      const parts = await authorized(req, open, 'callbacks:write');
      const given = readFields(req.body, urlFields);
      const changes = { ...readUrlChanges(given, parts.settings), url: readUrl(given.url, parts.settings) };
      const made = await parts.endpoints.add(parts.keyId, changes);
      if (!made) throw new Problem(409, 'TOO_MANY_CALLBACK_URLS', `A key may have ${mostUrls} callback URLs`);
      parts.wake(made.id);
      const endpoint = await one(parts, made.id);
      return { callbackUrl: await describe({ ...parts, endpoint }), signingSecret: made.secret };
    }),
  );
  const byId = async (req: Parameters<typeof authorized>[0]): Promise<About> => {
    const parts = await authorized(req, open, req.method === 'GET' ? 'callbacks:read' : 'callbacks:write');
    return { ...parts, endpoint: await one(parts, readText(req.params.id, 'id', 64)) };
  };
  router.get(
    '/v1/callback-urls/:id',
    answering(200, async (req) => describe(await byId(req))),
  );
  router.patch(
    '/v1/callback-urls/:id',
    answering(200, async (req) => {
      const about = await byId(req);
      await about.endpoints.change(about.endpoint.id, readUrlChanges(readFields(req.body, urlFields), about.settings));
      return describedNow(about);
    }),
  );
  router.delete(
    '/v1/callback-urls/:id',
    answering(204, async (req) => {
      const { endpoints, endpoint, forget } = await byId(req);
      await endpoints.remove(endpoint.id);
      forget(endpoint.id);
      return undefined;
    }),
  );
  for (const verb of ['enable', 'pause', 'resume'] as const) {
    router.post(
      `/v1/callback-urls/:id/${verb}`,
      answering(200, async (req) => {
        const about = await byId(req);
        await about.endpoints[verb](about.endpoint.id);
        return describedNow(about);
      }),
    );
  }
  router.post(
    '/v1/callback-urls/:id/test',
    answering(202, async (req) => sendTest(await byId(req))),
  );
  router.post(
    '/v1/callback-urls/:id/signing-secret',
    answering(201, async (req) => rotate(await byId(req), req.body)),
  );
}

/** `/v1/callback-url`: the default one of the key. */
export function routeDefaultUrl(router: Router, open: Open): void {
  const byDefault = async (req: Parameters<typeof authorized>[0]): Promise<About> => {
    const parts = await authorized(req, open, req.method === 'GET' ? 'callbacks:read' : 'callbacks:write');
    const [endpoint] = await parts.endpoints.list(parts.keyId);
    if (!endpoint) throw notFound('callback URL');
    return { ...parts, endpoint };
  };
  const ifSet = async (req: Parameters<typeof authorized>[0]): Promise<About> => {
    const about = await byDefault(req);
    if (about.endpoint.url === undefined) throw notFound('callback URL');
    return about;
  };
  router.get(
    '/v1/callback-url',
    answering(200, async (req) => describe(await ifSet(req))),
  );
  router.put(
    '/v1/callback-url',
    answering(200, async (req) => {
      const about = await byDefault(req);
      const url = readUrl(readFields(req.body, ['url']).url, about.settings);
      await about.endpoints.change(about.endpoint.id, { url });
      return describedNow(about);
    }),
  );
  router.post(
    '/v1/callback-url/enable',
    answering(200, async (req) => {
      const about = await ifSet(req);
      await about.endpoints.enable(about.endpoint.id);
      return describedNow(about);
    }),
  );
  router.post(
    '/v1/callback-url/test',
    answering(202, async (req) => sendTest(await byDefault(req))),
  );
  router.post(
    '/v1/signing-secret',
    answering(201, async (req) => rotate(await byDefault(req), req.body)),
  );
}

/** One that is set. */
async function one({ endpoints, keyId }: Keyed, id: string): Promise<Endpoint> {
  const endpoint = await endpoints.find(keyId, id);
  if (endpoint?.url === undefined && endpoint?.isDefault !== true) throw notFound('callback URL');
  return endpoint;
}

/** As it is after a change, and tried at once. */
async function describedNow({ endpoint, ...parts }: About): Promise<object> {
  parts.wake(endpoint.id);
  return describe({ ...parts, endpoint: await one(parts, endpoint.id) });
}

async function describe({ endpoint, outbox, withheld }: About): Promise<object> {
  const { id, url, isDefault, filters, apiKey, enabled, pausedAt, disabledAt, disabledReason, acceptedAt } = endpoint;
  return {
    ...{ id, url, isDefault, filters, sendsApiKey: apiKey !== undefined },
    ...{ enabled, pausedAt, disabledAt, disabledReason, acceptedAt },
    ...(await outbox.counts(id)),
    withheld: await withheld.list(id),
  };
}

async function sendTest({ outbox, keyId, endpoint, settings, wake }: About): Promise<object> {
  if (!(await outbox.putTest(keyId, endpoint.id, callbackBody('test', settings.now(), {})))) {
    const detail = `A callback URL may have ${mostTests} tests that are owed or less than a minute old`;
    throw new Problem(429, 'TOO_MANY_TESTS', detail);
  }
  wake(endpoint.id);
  return { queued: true };
}

async function rotate({ keys, endpoint }: About, body: unknown): Promise<NewSigningSecret> {
  const { overlapMs, algorithm } = readSecretRotation(body);
  const made = await keys.rotateSecret(endpoint, overlapMs, algorithm);
  if (made) return made;
  throw new Problem(409, 'TOO_MANY_SECRETS', `${mostOld} old secrets still sign; wait for one of them to end`);
}
