import type { DepositRecord } from '../../deposits/deposit.ts';
import { describeSeen, type Seen } from '../exchange.ts';
import { type Finding, green, isTaken, type Probe, red, skipped } from '../probe.ts';
import { type SampleFields, sampleBody } from '../sample.ts';
import { newId } from '../signer.ts';
import type { State } from '../state.ts';
import type { Target } from '../target.ts';

/** One deposit, reported more than once. It must be credited once, and the repetition must be taken. */
export const replayProbes: readonly Probe[] = [
  {
    id: 'replayed',
    group: 'replay',
    severity: 'high',
    title: 'A repeated request is accepted and credits nothing more',
    does: 'sends a signed request twice',
    run: (target) => {
      const signed = { id: newId(), now: target.signer.now() };
      return twice(target, (fields) => [fields, fields], [signed, signed]);
    },
  },
  {
    id: 'other-id',
    group: 'replay',
    severity: 'high',
    title: 'The same deposit with another delivery id credits nothing more',
    does: 'sends one deposit twice, each time with a new id, as a resend does',
    run: (target) => twice(target, (fields) => [fields, fields], [{ id: newId() }, { id: newId() }]),
  },
  {
    id: 'other-address-form',
    group: 'replay',
    severity: 'high',
    title: 'The same account in another form is the same account',
    does: 'reports one deposit to the address in lower case, then with upper-case letters',
    needs: 'credits',
    run(target) {
      const id = newId();
      return twice(
        target,
        (fields) => [
          { ...fields, to: fields.to.toLowerCase() },
          { ...fields, to: `0x${fields.to.slice(2).toUpperCase()}` },
        ],
        [{ id }, { id }],
      );
    },
  },
  {
    id: 'other-hash-form',
    group: 'replay',
    severity: 'high',
    title: 'The same transaction in another form is the same transaction',
    does: 'reports one deposit with its hash in lower case, then with upper-case letters',
    needs: 'credits',
    run(target) {
      const id = newId();
      return twice(target, (fields) => [fields, { ...fields, hash: `0x${fields.hash.slice(2).toUpperCase()}` }], [
        { id },
        { id },
      ]);
    },
  },
  {
    id: 'pending-then-confirmed',
    group: 'replay',
    severity: 'high',
    title: 'A deposit reported as pending and as confirmed is credited once',
    does: 'reports one deposit as pending, as confirmed, and as pending again',
    needs: 'credits',
    run(target) {
      const id = newId();
      const now = target.signer.now();
      const pending = (fields: SampleFields): SampleFields => ({
        ...fields,
        type: 'deposit.pending',
        confirmations: 1,
      });
      return twice(target, (fields) => [pending(fields), fields, pending(fields)], [
        { id, now },
        { id, now },
        { id, now: now - 1_000 },
      ]);
    },
  },
  {
    id: 'parallel',
    group: 'replay',
    severity: 'high',
    title: 'The same deposit many times at once is credited once',
    does: 'sends one delivery 16 times at once, as a sender with impatient retries does',
    needs: 'credits',
    async run(target) {
      const { state } = target;
      if (!state) return skipped('it is not known what is credited');
      const fields = target.transfer(state);
      const id = newId();
      const seconds = Array.from({ length: 16 }, (_, index) => target.signer.now() - index * 1_000);
      const seen = await Promise.all(seconds.map((now) => target.report(fields, {}, { id, now })));
      return once(state, fields, seen);
    },
  },
  {
    id: 'two-amounts',
    group: 'replay',
    severity: 'high',
    title: 'A transfer reported with two amounts is not credited with both',
    does: 'reports one log of a block with an amount, then with another',
    needs: 'credits',
    async run(target) {
      const { state } = target;
      if (!state) return skipped('it is not known what is credited');
      const fields = target.transfer(state);
      const other = { ...fields, amount: String(BigInt(fields.amount) + 1n) };
      const over = { id: newId() };
      const seen = [await target.report(fields, {}, over), await target.report(other, {}, over)];
      return once(state, fields, seen, { atLeast: 0, orAmount: other.amount });
    },
  },
];

type Over = { id: string; now?: number };

/** Sends forms of one deposit one after the other, and looks whether it was credited once; or what can be seen of that. */
async function twice(
  target: Target,
  forms: (fields: SampleFields) => readonly SampleFields[],
  over: readonly Over[],
): Promise<Finding> {
  const { state } = target;
  const seen: Seen[] = [];
  if (!state) {
    const { signer } = target;
    for (const one of over) seen.push(await target.send(signer.sign(pingBody, one)));
    const refused = seen.find((one) => !isTaken(one));
    return refused
      ? red(`${describeSeen(refused)} for a repetition: an honest sender would give up`)
      : green(`${describeSeen(seen[0] ?? noAnswer)}; it is not known what is credited`);
  }
  const fields = target.transfer(state);
  for (const [index, one] of forms(fields).entries()) seen.push(await target.report(one, {}, over[index]));
  return once(state, fields, seen);
}

const pingBody = { type: 'test', timestamp: '2026-01-01T00:00:00Z' };
const noAnswer: Seen = { status: undefined, failure: 'no answer', tookMs: 0, sentBytes: 0 };

async function once(
  state: State,
  fields: SampleFields,
  seen: readonly Seen[],
  { atLeast = 1, orAmount = fields.amount } = {},
): Promise<Finding> {
  const refused = seen.find((one) => !isTaken(one));
  if (refused) return red(`${describeSeen(refused)} for a repetition: an honest sender would give up`);
  const { hash, amount } = fields;
  const found = [
    ...(await state.credited({ hash, amount: BigInt(amount) })),
    ...(await state.credited({ hash, amount: BigInt(orAmount) })),
  ];
  const credited = [...new Map(found.map((one) => [one.id, one])).values()];
  const answers = [...new Set(seen.map(describeSeen))].join(', ');
  if (credited.length > 1) return red(`${answers}, and credited ${credited.length} times: ${ids(credited)}`);
  if (credited.length < atLeast) return red(`${answers}, and not credited at all`);
  return green(`${answers}, credited ${credited.length === 0 ? 'not at all' : 'once'}`);
}

function ids(deposits: readonly DepositRecord[]): string {
  return deposits.map(({ id }) => id).join(', ');
}

/** The first of all that need to see credits: a good deposit is credited, so that what is not credited says something. */
export const creditsProbe: Probe = {
  id: 'credits',
  group: 'baseline',
  severity: 'high',
  title: 'A valid deposit is credited exactly',
  does: 'reports a confirmed transfer to the test account',
  needs: 'answers',
  async run(target) {
    const { state } = target;
    if (!state) return skipped('requires --store, --to and --asset to see what is credited');
    const fields = target.transfer(state);
    const seen = await target.report(fields);
    const [credited] = await state.credited({ hash: fields.hash, amount: BigInt(fields.amount) });
    if (!credited) {
      return red(
        `${describeSeen(seen)}, and not credited: check that the account is yours, the asset is listed, the amount is above its minimum, and ${fields.confirmations} confirmations are enough`,
      );
    }
    if (credited.amount !== BigInt(fields.amount))
      return red(`credited ${credited.amount} units instead of ${fields.amount}`);
    return green(`${describeSeen(seen)}, credited ${credited.amount} units`);
  },
};

/** A transfer that is signed by hand, for bodies that no JSON writer makes. */
export function sampleText(fields: SampleFields): string {
  return JSON.stringify(sampleBody(fields));
}
