import type {
  Batch,
  CallbackQuery,
  CallbackRecord,
  ChainBlock,
  ChainBlockTransfers,
  ChainCheck,
  ChainHead,
  ChainQuery,
  ChainSubject,
  ChainVerdict,
  Claim,
  ClaimRequest,
  Cursor,
  DelivererOptions,
  DeliveryContext,
  Deposit,
  DepositListener,
  DepositQuery,
  DepositRecord,
  DispatchOptions,
  EventQuery,
  InboundCallback,
  KeyRing,
  OutcomeKind,
  Provider,
  PruneOptions,
  RawBodyOptions,
  Reading,
  ReplayGuardOptions,
  Signing,
  Store,
  StoreCounts,
  StoredDeposit,
  StoredEvent,
  StoredStatement,
  TransactionState,
  UnverifiedQuota,
  Verified,
} from 'deposit-callback';
import type { SqliteDatabase } from 'deposit-callback/stores/sqlite';

// Compiled, never run: a store, a provider, a chain check and a listener, each from public names alone.

type Equals<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface Ledger {
  credit(account: string, amount: bigint): Promise<void>;
}

declare const ledger: Ledger;
declare const keys: KeyRing<Buffer>;
declare function ask<T>(what: string, ...values: unknown[]): Promise<T>;

export const store: Store<Ledger> = {
  name: 'own',
  durable: true,
  ready: () => ask<void>('open'),
  close: () => ask<void>('close'),
  load: (wanted: readonly string[]) => ask<TransactionState[]>('load', wanted),
  commit: ({ callbacks, changes }: Batch) => ask<{ lost: readonly string[] }>('commit', callbacks, changes),
  log: (lines: readonly CallbackRecord[]) => ask<void>('log', lines),
  claim: (request: ClaimRequest) => ask<Claim[]>('claim', request.limit, request.except),
  extend: (claim: Claim, leaseMs: number) => ask<boolean>('extend', claim.token, leaseMs),
  async settle({ event }: Claim, functions: readonly ((tx: Ledger) => unknown)[]) {
    for (const run of functions) await run(ledger);
    return ask<boolean>('settle', event.id);
  },
  fail: ({ event }: Claim, failure) => ask<boolean>('fail', event.id, failure.error, failure.delayMs, failure.dead),
  release: ({ event }: Claim) => ask<boolean>('release', event.id),
  freeOrphaned: async ({ crashes }) => ({ freed: crashes, dead: [] }),
  redeliver: (eventId: string) => ask<boolean>('redeliver', eventId),
  keepUnverified: (callback: CallbackRecord, quota: UnverifiedQuota) => ask<boolean>('keep', callback, quota),
  unverified: ({ provider, limit }) => ask<CallbackRecord[]>('unverified', provider, limit),
  dropUnverified: (ids: readonly string[]) => ask<void>('drop', ids),
  callback: (id: string) => ask<CallbackRecord | undefined>('callback', id),
  callbacks: (query: CallbackQuery) => ask<CallbackRecord[]>('callbacks', query),
  deposit: (id: string) => ask<{ deposit: StoredDeposit; transactionKey: string } | undefined>('deposit', id),
  deposits: (query: DepositQuery) => ask<DepositRecord[]>('deposits', query),
  statements: (transactionKey: string) => ask<StoredStatement[]>('statements', transactionKey),
  events: (query: EventQuery) => ask<StoredEvent[]>('events', query),
  waiting: (query) => ask<{ deposit: StoredDeposit; transactionKey: string }[]>('waiting', query),
  counts: () => ask<StoreCounts>('counts'),
  prune: (before: number, options?: PruneOptions) => ask<number>('prune', before, options?.only),
  cursors: () => ask<Cursor[]>('cursors'),
  moveCursor: (cursor: Cursor) => ask<boolean>('move', cursor),
  dropCursor: (id: string) => ask<void>('drop-cursor', id),
};

export const provider: Provider = {
  name: 'own',
  path: '/own',
  methods: ['POST'],
  verify: ({ headers, body }: InboundCallback): Verified => ({ deliveryId: `${headers['x-id']} ${body.length}` }),
  read: (inbound: InboundCallback): Reading => ({
    kind: 'transfers',
    transfers: [
      {
        kind: 'confirmed',
        network: 'eip155:1',
        asset: 'native',
        amount: { units: '1' },
        to: inbound.url,
        transaction: { id: inbound.url, position: 'native' },
        confirmations: 12,
      },
    ],
    removals: [],
  }),
  answer: (outcome: OutcomeKind) => ({ status: outcome === 'rejected' ? 400 : 200 }),
  sign: ({ secret, body, now }: Signing) => ({ headers: { 'x-signature': `${secret}${now}${body.length}` } }),
  publishedSources: [],
  sources: [],
  keyedBy: 'transaction',
  reportsConfirmations: 'count',
  reportsMemos: false,
  sendsRemovals: false,
  trustMined: false,
  inflate: false,
  keys,
};

export const check: ChainCheck = {
  network: 'solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp',
  head: () => ask<ChainHead>('head'),
  check: (subject: ChainSubject) => ask<ChainVerdict>('check', subject.transactionId, subject.blocks),
  gone: (blocks: readonly ChainBlock[]) => ask<readonly string[]>('gone', blocks),
  async *transfersTo({ fromBlock, toBlock }: ChainQuery): AsyncGenerator<ChainBlockTransfers> {
    for (let number = fromBlock; number <= toBlock; number += 1n) yield ask<ChainBlockTransfers>('block', number);
  },
};

export const listener: DepositListener<SqliteDatabase> = (
  { to, amount }: Deposit,
  { eventId, atomically, signal }: DeliveryContext<SqliteDatabase>,
) => {
  signal.throwIfAborted();
  atomically((db) => db.prepare('INSERT INTO credits VALUES (?, ?, ?)').run(eventId, to, amount.toString()));
};

// The options of the links and of the deliverer, to the last: none is of a type that is not exported.
export const options: readonly true[] = [
  true satisfies Equals<
    keyof ReplayGuardOptions,
    'store' | 'policy' | 'providers' | 'networks' | 'limits' | 'rememberedIds' | 'logger' | 'keepBodies'
  >,
  true satisfies Equals<
    keyof DelivererOptions<Ledger>,
    'store' | 'concurrency' | 'attempts' | 'backoff' | 'leaseMs' | 'pollMs' | 'random' | 'logger'
  >,
  true satisfies Equals<keyof DispatchOptions<Ledger>, 'deliverer' | 'ackMs'>,
  true satisfies 'limit' extends keyof RawBodyOptions ? true : false,
];
