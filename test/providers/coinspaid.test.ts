import { fileURLToPath } from 'node:url';
import { coinspaid } from '../../lib/providers/coinspaid.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/coinspaid', import.meta.url));

describeProvider({ name: 'CoinsPaid', create: coinspaid, fixtures: readProviderFixtures(folder) });
