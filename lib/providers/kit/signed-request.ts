import { DepositCallbackError } from '../../errors.ts';
import type { Json, JsonObject } from '../../json/json.ts';
import { type BodyForm, type BodyFormOption, bodyFormOf, parseContent } from './body-form.ts';
import type { InboundCallback } from './provider.ts';
import type { SignedRequest } from './scheme.ts';

/** What of a body is taken apart before its signature is known: anybody may send one. */
export interface UnprovenLimits {
  /** Length of the body. */
  bytes: number;
  /** Items and members of its JSON together, counted by the characters that could begin one. */
  members: number;
}

export const unprovenLimits: UnprovenLimits = { bytes: 32_768, members: 500 };

/** A request whose signature may not be known yet. */
export interface UnprovenRequest extends SignedRequest {
  /** The same, now that its signature has matched, or did when it was stored: the limits end. */
  trust(): SignedRequest;
}

type Parsed = { content: Json } | { error: unknown };

/** A callback, or one that is being signed, as places, parts and readers see it: parsed at most once. */
export function signedRequest(
  { method, url, headers, body }: Omit<InboundCallback, 'receivedAt'>,
  form: BodyFormOption,
  limits: UnprovenLimits = unprovenLimits,
): UnprovenRequest {
  let parsed: Parsed | undefined;
  let isTrusted = false;
  const parse = (): Parsed => {
    try {
      return { content: parseContent({ url, body }, bodyFormOf(form, { method, body })) };
    } catch (error) {
      return { error };
    }
  };
  const once = (): Parsed => {
    if (parsed === undefined && !isTrusted) assertWithin(body, bodyFormOf(form, { method, body }), limits);
    parsed ??= parse();
    return parsed;
  };
  const request: UnprovenRequest = {
    method,
    url,
    headers,
    body,
    content() {
      const found = once();
      if ('error' in found) throw found.error;
      return found.content;
    },
    fields() {
      const found = once();
      // Not authentic yet: failing to parse it is no different from a signature that does not match.
      return 'content' in found && isObject(found.content) ? found.content : undefined;
    },
    trust() {
      isTrusted = true;
      return request;
    },
  };
  return request;
}

function assertWithin(body: Buffer, form: BodyForm, { bytes, members }: UnprovenLimits): void {
  // Node bounds the URL, and a form has a bound of its own for its fields.
  if (form === 'query') return;
  if (body.length > bytes) throw tooLarge(`of more than ${bytes} bytes`);
  if (form === 'json' && hasMoreMarks(body, members)) throw tooLarge(`of more than ${members} items and members`);
}

function tooLarge(what: string): DepositCallbackError {
  return new DepositCallbackError('BODY_TOO_LARGE', `A body ${what} is not taken apart before its signature is known`);
}

const comma = 0x2c;
const bracket = 0x5b;
const brace = 0x7b;

/** Whether more commas and opening brackets stand in it, within texts too: it costs little, and parsing may cost much. */
function hasMoreMarks(body: Buffer, most: number): boolean {
  let count = 0;
  for (let at = 0; at < body.length && count <= most; at += 1) {
    const byte = body[at];
    if (byte === comma || byte === bracket || byte === brace) count += 1;
  }
  return count > most;
}

function isObject(json: Json): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
