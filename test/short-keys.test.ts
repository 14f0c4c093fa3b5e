import assert from 'node:assert/strict';
import { test } from 'node:test';
import { consoleLogger } from '../lib/observe/logger.ts';
import { blockcypher } from '../lib/providers/blockcypher.ts';
import { imtoken } from '../lib/providers/imtoken.ts';
import { secret } from './helpers/deposits.ts';
import { receiver } from './helpers/receiver.ts';

test('a short key that a provider issues works, and is warned of once by its id', async (t) => {
  const warnings: string[] = [];
  const logger = { ...consoleLogger, warn: (_fields: object, message: string) => void warnings.push(message) };
  const short = 's3cret-of-19-letters';
  await receiver(t, {
    providers: [
      imtoken({ secrets: [secret], apiKeys: ['k'.repeat(24)] }),
      blockcypher({ secrets: [short], network: 'bitcoin' }),
    ],
    logger,
  });
  const told = warnings.filter((one) => /bytes/.test(one));
  assert.equal(told.length, 1);
  assert.match(told[0] ?? '', /^blockcypher: the key [0-9a-f]{8} has 20 bytes; .* at least 24$/);
  assert.doesNotMatch(warnings.join(), /s3cret/);
});
