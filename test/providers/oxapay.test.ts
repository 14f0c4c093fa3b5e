import { fileURLToPath } from 'node:url';
import { oxapay } from '../../lib/providers/oxapay.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/oxapay', import.meta.url));

describeProvider({ name: 'OxaPay', create: oxapay, fixtures: readProviderFixtures(folder) });
