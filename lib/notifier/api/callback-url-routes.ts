import type { Router } from 'express';
import { checkedUrl } from '../../outbound/safe-fetch.ts';
import type { NotifierSettings } from '../options.ts';
import { callbackBody } from '../sending/callback-body.ts';
import type { Endpoint } from '../store/endpoints.ts';
import { mostTests } from '../store/outbox.ts';
import { mostOld } from '../store/rotation.ts';
import { authorized, type Open, type RouterParts } from './access.ts';
import { readFields, readSecretRotation, readText } from './inputs.ts';
import { answering, notFound, Problem } from './problem.ts';

export function routeCallbackUrl(router: Router, settings: NotifierSettings, open: Open): void {
  router.get(
    '/v1/callback-url',
    answering(200, async (req) => {
      const parts = await authorized(req, open);
      return describe(parts, parts.keyId);
    }),
  );
  router.put(
    '/v1/callback-url',
    answering(200, async (req) => {
      const parts = await authorized(req, open);
      const url = readText(readFields(req.body, ['url']).url, 'url', 2_048);
      try {
        checkedUrl(url, settings.allowPrivate);
      } catch (error) {
        throw new Problem(422, 'URL_REFUSED', error instanceof Error ? error.message : 'The URL is not allowed');
      }
      await parts.endpoints.setUrl(parts.keyId, url);
      parts.wake(parts.keyId);
      return describe(parts, parts.keyId);
    }),
  );
  router.post(
    '/v1/callback-url/enable',
    answering(200, async (req) => {
      const parts = await authorized(req, open);
      if (!(await parts.endpoints.enable(parts.keyId))) throw notFound('callback URL');
      parts.wake(parts.keyId);
      return describe(parts, parts.keyId);
    }),
  );
  router.post(
    '/v1/callback-url/test',
    answering(202, async (req) => {
      const { outbox, keyId, wake } = await authorized(req, open);
      if (!(await outbox.putTest(keyId, callbackBody('test', settings.now(), {})))) {
        throw new Problem(
          429,
          'TOO_MANY_TESTS',
          `A key may have ${mostTests} tests that are owed or less than a minute old`,
        );
      }
      wake(keyId);
      return { queued: true };
    }),
  );
  router.post(
    '/v1/signing-secret',
    answering(201, async (req) => {
      const { keys, keyId } = await authorized(req, open);
      const { overlapMs, algorithm } = readSecretRotation(req.body);
      const made = await keys.rotateSecret(keyId, overlapMs, algorithm);
      if (made) return made;
      throw new Problem(409, 'TOO_MANY_SECRETS', `${mostOld} old secrets still sign; wait for one of them to end`);
    }),
  );
}

async function describe({ endpoints, outbox, withheld }: RouterParts, keyId: string): Promise<object> {
  const endpoint = await endpoints.get(keyId);
  if (endpoint?.url === undefined) throw notFound('callback URL');
  const { url, enabled, disabledAt, disabledReason, acceptedAt }: Endpoint = endpoint;
  return {
    url,
    enabled,
    disabledAt,
    disabledReason,
    acceptedAt,
    ...(await outbox.counts(keyId)),
    withheld: await withheld.list(keyId),
  };
}
