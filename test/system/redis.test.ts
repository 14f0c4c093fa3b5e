import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redisServerMissing } from '../helpers/redis-server.ts';

// `npm test` passes over Redis where there is none; here it must be there.
test('a Redis server is at hand', () => assert.equal(redisServerMissing(), undefined));
await import('../stores/redis.test.ts');
await import('../stores/redis/own.test.ts');
