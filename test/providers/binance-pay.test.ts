import { fileURLToPath } from 'node:url';
import { binancePay } from '../../lib/providers/binance-pay.ts';
import { describeProvider, readProviderFixtures } from '../../lib/testing/index.ts';

const folder = fileURLToPath(new URL('../fixtures/providers/binance-pay', import.meta.url));

describeProvider({
  name: 'Binance Pay',
  create: (options) => binancePay({ accounts: {}, ...options }),
  fixtures: readProviderFixtures(folder),
});
