import { fileURLToPath } from 'node:url';
import { basswallet } from '../../lib/providers/basswallet.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/basswallet', import.meta.url));

describeProvider({ name: 'BassWallet', create: basswallet, fixtures: readProviderFixtures(folder) });
