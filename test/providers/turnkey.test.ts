import { fileURLToPath } from 'node:url';
import { turnkey } from '../../lib/providers/turnkey.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/turnkey', import.meta.url));

describeProvider({ name: 'Turnkey', create: turnkey, fixtures: readProviderFixtures(folder) });
