import { fileURLToPath } from 'node:url';
import { cregis } from '../../lib/providers/cregis.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/cregis', import.meta.url));

describeProvider({ name: 'Cregis', create: cregis, fixtures: readProviderFixtures(folder) });
