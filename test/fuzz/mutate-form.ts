import type { Random } from '../edge/random.ts';
import { anyWord, mutateBytes } from './mutate-bytes.ts';
import { mutateJson } from './mutate-json.ts';

/** Another form: a field changed, left out, doubled or added. A value that is JSON is changed as JSON. */
export function mutateForm(input: Buffer, random: Random, words: readonly string[], other: Buffer): Buffer {
  const pairs = input.toString('latin1').split('&');
  const at = random.below(pairs.length);
  const [name = '', ...rest] = (pairs[at] ?? '').split('=');
  const value = rest.join('=');
  const choice = random.below(8);
  if (choice === 0) pairs.splice(at, 1);
  else if (choice === 1) pairs.splice(at, 0, random.pick(pairs));
  else if (choice === 2) pairs.push(`${escaped(anyWord(random, words))}=${escaped(anyWord(random, words))}`);
  else if (choice === 3) pairs[at] = `${escaped(anyWord(random, words))}=${value}`;
  else if (choice === 4) pairs[at] = `${name}=${escaped(anyWord(random, words))}`;
  else pairs[at] = `${name}=${changedValue(value, random, words, other)}`;
  return Buffer.from(pairs.join('&'), 'latin1');
}

function changedValue(value: string, random: Random, words: readonly string[], other: Buffer): string {
  const plain = unescaped(value);
  if (/^[[{]/.test(plain)) {
    const changed = mutateJson(Buffer.from(plain), random, words, Buffer.from('{}'));
    if (changed !== undefined) return escaped(changed.toString('utf8'));
  }
  if (random.chance(0.2)) return mutateBytes(Buffer.from(value, 'latin1'), random, words, other).toString('latin1');
  return escaped(mutateBytes(Buffer.from(plain), random, words, other).toString('utf8'));
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function escaped(text: string): string {
  return encodeURIComponent(text.replace(/\p{Cs}/gu, '?')).replaceAll('%20', '+');
}
