import { fileURLToPath } from 'node:url';
import { tatum } from '../../lib/providers/tatum.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/tatum', import.meta.url));

describeProvider({ name: 'Tatum', create: tatum, fixtures: readProviderFixtures(folder) });
