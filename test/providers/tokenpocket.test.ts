import { fileURLToPath } from 'node:url';
import { tokenpocket } from '../../lib/providers/tokenpocket.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/tokenpocket', import.meta.url));

describeProvider({ name: 'TokenPocket', create: tokenpocket, fixtures: readProviderFixtures(folder) });
