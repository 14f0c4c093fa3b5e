import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runAtOnce, runSteps, type Steps } from '../../lib/signatures/steps.ts';

const mebibyte = 2 ** 20;

/** Work of so many pieces; `onPiece` is told of each. */
function* work<T>(pieces: number, cost: number, result: T, onPiece: () => void = () => {}): Steps<T> {
  for (let piece = 0; piece < pieces; piece += 1) {
    onPiece();
    yield cost;
  }
  return result;
}

/** A turn of the event loop in which nothing was done yet. */
const freshTurn = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

test('short work is done at once, and so are its errors', async () => {
  await freshTurn();
  assert.equal(runSteps(work(3, 1_000, 'done')), 'done');
  // biome-ignore lint/correctness/useYield: it fails before it has done anything.
  const failing = function* (): Steps<void> {
    throw new RangeError('wrong');
  };
  assert.throws(() => runSteps(failing()), RangeError);
});

test('long work takes a bounded piece of each turn, all of it together, and short work passes it', async () => {
  await freshTurn();
  let turn = 0;
  let isOver = false;
  const count = (): void => {
    turn += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  const inTurn = new Map<number, number>();
  const onPiece = (): void => void inTurn.set(turn, (inTurn.get(turn) ?? 0) + 1);
  const ended: string[] = [];
  const long = ['a', 'b', 'c'].map(async (name) => {
    ended.push(await runSteps(work(20, mebibyte, name, onPiece)));
  });
  const short = (async () => ended.push(await runSteps(work(2, mebibyte, 'short'))))();
  await Promise.all([...long, short]);
  isOver = true;
  assert.equal(ended[0], 'short');
  assert.deepEqual([...ended].sort(), ['a', 'b', 'c', 'short']);
  // The first turn has one piece of each that came in it.
  const most = Math.max(...[...inTurn].filter(([one]) => one > 0).map(([, pieces]) => pieces));
  assert.ok(most <= 3, `${most} pieces in a turn`);
  assert.ok(inTurn.size >= 15, `${inTurn.size} turns`);
});

test('an error of a later piece rejects, and what waits behind it goes on', async () => {
  await freshTurn();
  const failing = function* (): Steps<void> {
    for (let piece = 0; piece < 10; piece += 1) yield mebibyte;
    throw new RangeError('wrong');
  };
  const [failed, ended] = await Promise.allSettled([runSteps(failing()), runSteps(work(10, mebibyte, 'done'))]);
  assert.equal(failed.status, 'rejected');
  assert.deepEqual(ended, { status: 'fulfilled', value: 'done' });
});

test('in one go it is done in one go', () => {
  assert.equal(runAtOnce(work(50, mebibyte, 'done')), 'done');
});
