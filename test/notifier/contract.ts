import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

/** A request to the notifier's API, and what came back. */
export interface Exchange {
  method: string;
  /** With its query. */
  path: string;
  /** What was sent, if it was JSON. */
  sent: unknown;
  /** Those that matter for the operation, in lower case. */
  headers: Record<string, string>;
  status: number;
  contentType: string;
  /** Undefined if there was none. */
  answered: unknown;
}

type Schema = Record<string, unknown>;
interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
}
interface Operation {
  operationId: string;
  parameters?: unknown[];
  requestBody?: { required?: boolean };
  responses: Record<string, unknown>;
}

/** One operation of the document, with where it stands. */
export interface Described {
  id: string;
  method: string;
  /** With its parameters in braces. */
  path: string;
  statuses: string[];
  hasBody: boolean;
  needsBody: boolean;
}

const document = closed(
  parse(readFileSync(new URL('../../docs/openapi/notifier.yaml', import.meta.url), 'utf8')),
) as Schema & { paths: Record<string, Record<string, unknown>> };

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true, coerceTypes: false });
ajv.addSchema(document, 'notifier');
const compiled = new Map<string, ValidateFunction>();

/** What the document does not name must not be there: of an answer, each member is described. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, closed(one)]);
  const schema = Object.fromEntries(entries) as Schema;
  const isOpen =
    schema.type === 'object' && schema.properties !== undefined && schema.additionalProperties === undefined;
  return isOpen ? { ...schema, additionalProperties: false } : schema;
}

function resolved(value: unknown): { at: string | undefined; value: Schema } {
  const { $ref: ref } = value as { $ref?: string };
  if (ref === undefined) return { at: undefined, value: value as Schema };
  const found = ref
    .slice(2)
    .split('/')
    .reduce<unknown>((from, key) => (from as Schema)[key], document);
  return { at: ref, value: found as Schema };
}

function pointer(...keys: string[]): string {
  return `#/${keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
}

/** Why a value does not fit the schema at a place of the document; undefined if it does. */
function misfit(at: string, value: unknown): string | undefined {
  let validate = compiled.get(at);
  if (!validate) {
    validate = ajv.compile({ $ref: `notifier${at}` });
    compiled.set(at, validate);
  }
  return validate(value) ? undefined : ajv.errorsText(validate.errors);
}

/** Every operation of the document. */
export const operations: readonly Described[] = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, given]) => {
    if (method === 'parameters') return [];
    const { operationId: id, responses, requestBody } = given as Operation;
    return [
      {
        id,
        method,
        path,
        statuses: Object.keys(responses),
        hasBody: requestBody !== undefined,
        needsBody: requestBody?.required === true,
      },
    ];
  }),
);

/** What was exercised in this process: id and status of each exchange that the document describes. */
export const exercised = new Set<string>();

/**
 * Holds an exchange against the document, in both directions: what came back is described to the last member; what was accepted fits
 * what may be sent, and what was refused as invalid does not.
 */
export function assertDescribed(exchange: Exchange): void {
  const { method, path, sent, headers, status, contentType, answered } = exchange;
  const [pathname = '', query = ''] = path.split('?');
  const found = operations.find((one) => one.method === method.toLowerCase() && matcher(one.path).test(pathname));
  const what = `${method} ${path} answered ${status} ${JSON.stringify(answered)}`;
  if (!found) {
    assert.equal(status, 404, `${what}, which the document does not name`);
    return;
  }
  exercised.add(`${found.id} ${status}`);
  const item = document.paths[found.path] as Record<string, unknown>;
  const operation = item[found.method] as Operation;
  assert.ok(found.statuses.includes(String(status)), `${what}: ${found.id} does not describe that status`);
  const wrong = [
    ...parametersMisfit([...((item.parameters ?? []) as unknown[]), ...(operation.parameters ?? [])], found, {
      pathname,
      query,
      headers,
    }),
    ...(found.hasBody ? [bodyMisfit(found, sent)] : []),
  ].filter((one) => one !== undefined);
  if (status < 300) assert.deepEqual(wrong, [], `${what}, though the request does not fit`);
  if (status === 400) assert.notDeepEqual(wrong, [], `${what}, though the request ${JSON.stringify(sent)} fits`);
  assertAnswer(found, operation, { status, contentType, answered, what });
}

function matcher(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}

function bodyMisfit({ path, method, needsBody }: Described, sent: unknown): string | undefined {
  if (sent === undefined) return needsBody ? 'no body' : undefined;
  return misfit(pointer('paths', path, method, 'requestBody', 'content', 'application/json', 'schema'), sent);
}

function parametersMisfit(
  given: readonly unknown[],
  { path }: Described,
  { pathname, query, headers }: { pathname: string; query: string; headers: Record<string, string> },
): (string | undefined)[] {
  const parameters = given.map((one) => resolved(one).value as unknown as Parameter);
  const inPath = matcher(path).exec(pathname)?.groups ?? {};
  const inQuery = new URLSearchParams(query);
  const unknown = [...inQuery.keys()].filter(
    (name) => !parameters.some((one) => one.in === 'query' && one.name === name),
  );
  const wrong = parameters.map(({ name, in: place, required, schema }) => {
    const given = {
      path: inPath[name] && decodeURIComponent(inPath[name]),
      query: inQuery.get(name),
      header: headers[name],
    };
    const text = given[place];
    if (text === null || text === undefined) return required ? `${name} is missing` : undefined;
    const { value } = resolved(schema);
    const read = value.type === 'integer' && /^\d+$/.test(text) ? Number(text) : text;
    return ajv.validate(inDocument(schema), read) ? undefined : `${name}: ${ajv.errorsText()}`;
  });
  return [...unknown.map((name) => `${name} is unknown`), ...wrong];
}

/** A schema of the document on its own. */
function inDocument(schema: Schema): Schema {
  return typeof schema.$ref === 'string' ? { $ref: `notifier${schema.$ref}` } : schema;
}

function assertAnswer(
  { path, method }: Described,
  { responses }: Operation,
  { status, contentType, answered, what }: Pick<Exchange, 'status' | 'contentType' | 'answered'> & { what: string },
): void {
  const { at, value } = resolved(responses[status]);
  const { content } = value as { content?: Record<string, unknown> };
  if (content === undefined) {
    assert.equal(answered, undefined, `${what}, though the document describes no body`);
    return;
  }
  const type = contentType.split(';')[0] ?? '';
  assert.ok(type in content, `${what} as ${type}`);
  const base = at ?? pointer('paths', path, method, 'responses', String(status));
  const schema = `${base}${pointer('content', type, 'schema').slice(1)}`;
  assert.equal(misfit(schema, answered), undefined, what);
}
