import { fileURLToPath } from 'node:url';
import { opennode } from '../../lib/providers/opennode.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/opennode', import.meta.url));

describeProvider({ name: 'OpenNode', create: opennode, fixtures: readProviderFixtures(folder) });
