export type {
  ChainBlock,
  ChainBlockTransfers,
  ChainCheck,
  ChainClaim,
  ChainHead,
  ChainQuery,
  ChainRow,
  ChainSubject,
  ChainTransfer,
  ChainVerdict,
  MinedVerdict,
} from './chains/kit/chain-check.ts';
export { type DepositCallbacks, depositCallbacks, type ReportedTransfer } from './deposit-callbacks.ts';
export type { CheckCode, DepositCode } from './deposits/codes.ts';
export type { Deposit, DepositStatus, EventKind } from './deposits/deposit.ts';
export { parseDeposit, serializeDeposit } from './deposits/serialize-deposit.ts';
export type { Amount, Evidence, PaymentDifference, ReportedAsset, Transfer } from './deposits/transfer.ts';
export { DepositCallbackError, type ErrorCode, isDepositCallbackError, type RefusalCode } from './errors.ts';
export { type DispatchOptions, dispatch } from './middleware/dispatch.ts';
export { joinLinks } from './middleware/join-links.ts';
export { keepRawBody, type RawBodyOptions, rawBody } from './middleware/raw-body.ts';
export { type ReplayGuardOptions, replayGuard } from './middleware/replay-guard.ts';
export type { CallbackRequest, Link, LinkPlace, RequestState } from './middleware/request-state.ts';
export { type RescueOptions, rescueRawBody } from './middleware/rescue-raw-body.ts';
export { type SignatureOptions, signature } from './middleware/signature.ts';
export { type SourceFilterOptions, sourceFilter } from './middleware/source-filter.ts';
export { canonicalAddress } from './networks/address.ts';
export { defineNetwork, type NetworkDefinition } from './networks/define-network.ts';
export type { Aliases, AssetName, CanonicalAccount, Codec, NativeAsset, Network } from './networks/network.ts';
export { type AlarmTextOptions, alarmText } from './observe/alarm-text.ts';
export type { Logger } from './observe/logger.ts';
export type { Alarm, AlarmCode, NewsMap } from './observe/news.ts';
export type { Need, NeedKind } from './operator/need.ts';
export type { Status } from './operator/status.ts';
export type { Options } from './options.ts';
export { createDeliverer, type Deliverer, type DelivererOptions } from './outbox/deliverer.ts';
export type {
  BatchContext,
  BatchedDeposit,
  BatchListener,
  BatchOptions,
  DeliveryContext,
  DepositListener,
} from './outbox/listeners.ts';
export type { Account, ConfirmationRule, ListedAsset, PaymentRule, Policy } from './policy/policy.ts';
export type {
  Answer,
  Hint,
  InboundCallback,
  Key,
  KeyDescription,
  KeyRing,
  NamedBy,
  OutcomeKind,
  Provider,
  ProviderOptions,
  Reading,
  Removal,
  SecretEntry,
  Secrets,
  SentSecretDigest,
  Sign,
  SignedForm,
  Signing,
  UnreadableRow,
  Verified,
} from './providers/kit/provider.ts';
export type { Rule } from './rules.ts';
export { type MemoryStoreOptions, memoryStore } from './stores/memory.ts';
export type {
  Batch,
  CallbackQuery,
  CallbackRecord,
  Claim,
  ClaimRequest,
  Committed,
  Cursor,
  CursorStore,
  Decision,
  DepositEvent,
  DepositQuery,
  DepositRecord,
  EventFact,
  EventQuery,
  Group,
  LeaseRequest,
  Orphaned,
  PruneOptions,
  SettleOptions,
  Statement,
  StatementKind,
  Store,
  StoreCounts,
  StoredDeposit,
  StoredEvent,
  StoredStatement,
  TransactionChange,
  TransactionState,
  TransferOutcome,
  UnverifiedQuota,
} from './stores/store.ts';
