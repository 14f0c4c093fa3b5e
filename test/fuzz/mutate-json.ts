import type { Random } from '../edge/random.ts';
import { anyWord, mutateBytes } from './mutate-bytes.ts';
import { numberWords } from './words.ts';

/** A value of JSON that is being changed; `Written` stands as it is, whatever JavaScript would make of it. */
type Node = null | boolean | number | string | Written | Node[] | { [key: string]: Node };

class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

interface Place {
  holder: Node[] | { [key: string]: Node };
  key: string;
}

/** Another JSON text, by a change of one or a few of its values; undefined if the input is none. */
export function mutateJson(input: Buffer, random: Random, words: readonly string[], other: Buffer): Buffer | undefined {
  const root = parsed(input);
  if (root === undefined) return undefined;
  const holder: Node[] = [root];
  for (let count = 1 + random.below(3); count > 0; count -= 1) {
    const places: Place[] = [];
    collect(holder, places);
    if (places.length === 0) break;
    change(random.pick(places), random, words, parsed(other) ?? null);
  }
  return Buffer.from(write(holder[0] ?? null, random.chance(0.05) ? ' ' : ''));
}

function parsed(input: Buffer): Node | undefined {
  try {
    return JSON.parse(input.toString('utf8')) as Node;
  } catch {
    return undefined;
  }
}

function collect(holder: Node[] | { [key: string]: Node }, into: Place[]): void {
  for (const [key, value] of Object.entries(holder)) {
    into.push({ holder, key });
    if (isHolder(value)) collect(value, into);
  }
}

function isHolder(value: Node | undefined): value is Node[] | { [key: string]: Node } {
  return typeof value === 'object' && value !== null && !(value instanceof Written);
}

function change(place: Place, random: Random, words: readonly string[], other: Node): void {
  const value = at(place);
  if (isHolder(value) && random.chance(0.4)) {
    changeWithin(value, random, words);
    return;
  }
  const kind = random.below(12);
  if (kind === 0) remove(place);
  else if (kind === 1) put(place, [value ?? null]);
  else if (kind === 2) put(place, somethingOf(other, random));
  else if (kind < 6) put(place, fresh(random, words));
  else put(place, bent(value, random, words));
}

/** A list that is longer, shorter or in another order; an object with another key. */
function changeWithin(holder: Node[] | { [key: string]: Node }, random: Random, words: readonly string[]): void {
  if (Array.isArray(holder)) {
    if (holder.length === 0 || random.chance(0.2)) holder.push(fresh(random, words));
    else if (random.chance(0.4)) holder.splice(random.below(holder.length), 1);
    else holder.splice(random.below(holder.length + 1), 0, copy(random.pick(holder)));
    return;
  }
  const keys = Object.keys(holder);
  const word = anyWord(random, words);
  const key = keys.length === 0 ? undefined : random.pick(keys);
  if (key === undefined || random.chance(0.4)) define(holder, word, fresh(random, words));
  else if (random.chance(0.5)) delete holder[key];
  else {
    define(holder, word, holder[key] ?? null);
    if (random.chance(0.5)) delete holder[key];
  }
}

function fresh(random: Random, words: readonly string[]): Node {
  switch (random.below(10)) {
    case 0:
      return null;
    case 1:
      return random.chance(0.5);
    case 2:
    case 3:
      return new Written(random.pick(numberWords));
    case 4:
      return random.pick<Node>([[], {}, [[]], [null], { '': '' }]);
    case 5:
      return nested(1 + random.below(70));
    default:
      return anyWord(random, words);
  }
}

function nested(depth: number): Node {
  let value: Node = [];
  for (let count = 0; count < depth; count += 1) value = [value];
  return value;
}

/** A value near the one that stood there. */
function bent(value: Node | undefined, random: Random, words: readonly string[]): Node {
  if (typeof value === 'string') {
    if (random.chance(0.1) && /^-?\d+(\.\d+)?$/.test(value)) return new Written(value);
    if (random.chance(0.1)) return value.toUpperCase();
    if (random.chance(0.1)) return value.toLowerCase();
    return mutateBytes(Buffer.from(value), random, words, Buffer.from(anyWord(random, words))).toString('utf8');
  }
  if (typeof value === 'number') {
    return random.pick<Node>([
      value + 1,
      -value,
      value / 10,
      value * 10 ** random.below(30),
      String(value),
      new Written(`${value}.0`),
      new Written(`${value}0`),
    ]);
  }
  if (typeof value === 'boolean') return random.pick<Node>([!value, String(value), value ? 1 : 0]);
  return fresh(random, words);
}

function somethingOf(other: Node, random: Random): Node {
  const places: Place[] = [];
  collect([other], places);
  return copy(at(random.pick(places)) ?? null);
}

function copy(value: Node): Node {
  if (Array.isArray(value)) return value.map(copy);
  if (!isHolder(value)) return value;
  const copied: { [key: string]: Node } = {};
  for (const [key, one] of Object.entries(value)) define(copied, key, copy(one));
  return copied;
}

function at({ holder, key }: Place): Node | undefined {
  return Array.isArray(holder) ? holder[Number(key)] : holder[key];
}

function put({ holder, key }: Place, value: Node | undefined): void {
  if (Array.isArray(holder)) holder[Number(key)] = value ?? null;
  else define(holder, key, value ?? null);
}

function remove({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else delete holder[key];
}

// A member that is called __proto__ must be one.
function define(holder: { [key: string]: Node }, key: string, value: Node): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true });
}

function write(value: Node | undefined, space: string): string {
  if (value instanceof Written) return value.text;
  if (Array.isArray(value)) return `[${value.map((item) => write(item, space)).join(`,${space}`)}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value).map(([key, one]) => `${JSON.stringify(key)}:${space}${write(one, space)}`);
  return `{${space}${members.join(`,${space}`)}}`;
}
