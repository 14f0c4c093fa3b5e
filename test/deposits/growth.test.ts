import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoldRules } from '../../lib/deposits/fold-rules.ts';
import { executed } from '../helpers/executed.ts';

// One transaction may pay thousands of amounts to one address. What is run for them is counted, block by block of the code: that
// is the same on every machine.

const rules: FoldRules = { confirmations: 12, reorgDepth: 64, quorum: 1, providers: {} };
const few = 250;
const folding = /\/lib\/deposits\//;

const { createInbox, stored } = await import('./inbox.ts');
const { say } = await import('./say.ts');

/** What is said of each amount, callback after callback; `N` stands for its number. */
const stories: Readonly<Record<string, readonly string[]>> = {
  'confirmed in a block': ['A confirmed N log:N X e:N'],
  'mined, then confirmed in a block': ['A mined N log:N X e:N', 'A confirmed N log:N X f:N'],
  'mined, then confirmed without a block': ['A mined N log:N e:N', 'A confirmed N log:N f:N'],
  'seen, then confirmed without a block': ['A seen N log:N e:N', 'A confirmed N log:N f:N'],
  'confirmed without a block, then removed': ['A confirmed N log:N e:N', 'A removed'],
  'confirmed in a block, then removed': ['A confirmed N log:N X e:N', 'A removed X'],
  'confirmed without positions': ['A mined N X e:N', 'A confirmed N X f:N'],
  'confirmed by two providers': ['A confirmed N log:N X e:N', 'B confirmed N log:N X g:N'],
  'confirmed by two providers, by one without a block': ['A confirmed N log:N X e:N', 'B confirmed N log:N g:N'],
  'confirmed in two blocks': ['A confirmed N log:N X e:N @1', 'A confirmed N log:N Y f:N @2'],
  'failed, each by itself': ['A mined N log:N X e:N @1', 'A failed N log:N X f:N @2'],
  'removed, each by an event of its own': ['A confirmed N log:N e:N', 'A removed N log:N f:N'],
  'with a memo each': ['A confirmed N log:N X e:N m:N'],
  'by two providers, each amount by one': ['A confirmed N log:N X e:N', 'B confirmed 99999N log:99999N X g:N'],
  'by two providers, each amount by one, without positions': ['A confirmed N X e:N', 'B confirmed 99999N X g:N'],
  'mined, then another confirmed in the block': ['A mined N X e:N', 'A confirmed 99999 X'],
  'mined, then another confirmed at a position': ['A mined N X e:N', 'A confirmed 99999 log:1 X'],
};

for (const [story, words] of Object.entries(stories)) {
  test(`twice as many amounts ${story} take twice the work`, async () => {
    const once = await workOf(words, few);
    const twice = await workOf(words, 2 * few);
    assert.ok(once > 100 * few, `${once} blocks of code ran for ${few} amounts`);
    assert.ok(twice < 2.2 * once, `${once} blocks of code ran for ${few} amounts, ${twice} for ${2 * few}`);
  });
}

/** How many blocks of the code that folds run. */
async function workOf(words: readonly string[], amounts: number): Promise<number> {
  await executed(folding);
  const inbox = createInbox(rules);
  for (const word of words) {
    const texts = Array.from({ length: amounts }, (_, index) => word.replaceAll('N', String(index + 1)));
    inbox.tell(...say(...(word.includes('N') ? texts : [word])).map((statement) => stored(statement)));
  }
  return executed(folding);
}
