import { fileURLToPath } from 'node:url';
import { cobo } from '../../lib/providers/cobo.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/cobo', import.meta.url));

describeProvider({ name: 'Cobo', create: cobo, fixtures: readProviderFixtures(folder) });
