import { formFields, type Json, type JsonObject, parseJson } from '../../lib/json/json.ts';
import { isJsonNumber } from '../../lib/json/lossless-json.ts';
import type { SentCallback } from '../../lib/testing/provider-cases/sending.ts';

// What somebody who has captured one or two signed callbacks, and who has no key, can make of them.

/** A stream of choices: `pick(n)` is a whole number below n. */
export interface Choices {
  pick(below: number): number;
}

export function choicesOf(draws: readonly number[]): Choices {
  let next = 0;
  return {
    pick(below) {
      const draw = draws[next % draws.length] ?? 0;
      next += 1;
      return (draw + Math.floor(next / draws.length)) % below;
    },
  };
}

const forms = [
  'application/json',
  'application/x-www-form-urlencoded',
  'text/plain',
  'multipart/form-data; boundary=x',
];

/** One forged callback: the members of `one` changed, or mixed with those of `other`, and written in any form. */
export function forged(one: SentCallback, other: SentCallback, choices: Choices): SentCallback {
  const members = membersOf(one);
  const others = membersOf(other);
  const changes = 1 + choices.pick(3);
  let changed = members;
  for (let index = 0; index < changes; index += 1) changed = changeOf(changed, others, choices);
  const headers: Record<string, string> = { ...(choices.pick(6) === 0 ? other.headers : one.headers) };
  const type = forms[choices.pick(forms.length)] ?? '';
  const isJson = isJsonBody(one);
  switch (choices.pick(8)) {
    case 0:
      // Another form than the one that was signed.
      headers['content-type'] = isJson ? 'application/x-www-form-urlencoded' : 'application/json';
      return { ...one, headers, body: Buffer.from(isJson ? asForm(changed, choices) : asJson(changed, choices)) };
    case 1:
      headers['content-type'] = type;
      return { ...one, headers, body: Buffer.from(isJson ? asJson(changed, choices) : asForm(changed, choices)) };
    case 2:
      // The fields in the URL as well, or alone.
      return {
        ...one,
        headers,
        url: `${one.url}${one.url.includes('?') ? '&' : '?'}${asForm(changed, choices)}`,
        body: choices.pick(2) === 0 ? Buffer.alloc(0) : one.body,
      };
    case 3:
      // One form read as another: a member that holds the fields of a form.
      headers['content-type'] = choices.pick(2) === 0 ? 'application/json' : type;
      return { ...one, headers, body: Buffer.from(asJson(withHiddenForm(members, changed, choices), choices)) };
    default:
      return { ...one, headers, body: Buffer.from(isJson ? asJson(changed, choices) : asForm(changed, choices)) };
  }
}

function isJsonBody({ body }: SentCallback): boolean {
  return body[0] === 0x7b || body[0] === 0x5b;
}

function membersOf(sent: SentCallback): JsonObject {
  if (sent.body.length === 0) return formFields(sent.url.slice(sent.url.indexOf('?') + 1));
  const parsed = isJsonBody(sent) ? parseJson(sent.body) : formFields(sent.body);
  return Array.isArray(parsed) ? { list: parsed } : (parsed as JsonObject);
}

const strange: readonly Json[] = ['999999', 999_999, null, '', true, [], {}, '0', '1&amount=999999', 'x=1'];

function changeOf(members: JsonObject, others: JsonObject, choices: Choices): JsonObject {
  const names = Object.keys(members);
  const name = names[choices.pick(Math.max(1, names.length))] ?? 'amount';
  const value = members[name] ?? null;
  const pool = [...names, ...Object.keys(others), ...names.map((one) => one.toUpperCase()), 'amount', 'memo'];
  switch (choices.pick(11)) {
    case 0:
      return { ...members, [name]: otherType(value) };
    case 1:
      return { ...members, [name]: null };
    case 2:
      return without(members, name);
    case 3:
      return { ...members, [pool[choices.pick(pool.length)] ?? '']: strange[choices.pick(strange.length)] ?? null };
    case 4:
      // A part of another captured callback.
      return name in others ? { ...members, [name]: others[name] ?? null } : members;
    case 5:
      return name in others ? { ...others, [name]: value } : others;
    case 6:
      return { ...members, [name]: indexed(value) };
    case 7:
      return merged(members, name, choices);
    case 8:
      return opened(members, name);
    case 9: {
      const order = names.map((one) => [choices.pick(1_000), one] as const).sort(([a], [b]) => a - b);
      return Object.fromEntries(order.map(([, one]) => [one, members[one] ?? null]));
    }
    default:
      return members;
  }
}

function without(members: JsonObject, name: string): JsonObject {
  const { [name]: _, ...rest } = members;
  return rest;
}

function otherType(value: Json): Json {
  if (isJsonNumber(value)) return value.text;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value === 'string' && /^(?:0|[1-9]\d{0,14})$/.test(value)) return Number(value);
  return value === null ? 'null' : value;
}

