import { fileURLToPath } from 'node:url';
import { moralis } from '../../lib/providers/moralis.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/moralis', import.meta.url));

describeProvider({ name: 'Moralis', create: moralis, fixtures: readProviderFixtures(folder) });
