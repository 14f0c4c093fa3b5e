import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplayGuardOptions } from '../../lib/middleware/replay-guard.ts';
import { replayGuard } from '../../lib/middleware/replay-guard.ts';
import { imtoken } from '../../lib/providers/imtoken.ts';
import { memoryStore } from '../../lib/stores/memory.ts';

const policy = { assets: [{ asset: 'eip155:1/slip44:60', decimals: 18 }], isOurs: () => true };
const provider = imtoken({ secrets: [`whsec_${Buffer.alloc(32, 1).toString('base64')}`] });

test('the replay guard is refused without every provider that shares its store', () => {
  const store = memoryStore();
  for (const providers of [undefined, []]) {
    const options = { store, policy, providers } as unknown as ReplayGuardOptions;
    assert.throws(() => replayGuard(options), { code: 'OPTION_INVALID', message: /providers/ });
  }
  replayGuard({ store, policy, providers: [provider] });
});
