import { fileURLToPath } from 'node:url';
import { bitpay } from '../../lib/providers/bitpay.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/bitpay', import.meta.url));

describeProvider({ name: 'BitPay', create: bitpay, fixtures: readProviderFixtures(folder) });
