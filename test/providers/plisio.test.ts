import { fileURLToPath } from 'node:url';
import { plisio } from '../../lib/providers/plisio.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/plisio', import.meta.url));

describeProvider({
  name: 'Plisio',
  create: (options) => plisio({ accounts: {}, ...options }),
  fixtures: readProviderFixtures(folder),
});
