import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { subpaths } from '../../scripts/subpaths.mjs';

const declared =
  /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*)?^export (?:declare )?(?:function|const|class|interface|type) (\w+)/gm;
const handedOn = /^export (?:type )?\{([^}]*)\} from '([^']+)'/gm;

/** The docblock of each name that a built declaration file exports; empty for a name without one. */
function docblocks(file: string): Map<string, string> {
  const text = readFileSync(file, 'utf8');
  const found = new Map<string, string>();
  // Of an overloaded function the first signature has the docblock.
  for (const [, doc = '', name = ''] of text.matchAll(declared)) if (!found.has(name)) found.set(name, doc);
  for (const [, names = '', from = ''] of text.matchAll(handedOn)) {
    const inner = docblocks(join(dirname(file), from.replace(/\.js$/, '.d.ts')));
    for (const [, name = '', alias = name] of names.matchAll(/(\w+)(?: as (\w+))?\s*(?:,|$)/g))
      found.set(alias, inner.get(name) ?? '');
  }
  return found;
}

test('Each public name has a docblock that opens with a verb or the noun', () => {
  const wrong = subpaths().flatMap(([subpath, file]) =>
    [...docblocks(`dist/cjs/${file}.d.ts`)]
      .filter(([, doc]) => !/^[\s*]*(?!(?:What|Whether|How|Where|Who|When|Which|If|That)\b)[A-Z]/.test(doc))
      .map(([name]) => `${subpath} ${name}`),
  );
  assert.deepEqual(wrong, []);
});
