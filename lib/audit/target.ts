import { randomBytes, randomInt } from 'node:crypto';
import type { Route, Seen } from './exchange.ts';
import { type SampleFields, sampleBody, sampleFields } from './sample.ts';
import type { Signed, Signer, SignOver } from './signer.ts';
import type { Account, State } from './state.ts';

/** The endpoint under audit, and all that a probe may use against it. */
export interface Target {
  readonly route: Route;
  /** Of callbacks. */
  readonly methods: readonly string[];
  readonly signer: Signer;
  now(): number;
  /** The key that callbacks are signed with; never reported. */
  readonly secret: string;
  readonly apiKey: string | undefined;
  /** For how long a slow sender must be borne with at most, ms. */
  readonly slowMs: number;
  /** The same host over plain HTTP, if the audited URL is HTTPS. */
  readonly plainUrl: URL | undefined;
  /** What is credited; undefined if nobody can look. */
  readonly state: State | undefined;
  /** A signed callback that moves nothing. */
  ping(over?: SignOver): Signed;
  send: Signer['send'];
  /** Whether a good callback is still taken. */
  isAlive(): Promise<boolean>;
  /** A transfer to the account, of an amount and a transaction of its own. */
  transfer(state: State, over?: Partial<SampleFields>): SampleFields;
  /** A transfer to an address that was made up, which no service credits. */
  nobodys(): SampleFields;
  /** Signs a transfer and sends it. Taken back when the audit is over, whatever becomes of it. */
  report(fields: SampleFields, extra?: Readonly<Record<string, unknown>>, over?: SignOver): Promise<Seen>;
  /** Transfers to take back in the end. */
  readonly reported: readonly SampleFields[];
  /** Remembers a transfer that was sent by hand. */
  remember(fields: SampleFields): void;
}

export interface TargetOptions {
  signer: Signer;
  apiKey?: string | undefined;
  slowMs: number;
  plainUrl?: URL | undefined;
  state?: State | undefined;
  /** Default: a `test` of the imtoken profile. */
  ping?: Target['ping'];
  /** Default: POST. */
  methods?: readonly string[];
}

export function createTarget(options: TargetOptions): Target {
  const { signer, apiKey, slowMs, plainUrl, state, methods = ['POST'], ping = pingOf(signer) } = options;
  const reported: SampleFields[] = [];
  const drawUnits = createDraw();

  return {
    route: signer.route,
    methods,
    now: signer.now,
    signer,
    secret: signer.secret,
    apiKey,
    slowMs,
    plainUrl,
    state,
    ping,
    send: signer.send,
    async isAlive() {
      const { status } = await signer.send(ping());
      return status !== undefined && status >= 200 && status < 300;
    },
    transfer: ({ account }, over = {}) => ({ ...transferTo(account, drawUnits(), signer.now()), ...over }),
    nobodys: () => sampleFields(signer.now()),
    report(fields, extra, over) {
      reported.push(fields);
      return signer.send(signer.sign(sampleBody(fields, extra), over));
    },
    reported,
    remember: (fields) => void reported.push(fields),
  };
}

function pingOf(signer: Signer): Target['ping'] {
  return (over = {}) =>
    signer.sign({ type: 'test', timestamp: new Date(signer.now()).toISOString(), number: randomInt(1_000_000) }, over);
}

function transferTo({ network, asset, to, amount, confirmations }: Account, more: bigint, now: number): SampleFields {
  return {
    ...sampleFields(now),
    network,
    asset,
    to,
    amount: String(amount + more),
    confirmations,
    position: asset.includes('/slip44:') ? 'native' : 'log:0',
    block: { number: '21000000', hash: `0x${randomBytes(32).toString('hex')}` },
  };
}

/**
 * Even numbers from 2 to 999,998, none twice: a deposit that one probe leaves behind must not be found by the amount of
 * another, nor by the next unit, which a probe may use as well.
 */
function createDraw(): () => bigint {
  const drawn = new Set<number>();
  return () => {
    let pair: number;
    do pair = randomInt(1, 500_000);
    while (drawn.has(pair));
    drawn.add(pair);
    return 2n * BigInt(pair);
  };
}
