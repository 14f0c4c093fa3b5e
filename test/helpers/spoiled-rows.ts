/** JSON as `JSON.parse` gives it. */
export type Plain = null | boolean | number | string | Plain[] | { [key: string]: Plain };

/** The rows of a body below a path of keys joined by dots; '' is the body itself. */
export function rowsAt(body: Plain, path: string): Plain[] {
  const found = keysOf(path).reduce<Plain | undefined>((at, key) => memberOf(at, key), body);
  if (!Array.isArray(found)) throw new TypeError(`There are no rows at ${path}`);
  return found;
}

/** The same body with other rows. */
export function withRows(body: Plain, path: string, rows: readonly Plain[]): Plain {
  return withValue(body, keysOf(path), [...rows]);
}

/** The same value with another one in the place that these keys lead to. */
export function withValue(json: Plain, path: readonly string[], value: Plain): Plain {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (Array.isArray(json)) {
    return json.map((item, index) => (String(index) === key ? withValue(item, rest, value) : item));
  }
  if (typeof json !== 'object' || json === null) throw new TypeError(`There is no ${key}`);
  return { ...json, [key]: withValue(json[key] ?? null, rest, value) };
}

/** Ways to every field of a row, those that hold others too. Of a list the first two entries stand for all. */
export function fieldsOf(json: Plain): readonly (readonly string[])[] {
  if (typeof json !== 'object' || json === null) return [];
  const entries = Array.isArray(json)
    ? json.slice(0, 2).map((item, index) => [String(index), item] as const)
    : Object.entries(json);
  return entries.flatMap(([key, value]) => [[key], ...fieldsOf(value).map((path) => [key, ...path])]);
}

/** Another row like this one, in another transaction: the last digit of each hash and signature is another. */
export function anotherLike(row: Plain): Plain {
  const hashes = /"(?:0x)?[0-9a-f]{64}"|"[1-9A-HJ-NP-Za-km-z]{86,88}"/g;
  return JSON.parse(
    JSON.stringify(row).replace(hashes, (hash) => `${hash.slice(0, -2)}${hash.at(-2) === '1' ? '2' : '1'}"`),
  );
}

function keysOf(path: string): readonly string[] {
  return path === '' ? [] : path.split('.');
}

function memberOf(json: Plain | undefined, key: string): Plain | undefined {
  if (Array.isArray(json)) return json[Number(key)];
  return typeof json === 'object' && json !== null ? json[key] : undefined;
}
