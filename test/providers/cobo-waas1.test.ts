import { fileURLToPath } from 'node:url';
import { coboWaas1 } from '../../lib/providers/cobo-waas1.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/cobo-waas1', import.meta.url));

describeProvider({ name: 'Cobo WaaS 1.0', create: coboWaas1, fixtures: readProviderFixtures(folder) });
