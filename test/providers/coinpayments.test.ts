import { fileURLToPath } from 'node:url';
import { coinpayments } from '../../lib/providers/coinpayments.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/coinpayments', import.meta.url));

describeProvider({
  name: 'CoinPayments',
  create: (options) => coinpayments({ merchant: '', ...options }),
  fixtures: readProviderFixtures(folder),
});
