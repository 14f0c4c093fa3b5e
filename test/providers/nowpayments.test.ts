import { fileURLToPath } from 'node:url';
import { nowpayments } from '../../lib/providers/nowpayments.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/nowpayments', import.meta.url));

describeProvider({ name: 'NOWPayments', create: nowpayments, fixtures: readProviderFixtures(folder) });
