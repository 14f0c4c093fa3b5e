import { fileURLToPath } from 'node:url';
import { coinbaseCommerce } from '../../lib/providers/coinbase-commerce.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/coinbase-commerce', import.meta.url));

describeProvider({
  name: 'Coinbase Commerce',
  create: (options) => coinbaseCommerce({ accounts: {}, ...options }),
  fixtures: readProviderFixtures(folder),
});
