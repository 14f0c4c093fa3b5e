import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce, inTurns, type Pieces } from '../../lib/util/turns.ts';

/** Pieces that take so many ms each, by a clock that only they move. */
function working(pieces: number, eachMs: number) {
  let now = 0;
  function* steps(): Pieces<string> {
    for (let piece = 0; piece < pieces; piece += 1) {
      now += eachMs;
      yield;
    }
    return 'done';
  }
  return { steps: steps(), clock: () => now };
}

/** Turns of the event loop that pass until it is over. */
async function turnsUntil(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  void work.finally(() => {
    isOver = true;
  });
  for (;;) {
    await new Promise(setImmediate);
    if (isOver) return turns;
    turns += 1;
  }
}

test('long work has a turn of the event loop every 10 ms, and short work none', async () => {
  const long = working(1_000, 1);
  const ran = inTurns(long.steps, long.clock);
  const turns = await turnsUntil(ran);
  assert.equal(await ran, 'done');
  assert.ok(turns >= 90 && turns <= 101, `${turns} turns for 1,000 ms`);
  const short = working(9, 1);
  assert.equal(await turnsUntil(inTurns(short.steps, short.clock)), 0);
  assert.equal(atOnce(working(5, 100).steps), 'done');
});

test('what a piece throws rejects', async () => {
  // biome-ignore lint/correctness/useYield: it throws before it could
  function* failing(): Pieces<never> {
    throw new Error('no');
  }
  await assert.rejects(inTurns(failing()), /no/);
  assert.throws(() => atOnce(failing()), /no/);
});
