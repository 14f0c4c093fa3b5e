import { fileURLToPath } from 'node:url';
import { confirmo } from '../../lib/providers/confirmo.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/confirmo', import.meta.url));

describeProvider({ name: 'Confirmo', create: confirmo, fixtures: readProviderFixtures(folder) });
