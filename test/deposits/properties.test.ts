import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { FoldRules } from '../../lib/deposits/fold.ts';
import { foldGroup } from '../../lib/deposits/fold.ts';
import type { Statement } from '../../lib/deposits/statement.ts';
import { propertyRuns } from '../helpers/runs.ts';
import { inventWorld } from '../worlds/invent.ts';
import { eventsOf } from '../worlds/pure.ts';
import { likenesses } from '../worlds/witnesses.ts';
import { babble, babbleRules } from './babble.ts';
import { createInbox } from './inbox.ts';
import { type Dice, dice } from './model.ts';

// The properties that docs/rules.md states, tried on statements that need not fit any chain.

const runs = { numRuns: propertyRuns(1_000) };

function anything(check: (statements: Statement[], roll: Dice) => void): void {
  fc.assert(
    fc.property(fc.noShrink(fc.integer()), fc.noShrink(fc.integer({ min: 1, max: 10 })), (seed, count) => {
      const roll = dice(seed);
      check(babble(roll, count), roll);
    }),
    runs,
  );
}

describe('Whatever is said', () => {
  test('an event that is sent again, under another id, changes nothing', () => {
    anything((statements, roll) => {
      const rules = babbleRules(roll);
      const { provider, eventId } = roll.pick(statements);
      const again = statements.filter((one) => one.provider === provider && one.eventId === eventId);
      const resent = again.map((one) => ({ ...one, eventId: `${eventId} again` }));
      assert.deepEqual(summary(foldGroup([...statements, ...resent], rules)), summary(foldGroup(statements, rules)));
    });
  });

  test('a word from the mempool credits nothing, keeps nothing possible, and takes no code away', () => {
    anything((statements, roll) => {
      const rules = babbleRules(roll);
      const [said] = babble(roll, 1);
      assert.ok(said);
      const seen: Statement = { ...said, kind: 'seen', shows: ['replaceable', 'script'] };
      const before = foldGroup(statements, rules);
      const after = foldGroup([...statements, seen], rules);
      for (const [key, { fold }] of after) {
        const known = before.get(key)?.fold ?? { due: 0, possible: 0, code: undefined };
        assert.ok(fold.due <= known.due, 'credits');
        assert.equal(fold.possible, known.possible);
        if (known.code !== undefined) assert.notEqual(fold.code, undefined, `takes ${known.code} away`);
      }
    });
  });

  test('a failure credits nothing, unless it takes away what contradicted it', () => {
    const contradicted = new Set(['CONFLICT', 'REORG_AMBIGUOUS', 'CHAIN_DISAGREES', 'FAILED', 'REMOVED_NO_BLOCK']);
    anything((statements, roll) => {
      const rules = babbleRules(roll);
      const [said] = babble(roll, 1);
      assert.ok(said);
      const failed: Statement = { ...said, kind: 'failed' };
      const before = foldGroup(statements, rules);
      for (const [key, { fold }] of foldGroup([...statements, failed], rules)) {
        const known = before.get(key)?.fold;
        if (fold.due > (known?.due ?? 0)) assert.ok(contradicted.has(known?.code ?? ''), `${key} ${known?.code}`);
      }
    });
  });

  test('a change of configuration or policy reverts nothing', () => {
    anything((statements, roll) => {
      const inbox = createInbox(babbleRules(roll));
      for (const statement of statements) {
        inbox.tell(statement);
        if (roll.chance(0.5)) inbox.hand();
      }
      let rules = inbox.rules;
      for (let time = 0; time < 5; time += 1) {
        rules = changed(roll, rules);
        const { change } = inbox.step({ rules: () => rules });
        assert.deepEqual(change?.cancelled ?? [], []);
        assert.ok((change?.events ?? []).every((event) => event.kind !== 'deposit.reverted'));
      }
    });
  });
});

