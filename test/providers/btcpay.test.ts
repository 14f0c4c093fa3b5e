import { fileURLToPath } from 'node:url';
import { btcpay } from '../../lib/providers/btcpay.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/btcpay', import.meta.url));

describeProvider({ name: 'BTCPay', create: btcpay, fixtures: readProviderFixtures(folder) });
