import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { propertyRuns } from '../helpers/runs.ts';
import { createInbox, type Inbox } from './inbox.ts';
import { type Dice, dice, type Guarantee, inventWorld, type World } from './model.ts';

// Each run invents a chain with its reorgs and one to three providers that see it (model.ts), lets what they say arrive in
// any order, and compares what is credited with what the chain holds.

/** Seeds that found a fault. */
const found = [1_498_401_158];
const runs = { numRuns: propertyRuns(1_000), examples: found.map((seed): [number] => [seed]) };

interface Watch {
  /** After each step. */
  each?(inbox: Inbox, world: World): void;
}

/** Lets the statements arrive a few at a time, while some of the events are handed out. */
function replay(world: World, arrivals: World['arrivals'], roll: Dice, watch: Watch = {}): Inbox {
  const inbox = createInbox(world.rules);
  for (let from = 0; from < arrivals.length; ) {
    const count = 1 + roll.below(3);
    const before = new Map(inbox.state.deposits.map((deposit) => [deposit.id, deposit]));
    const { change } = inbox.tell(...arrivals.slice(from, from + count));
    from += count;
    const takenBack = new Set(change?.cancelled.map((id) => id.split(':')[0]));
    for (const event of change?.events ?? []) if (event.kind === 'deposit.reverted') takenBack.add(event.deposit.id);
    for (const deposit of inbox.state.deposits) {
      const old = before.get(deposit.id);
      if (old?.status === 'confirmed' && deposit.status !== 'confirmed') assert.ok(takenBack.has(deposit.id));
      if (old) assert.ok(deposit.generation >= old.generation && deposit.firstSeenAt <= old.firstSeenAt);
    }
    if (roll.chance(0.5)) inbox.hand(() => roll.chance(0.7));
    watch.each?.(inbox, world);
  }
  return inbox;
}

function codes(inbox: Inbox): string[] {
  return inbox.state.deposits.flatMap((deposit) => deposit.code ?? []);
}

/** What is credited beyond what the chain holds. */
function excess(inbox: Inbox, world: World): string[] {
  const credited = inbox.credited();
  if (!world.providers.some((one) => one.tellsTotals)) {
    return Object.keys(credited).filter((key) => (credited[key] ?? 0) > (world.truth[key] ?? 0));
  }
  return sum(credited) > sum(world.truth) ? ['in all'] : [];
}

function sum(copies: Readonly<Record<string, number>>): bigint {
  return Object.entries(copies).reduce(
    (total, [key, count]) => total + BigInt(key.split('|')[0] ?? '') * BigInt(count),
    0n,
  );
}

/** Of what some provider has confirmed where it stayed, what is not credited. */
function missing(inbox: Inbox, world: World): string[] {
  const credited = inbox.credited();
  return Object.keys(world.confirmed).filter((key) => (credited[key] ?? 0) < (world.confirmed[key] ?? 0));
}

function check(guarantee: Guarantee, body: (world: World, roll: Dice) => void): void {
  fc.assert(
    fc.property(fc.noShrink(fc.integer()), (seed) => body(inventWorld(seed, guarantee), dice(seed ^ 0x5bd1e995))),
    runs,
  );
}

describe('Advance beside a truth', () => {
  test('credits nothing false, at no time, and reverts nothing, where confirmations reach as far as reorgs', () => {
    check('deep', (world, roll) => {
      const inbox = replay(world, world.arrivals, roll, { each: (at) => assert.deepEqual(excess(at, world), []) });
      assert.ok(inbox.events.every((event) => event.kind !== 'deposit.reverted'));
      assert.ok(inbox.state.facts.every((fact) => !fact.cancelled));
      if (missing(inbox, world).length > 0) assert.notDeepEqual(codes(inbox), [], `Missing: ${missing(inbox, world)}`);
    });
  });

  test('leaves nothing false credited once removals have arrived, where confirmations are fewer', () => {
    check('shallow', (world, roll) => {
      const inbox = replay(world, world.arrivals, roll);
      assert.deepEqual(excess(inbox, world), []);
      if (missing(inbox, world).length > 0) assert.notDeepEqual(codes(inbox), [], `Missing: ${missing(inbox, world)}`);
    });
  });

  test('never credits from two rival blocks at once where blocks are named, though removals are lost', () => {
    check('none', (world, roll) => {
      if (world.providers.some((one) => !one.namesBlocks || one.tellsTotals)) return;
      const inbox = replay(world, world.arrivals, roll);
      const credited = inbox.credited();
      const isWithin = (block: Record<string, number>): boolean =>
        Object.entries(credited).every(([key, copies]) => copies <= (block[key] ?? 0));
      assert.ok(Object.keys(credited).length === 0 || world.branches.some(isWithin));
    });
  });

  for (const guarantee of ['plain', 'silent'] as const) {
    const removals = guarantee === 'plain' ? 'removals too' : 'but removals';
    test(`credits exactly what the chain holds, with no code, where providers leave nothing out, ${removals}`, () => {
      check(guarantee, (world, roll) => {
        // Where nothing is ever said of a block that is gone, its credit stays: construction warns of it (rule 29).
        if (guarantee === 'silent' && !world.isSettled) return;
        const inbox = replay(world, world.arrivals, roll);
        assert.deepEqual(inbox.credited(), world.truth);
        for (const { status, code } of inbox.state.deposits) {
          assert.ok(status === 'confirmed' || status === 'reverted' || status === 'failed', status);
          if (status === 'confirmed') assert.equal(code, undefined);
        }
      });
    });
  }
});
