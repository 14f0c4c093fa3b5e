import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { ChainCheck } from '../../lib/chains/kit/chain-check.ts';
import type { CheckCode, checkResults } from '../../lib/deposits/codes.ts';
import type { Transfer } from '../../lib/deposits/transfer.ts';
import type { Policy } from '../../lib/policy/policy.ts';
import type { Provider, Reading } from '../../lib/providers/kit/provider.ts';
import { sqliteStore } from '../../lib/stores/sqlite.ts';
import { type FixedClock, fixedClock } from '../../lib/testing/fixed-clock.ts';
import { run } from '../cli/cli.ts';
import { attacks, eth, fakeUsdt, hash, openPolicy, ours, stranger, withEvidence, xrp } from '../deposits/attacks.ts';
import type { ReceiverOptions } from '../helpers/receiver.ts';
import { of, type Told, told } from '../helpers/told.ts';

// Transfers that no check keeps for a person: no money of ours, or none yet. Nobody is called; `log` and `show` have each with
// its code; and what may become a deposit is credited once by what makes it one.

type Unkept = { [K in CheckCode]: (typeof checkResults)[K] extends 'quarantined' ? never : K }[CheckCode];

interface Case {
  why: string;
  /** Default: the attack of that code. */
  transfer?: Transfer;
  traits?: Partial<Provider>;
  chains?: ChainCheck[];
  hints?: Reading['hints'];
  /** What makes it a deposit. Absent: nothing does. */
  becomes?: { policy: Partial<Policy> } | { report: Transfer } | 'by the chain';
}

const policy: Policy = {
  ...openPolicy,
  isOurs: ({ address }) => address.toLowerCase() !== stranger,
  isOwnSender: ({ address }) => address.toLowerCase() === stranger,
};
const payments: NonNullable<Policy['payments']> = { overpaid: 'ignore' };
const listed = openPolicy.assets === 'any' ? [] : openPolicy.assets;
const chain: ChainCheck = {
  network: 'eip155:1',
  head: async () => ({ number: 300n, hash: `0x${'e'.repeat(64)}` }),
  check: async () => ({
    status: 'mined',
    success: true,
    block: { number: 5n, hash: `0x${'d'.repeat(64)}` },
    confirmations: 296,
    finalized: true,
    rows: [{ asset: 'eip155:1/slip44:60', to: ours, amount: 1_000n, position: 'native' }],
    unseen: [],
    removed: [],
  }),
};

const cases: Readonly<Record<Unkept, Case>> = {
  NOT_OURS: {
    why: 'of somebody else, until the account is ours; a provider all of whose transfers are so raises ALL_NOT_OURS',
    becomes: { policy: { isOurs: () => true } },
  },
  OWN_SENDER: { why: 'our own sweep', becomes: { policy: { isOwnSender: () => false } } },
  ASSET_NOT_LISTED: {
    why: 'the policy does not want it; strangers send such by the thousand',
    becomes: { policy: { assets: [...listed, { asset: fakeUsdt, decimals: 6 }] } },
  },
  BELOW_MINIMUM: {
    why: 'the policy does not want it',
    becomes: { policy: { assets: [{ asset: 'eip155:1/slip44:60', decimals: 18 }] } },
  },
  PAYMENT_IGNORED: {
    why: 'the policy says so',
    transfer: { ...withEvidence(eth, { differences: ['overpaid'] }), payment: 'p1' },
    traits: { keyedBy: 'payment' },
    becomes: { policy: { payments: { overpaid: 'credit' } } },
  },
  NOT_DELIVERED_YET: {
    why: 'only seen; its block reports it again',
    transfer: { ...xrp, kind: 'seen', evidence: {} },
    becomes: { report: xrp },
  },
  ONLY_A_HINT: {
    why: 'unsigned; it is looked up',
    transfer: eth,
    traits: { keyedBy: 'hint' },
    chains: [chain],
    hints: [{ network: 'eip155:1', transactionId: hash }],
    becomes: 'by the chain',
  },
  ZERO_AMOUNT: { why: 'nothing was sent' },
  OUTGOING: { why: 'we sent it' },
  FEE_EVENT: { why: 'a fee' },
  NFT_EVENT: { why: 'no amount' },
  APPROVAL_EVENT: { why: 'nothing was sent' },
  TRANSACTION_FAILED: { why: 'the chain undid it' },
  PROTOCOL_FAILED: { why: 'the protocol undid it' },
  CALL_FAILED: { why: 'the call was undone' },
  STATE_NOT_EXECUTED: { why: 'it was not executed' },
  BOUNCED: { why: 'it went back' },
  SUPERSEDED: { why: 'another transaction took its place' },
  EMITTER_MISMATCH: { why: 'another contract says so' },
  LOG_MALFORMED: { why: 'no transfer of that token' },
};

interface Kept {
  path: string;
  clock: FixedClock;
  open(more?: Partial<Policy>): Promise<Told>;
}

/** A service that may be started again, over one file. */
function service(t: TestContext, { traits, chains }: Case): Kept {
  const folder = mkdtempSync(join(tmpdir(), 'unkept-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'deposits.db');
  const clock = fixedClock();
  return {
    path,
    clock,
    open(more = {}) {
      const options: ReceiverOptions = { clock, store: sqliteStore({ path, now: clock.now }) };
      if (chains) options.chains = chains;
      return told(t, { ...options, ...(traits ? { traits } : {}), policy: { ...policy, payments, ...more } });
    },
  };
}

/** Credits that follow from what makes it a deposit; undefined if nothing does. */
async function credited(
  { becomes }: Case,
  one: Told,
  { open, clock }: Kept,
  reading: Reading,
): Promise<readonly string[]> {
  if (becomes === 'by the chain') {
    while (one.credits().length === 0) await one.callbacks.idle();
    await one.say(reading);
    await one.callbacks.confirm();
    return one.credits();
  }
  if (becomes !== undefined && 'report' in becomes) {
    for (let times = 0; times < 2; times += 1) await one.say(of({ ...becomes.report, at: clock.now() }));
    return one.credits();
  }
  await one.callbacks.close();
  const again = await open(becomes?.policy);
  again.readAs(reading);
  await again.callbacks.ready();
  for (let times = 0; times < 2; times += 1) {
    await again.callbacks.reprocess();
    await again.callbacks.idle();
  }
  await again.assertNeeds(undefined);
  return again.credits();
}

describe('a transfer that is no money of ours calls nobody, is shown with its code, and is credited if it becomes one:', () => {
  for (const [code, way] of Object.entries(cases) as [Unkept, Case][]) {
    test(`${code}: ${way.why}`, async (t) => {
      const kept = service(t, way);
      const one = await kept.open();
      const { transfer = attacks[code]?.[0] } = way;
      assert.ok(transfer, 'there is a transfer that only this check stops');
      const reading: Reading = { ...of(transfer), ...(way.hints ? { hints: way.hints } : {}) };
      assert.equal(await one.say(reading), 200);
      assert.equal(one.logged(code), 0);
      await one.assertNeeds(undefined);

      const log = JSON.parse((await run(['log', '--store', kept.path, '--code', code, '--json'])).stdout);
      assert.equal(log.length, 1, 'the log has it by its code');
      const shown = await run(['show', log[0].id, '--store', kept.path]);
      assert.match(shown.stdout, new RegExp(code), 'and so has the page of the callback');

      const credits = await credited(way, one, kept, reading);
      assert.equal(credits.length, way.becomes === undefined ? 0 : 1, `${credits}`);
    });
  }
});
