import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { createOutput } from '../../lib/cli/output.ts';
import { barOf, createBlockProgress, progressText } from '../../lib/cli/progress.ts';

const range = { firstBlock: 1_000n, toBlock: 1_999n, missed: 0 };

test('progress says the share, the block, the pace and what is left', () => {
  assert.equal(
    progressText({ ...range, block: 1_411n, missed: 3 }, 60_000),
    ' 41.2 % block 1411 of 1999, 412 a minute, 2 min left, 3 missed',
  );
  assert.equal(progressText({ ...range, block: 1_999n }, 60_000), '100.0 % block 1999 of 1999, 1000 a minute');
  assert.equal(progressText({ ...range, block: 1_000n, toBlock: 1_000_999n }, 60_000).split(', ')[2], '16667 h left');
  assert.equal(barOf({ ...range, block: 1_499n }), '[############------------]');
});

test('the bar is whole only at the end, and always of one width', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 10n ** 9n), fc.bigInt(1n, 10n ** 9n), fc.bigInt(0n, 10n ** 9n), (first, count, at) => {
      const block = first + (at % count);
      const progress = { firstBlock: first, toBlock: first + count - 1n, block, missed: 0 };
      const bar = barOf(progress);
      assert.match(bar, /^\[#*-*\]$/);
      assert.equal(bar.length, 26);
      assert.equal(bar.includes('-'), block < progress.toBlock);
      assert.match(progressText(progress, 1_000), /^ *\d+\.\d % block \d+ of \d+/);
    }),
  );
});

test('a terminal gets a bar that is drawn over, anything else lines', () => {
  const shown = (isTTY: boolean): string => {
    const stderr = Object.assign(new PassThrough(), { isTTY });
    const show = createBlockProgress(createOutput(new PassThrough(), stderr, {}));
    for (let block = 1_000n; block <= 1_999n; block += 1n) show({ ...range, block });
    return String(stderr.read());
  };
  const drawn = shown(true).split('\r\x1b[K');
  assert.equal(drawn[0], '');
  assert.match(drawn[1] ?? '', /^\[-+\] {3}0\.1 % block 1000 of 1999/);
  assert.match(drawn.at(-1) ?? '', /^\[#+\] 100\.0 % block 1999 of 1999[^\n]*$/);
  assert.match(shown(false), /^100\.0 % block 1999 of 1999[^\n]*\n$/);
});
