import { fileURLToPath } from 'node:url';
import { coinbaseCdp } from '../../lib/providers/coinbase-cdp.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/coinbase-cdp', import.meta.url));

describeProvider({ name: 'Coinbase', create: coinbaseCdp, fixtures: readProviderFixtures(folder) });
