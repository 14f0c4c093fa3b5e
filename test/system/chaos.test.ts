import { test } from 'node:test';
import { chaos } from '../chaos/chaos.ts';

// The short form of test/chaos/run.ts. It proves process crashes; what a sync adds against a loss of power is the disk's
// promise, not shown here.
for (const engine of ['postgres', 'redis'] as const) {
  test(`four receivers and two deliverers over one ${engine} lose and double nothing under kill -9`, async (t) => {
    await chaos({ engine, deposits: 120, kills: 7, tell: (line) => t.diagnostic(line) });
  });
}