function changed(roll: Dice, rules: FoldRules): FoldRules {
  const name = roll.pick(['A', 'B', 'C', 'M', 'T']);
  const { [name]: own = {}, ...others } = rules.providers;
  return roll.pick<FoldRules>([
    { ...rules, providers: others },
    { ...rules, providers: { ...others, [name]: { ...own, trustMined: own.trustMined !== true } } },
    { ...rules, providers: { ...others, [name]: { ...own, reportsMemos: own.reportsMemos === false } } },
    { ...rules, providers: { ...others, [name]: { ...own, reportsConfirmations: false } } },
    { ...rules, confirmations: roll.pick([1, 2, 5, 9]) },
    { ...rules, reorgDepth: roll.pick([2, 3, 9, 20]) },
    { ...rules, quorum: roll.pick([1, 2, 3]) },
    { ...rules, chainRequired: rules.chainRequired !== true },
  ]);
}

describe('With a quorum of q, fewer hostile providers than q', () => {
  test('credit nothing, take nothing back, and freeze nothing past a release', () => {
    anything((lies, roll) => {
      const quorum = roll.pick([2, 3]);
      const rules: FoldRules = { confirmations: 3, reorgDepth: 9, quorum, providers: {}, networkHasMemos: false };
      const hostile = lies.map((lie, index) => ({ ...lie, provider: `H${index % (quorum - 1)}` }));
      const honest = honestWords(roll, quorum);
      const before = foldGroup(honest, rules);
      for (const [key, { fold }] of foldGroup([...honest, ...hostile], rules)) {
        const known = before.get(key)?.fold;
        if (!known) assert.equal(fold.due, 0, `credit ${key}`);
        else {
          assert.ok(fold.possible >= known.due, 'take back');
          assert.ok(fold.releasable >= known.due, 'freeze');
        }
      }
    });
  });

  test('make nothing final that a quorum takes back', () => {
    anything((lies, roll) => {
      const quorum = roll.pick([2, 3]);
      const rules: FoldRules = { confirmations: 3, reorgDepth: 9, quorum, providers: {}, networkHasMemos: false };
      const hostile = lies
        .filter((lie) => lie.kind === 'mined' || lie.kind === 'confirmed')
        .map((lie, index) => ({ ...lie, provider: `H${index % (quorum - 1)}`, blockHash: 'X', confirmations: 99 }));
      const honest = honestWords(roll, quorum);
      const removed = honest.map((one): Statement => ({ ...one, kind: 'removed', at: 9, eventId: `r ${one.eventId}` }));
      for (const { fold } of foldGroup([...honest, ...removed, ...hostile], rules).values())
        assert.equal(fold.possible, 0);
    });
  });
});

/** As many as the quorum, who agree on what block X holds. */
function honestWords(roll: Dice, quorum: number): Statement[] {
  const amounts = roll.pick([[5n], [5n, 5n], [5n, 7n]]);
  return Array.from({ length: quorum }, (_, index) =>
    amounts.map(
      (amount, row): Statement => ({
        provider: `P${index}`,
        kind: 'confirmed',
        amount,
        position: `log:${row}`,
        blockHash: 'X',
        confirmations: 3,
        at: 2,
        eventId: `honest ${index}`,
        row,
      }),
    ),
  ).flat();
}

test('retention changes nothing that is told', async () => {
  const providers = await likenesses();
  let pruned = 0;
  for (let seed = 1; seed <= propertyRuns(1_000); seed += 1) {
    const world = inventWorld(seed, providers);
    const steps = world.steps.filter((step) => step.do !== 'prune');
    if (steps.length === world.steps.length) continue;
    pruned += 1;
    // Operators cannot decide about what was forgotten, so they decide about the same deposits in both.
    const { events, decided } = eventsOf(world);
    assert.deepEqual(events, eventsOf({ ...world, steps }, decided).events, `seed ${seed}`);
  }
  assert.ok(pruned > 0);
});

function summary(folded: ReturnType<typeof foldGroup>): unknown[] {
  return [...folded]
    .map(([key, { fold }]) => [key, fold.due, fold.possible, fold.releasable, fold.code])
    .sort((one, other) => (String(one[0]) < String(other[0]) ? -1 : 1));
}