function indexed(value: Json): Json {
  if (typeof value !== 'object' || value === null || isJsonNumber(value)) return [value];
  return Array.isArray(value) ? Object.fromEntries(value.entries()) : Object.values(value);
}

// Two members made one, and one made two, where nothing but the names stands between them.
function merged(members: JsonObject, name: string, choices: Choices): JsonObject {
  const names = Object.keys(members).sort();
  const next = names[names.indexOf(name) + 1];
  if (next === undefined) return members;
  const [left, right] = [scalar(members[name]), scalar(members[next])];
  const { [next]: _, ...rest } = members;
  if (choices.pick(3) === 0) return { ...rest, [name]: left.slice(0, -1), [`${left.slice(-1)}${next}`]: right };
  const between = ['', '&', '='][choices.pick(3)] ?? '';
  return { ...rest, [name]: `${left}${between}${next}${between === '' ? '' : '='}${right}` };
}

function opened(members: JsonObject, name: string): JsonObject {
  const pieces = scalar(members[name]).split('&');
  const pairs = pieces.slice(1).map((piece) => piece.split('=', 2));
  const entries = Object.entries(members).flatMap(([key, value]): [string, Json][] =>
    key === name
      ? [[key, pieces[0] ?? ''], ...pairs.map(([left = '', right = '']): [string, Json] => [left, right])]
      : [[key, value]],
  );
  return Object.fromEntries(entries);
}

function scalar(value: Json | undefined): string {
  if (value === undefined || value === null) return '';
  return isJsonNumber(value) ? value.text : String(value);
}

function withHiddenForm(signed: JsonObject, changed: JsonObject, choices: Choices): JsonObject {
  // Where a whole message stands in one field, it is the longest.
  const [name = 'body'] = Object.keys(changed).sort((a, b) => scalar(changed[b]).length - scalar(changed[a]).length);
  const written = scalar(signed[name]);
  const numbers = [...written.matchAll(/\d+/g)];
  const chosen = numbers[choices.pick(Math.max(1, numbers.length))];
  const inner =
    chosen === undefined
      ? written
      : `${written.slice(0, chosen.index)}${chosen[0].replace(/\d/g, '7')}${written.slice(chosen.index + chosen[0].length)}`;
  return { ...signed, z: `&${encodeURIComponent(name)}=${encodeURIComponent(inner)}&y=` };
}

function asForm(members: JsonObject, choices: Choices): string {
  const pairs = Object.entries(members).map(([name, value]) => {
    const text =
      typeof value === 'object' && value !== null && !isJsonNumber(value) ? JSON.stringify(value) : scalar(value);
    return `${encodeURIComponent(name)}=${choices.pick(4) === 0 ? everyByte(text) : encodeURIComponent(text)}`;
  });
  if (choices.pick(8) === 0 && pairs[0] !== undefined) pairs.push(pairs[0]);
  return pairs.join('&');
}

function everyByte(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/** JSON in any spelling: white space, numbers, escapes, members twice. */
export function asJson(json: Json, choices: Choices): string {
  const space = choices.pick(3) === 0 ? [' ', '\n', '\t\r'][choices.pick(3)] : '';
  const isRespelled = choices.pick(2) === 0;
  const isEscaped = choices.pick(4) === 0;
  const write = (value: Json): string => {
    if (typeof value === 'number' || isJsonNumber(value)) {
      const text = scalar(value);
      return isRespelled ? respelled(text, choices) : text;
    }
    if (typeof value === 'string') return isEscaped ? escaped(value) : JSON.stringify(value);
    if (value === null) return isRespelled && choices.pick(4) === 0 ? '1e999' : 'null';
    if (typeof value === 'boolean') return String(value);
    if (Array.isArray(value)) return `[${value.map(write).join(`,${space}`)}]`;
    const members = Object.entries(value).map(([name, inner]) => `${write(name)}:${space}${write(inner)}`);
    if (choices.pick(12) === 0 && members[0] !== undefined) members.push(members[0]);
    return `{${members.join(`,${space}`)}}`;
  };
  return `${space}${write(json)}${space}`;
}

function respelled(text: string, choices: Choices): string {
  const isWhole = /^-?\d+$/.test(text);
  switch (choices.pick(6)) {
    case 0:
      return `${text}e0`;
    case 1:
      return isWhole ? `${text}.0` : `${text}0`;
    case 2:
      return isWhole ? `${text}0e-1` : `${text}E+0`;
    case 3:
      return isWhole ? `${text}.00000000000000000001` : `${text}0000000000000009`;
    case 4:
      return `${text}${isWhole ? '.' : ''}000`;
    default:
      return text;
  }
}

function escaped(text: string): string {
  return `"${[...text].map((character) => escapedUnit(character)).join('')}"`;
}

function escapedUnit(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
  ).join('');
}
