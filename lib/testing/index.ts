export { type Folded, type FoldRules, fold, type ProviderRules } from '../deposits/fold.ts';
export type { Statement, StatementKind } from '../deposits/statement.ts';
export { type DescribeProviderOptions, describeProvider } from './describe-provider.ts';
export { type DescribeStoreOptions, describeStore, type StoreClock, type StoreUnderTest } from './describe-store.ts';
export { type FixedClock, fixedClock } from './fixed-clock.ts';
export {
  type CaseKind,
  type ExpectedEvent,
  type OfficialVector,
  type ProviderCase,
  type ProviderFixtures,
  readProviderFixtures,
  type TestKey,
} from './provider-fixtures.ts';
export { type SignCallbackOptions, type SignedCallback, signCallback } from './sign-callback.ts';
