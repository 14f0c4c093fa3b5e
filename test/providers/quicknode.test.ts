import { fileURLToPath } from 'node:url';
import { quicknode } from '../../lib/providers/quicknode.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/quicknode', import.meta.url));

describeProvider({ name: 'QuickNode', create: quicknode, fixtures: readProviderFixtures(folder) });
