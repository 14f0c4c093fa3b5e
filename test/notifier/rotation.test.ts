import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import express from 'express';
import { Webhook } from 'standardwebhooks';
import { depositCallbacks } from '../../lib/deposit-callbacks.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { type Anvil, startAnvil } from '../chains/anvil.ts';
import { adminSecret, stage } from './stage.ts';

const hourMs = 3_600_000;

describe('rotation', () => {
  let anvil: Anvil;
  before(async () => {
    anvil = await startAnvil();
  });
  after(() => anvil.close());

  it('leaves the key before in force for as long as is asked, and everything that it watches', async (t) => {
    const made = await stage(t, anvil);
    const { api, key, clock } = made;
    const address = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
    await api('POST', '/v1/watches', { network: 'eip155:1', address });
    const rotated = await api('POST', `/v1/keys/${key.id}/rotate`, { overlapMs: hourMs }, adminSecret);
    const renewed = String(rotated.body.key);
    assert.notEqual(renewed, key.key);
    const watched = async (asking: string): Promise<unknown> => {
      const { status, body } = await api('GET', '/v1/watches', undefined, asking);
      return status === 200 ? (body.watches as object[]).length : status;
    };
    clock.advance(hourMs - 1);
    assert.deepEqual([await watched(key.key), await watched(renewed)], [1, 1]);
    await made.restart();
    clock.advance(1);
    assert.deepEqual([await watched(key.key), await watched(renewed)], [401, 1]);
  });

  it('ends a key that leaked at once, and those before it', async (t) => {
    const { api, key } = await stage(t, anvil);
    const rotate = async (overlapMs: number): Promise<string> =>
      String((await api('POST', `/v1/keys/${key.id}/rotate`, { overlapMs }, adminSecret)).body.key);
    const second = await rotate(hourMs);
    const third = await rotate(0);
    const statuses = [key.key, second, third].map(
      async (one) => (await api('GET', '/v1/watches', undefined, one)).status,
    );
    assert.deepEqual(await Promise.all(statuses), [401, 401, 200]);
    await api('DELETE', `/v1/keys/${key.id}`, undefined, adminSecret);
    assert.equal((await api('GET', '/v1/watches', undefined, third)).status, 401);
  });

  it('ends every way in with the key, old ones too', async (t) => {
    const { api, key } = await stage(t, anvil);
    await api('POST', `/v1/keys/${key.id}/rotate`, { overlapMs: hourMs }, adminSecret);
    await api('DELETE', `/v1/keys/${key.id}`, undefined, adminSecret);
    assert.equal((await api('GET', '/v1/watches')).status, 401);
  });

  it('signs with the secret before for as long as is asked, and with none that leaked', async (t) => {
    const made = await stage(t, anvil);
    const { api, clock, receiver } = made;
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    const secrets = [made.key.signingSecret];
    const signedBy = async (): Promise<number[]> => {
      receiver.received.length = 0;
      await api('POST', '/v1/callback-url/test');
      await made.run();
      const [only] = receiver.received;
      t.mock.timers.enable({ apis: ['Date'], now: clock.now() });
      const valid = secrets.flatMap((secret, index) => {
        try {
          new Webhook(secret).verify(only?.body ?? '', only?.headers as Record<string, string>);
          return [index];
        } catch {
          return [];
        }
      });
      t.mock.timers.reset();
      return valid;
    };
    const rotate = async (overlapMs: number): Promise<void> => {
      secrets.push(String((await api('POST', '/v1/signing-secret', { overlapMs })).body.signingSecret));
    };
    await rotate(72 * hourMs);
    clock.advance(72 * hourMs - 1);
    assert.deepEqual(await signedBy(), [0, 1]);
    clock.advance(1);
    assert.deepEqual(await signedBy(), [1]);
    await rotate(hourMs);
    await rotate(0);
    assert.deepEqual(await signedBy(), [3]);
  });

  it('signs by ed25519 if that is asked, beside the secret before, and our receiver takes both', async (t) => {
    const made = await stage(t, anvil);
    const { api, clock, receiver } = made;
    await api('PUT', '/v1/callback-url', { url: receiver.url });
    const { status, body } = await api('POST', '/v1/signing-secret', { algorithm: 'ed25519', overlapMs: hourMs });
    assert.equal(status, 201);
    const verdicts = async (): Promise<number[]> => {
      receiver.received.length = 0;
      await api('POST', '/v1/callback-url/test');
      await made.run();
      const [only] = receiver.received;
      return Promise.all(
        [made.key.signingSecret, String(body.publicKey)].map(async (secret) => {
          const policy = { assets: 'any' as const, isOurs: () => true };
          const callbacks = depositCallbacks({ providers: [imtoken({ secrets: [secret] })], policy, now: clock.now });
          const server = createServer(express().use(callbacks)).listen(0, '127.0.0.1');
          await once(server, 'listening');
          const { port } = server.address() as AddressInfo;
          const { host: _, connection: __, ...headers } = (only?.headers ?? {}) as Record<string, string>;
          const answer = await fetch(`http://127.0.0.1:${port}/imtoken`, {
            method: 'POST',
            headers,
            body: only?.body ?? '',
          });
          server.closeAllConnections();
          server.close();
          await callbacks.close();
          return answer.status;
        }),
      );
    };
    assert.deepEqual(await verdicts(), [200, 200]);
    clock.advance(hourMs);
    assert.deepEqual(await verdicts(), [401, 200]);
    for (const path of [made.path, `${made.path}-wal`]) assert.equal(readFileSync(path).includes('whsk_'), false, path);
  });
});
