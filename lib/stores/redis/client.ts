import { hash } from 'node:crypto';
import { DepositCallbackError } from '../../errors.ts';
import { within } from '../shared/within.ts';
import { type RedisScript, scriptNames, scriptText } from './scripts.ts';

/** The part of an `ioredis` 5 client that the store uses. */
export interface IoredisClient {
  call(command: string, args: string[]): Promise<unknown>;
  duplicate(): IoredisClient;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'message', listener: (channel: string, text: string) => void): unknown;
  subscribe(channel: string): Promise<unknown>;
  disconnect(): unknown;
}

/** The part of a connected client of `redis` 4 or newer that the store uses. */
export interface NodeRedisClient {
  sendCommand(args: string[]): Promise<unknown>;
  duplicate(): NodeRedisClient;
  on(event: 'error', listener: (error: Error) => void): unknown;
  connect(): Promise<unknown>;
  subscribe(channel: string, listener: (text: string) => void): Promise<unknown>;
  disconnect(): unknown;
}

/** A client of `ioredis` or `redis`. */
export type RedisClient = IoredisClient | NodeRedisClient;

/** How long an answer may take before the work fails and is tried again: a client may queue commands for longer. */
const answerMs = 10_000;

/** Commands and scripts over either client. */
export interface RedisConnection {
  command(name: string, ...args: string[]): Promise<unknown>;
  /** Runs a script over the store's keys; `values` follow the time. */
  run(script: RedisScript, values: readonly (string | number)[]): Promise<unknown>;
  /** Calls `listener` with each text of the channel, until the returned function is called. */
  subscribe(channel: string, listener: (text: string) => void): Promise<() => void>;
}

export function createRedisConnection(client: RedisClient, prefix: string, now: () => string): RedisConnection {
  const shas = new Map(scriptNames.map((name) => [name, hash('sha1', scriptText(name), 'hex')]));

  // In a list: a callback with thousands of transfers has more values than a function can be called with.
  function send(name: string, args: string[]): Promise<unknown> {
    const answer = isIoredis(client) ? client.call(name, args) : client.sendCommand([name, ...args]);
    return within(answerMs, answer, `redisStore: no response within ${answerMs} ms`);
  }

  return {
    command: (name, ...args) => send(name, args),

    async run(script, values) {
      const args = ['1', prefix, now(), ...values.map(String)];
      try {
        return await send('EVALSHA', [shas.get(script) ?? '', ...args]);
      } catch (error) {
        // A server that was started anew knows no script yet.
        if (messageOf(error).startsWith('NOSCRIPT')) return send('EVAL', [scriptText(script), ...args]);
        if (messageOf(error).startsWith('OOM'))
          throw new DepositCallbackError('STORE_FULL', 'redisStore: the server has reached its maxmemory', {
            cause: error,
          });
        throw error;
      }
    },

    async subscribe(channel, listener) {
      const second = client.duplicate();
      second.on('error', () => {});
      if (isIoredis(second)) {
        second.on('message', (_, text) => listener(text));
        await second.subscribe(channel);
      } else {
        await second.connect();
        await second.subscribe(channel, listener);
      }
      return () => void second.disconnect();
    },
  };
}

function isIoredis(client: RedisClient): client is IoredisClient {
  return 'call' in client && typeof client.call === 'function';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}
