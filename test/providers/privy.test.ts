import { fileURLToPath } from 'node:url';
import { privy } from '../../lib/providers/privy.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/privy', import.meta.url));

describeProvider({ name: 'Privy', create: privy, fixtures: readProviderFixtures(folder) });
