import { type BodyForm, type BodyFormOption, bodyFormOf } from './body-form.ts';
import { writeTime } from './places.ts';
import type { Sign, Signing } from './provider.ts';
import type { Place, Scheme, SignedRequest } from './scheme.ts';
import { signedRequest } from './signed-request.ts';

const types: Readonly<Record<BodyForm, string>> = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  query: 'application/json',
};

/** `sign` of a scheme: puts time and id into their places, then what `make` gives into that of the signature. */
export function signingOf(
  scheme: Scheme,
  form: BodyFormOption,
  make: (request: SignedRequest, secret: string) => Buffer,
): Sign {
  return ({ secret, body, now, id, method = 'POST', url = '/' }: Signing) => {
    const written = bodyFormOf(form, { method, body });
    const headers: Record<string, string> = { 'content-type': types[written], ...scheme.sentHeaders?.(now, id) };
    let query: string | undefined;
    let sentBody = body;

    const put = (place: Place, text: string): void => {
      if ('header' in place) {
        headers[place.header] =
          place.field === undefined ? text : joined(headers[place.header], `${place.field}=${text}`);
      } else if ('query' in place) {
        query = joinedQuery(query, place.query, text);
      } else if ('bodyField' in place) {
        sentBody = withField(sentBody, written, place.bodyField, text);
      }
    };
    const isInBody = (place: Place): boolean => 'bodyField' in place;
    const { timestamp, id: idPlace, keyId } = scheme;
    // A time or id within the body is the body's own.
    if (timestamp !== undefined && !isInBody(timestamp)) put(timestamp, writeTime(now, timestamp.unit));
    if (idPlace !== undefined && !isInBody(idPlace)) put(idPlace, id);
    if (keyId !== undefined && 'header' in keyId) headers[keyId.header] ??= 'default';

    const target = query === undefined ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`;
    const request = signedRequest({ method, url: target, headers, body }, form).trust();
    const signature = make(request, secret);
    put(scheme.signature, `${scheme.signature.prefix ?? ''}${encode(signature, scheme)}`);
    return {
      headers,
      ...(query === undefined ? {} : { query }),
      ...(sentBody === body ? {} : { body: sentBody }),
    };
  };
}

function joined(before: string | undefined, pair: string): string {
  return before === undefined ? pair : `${before},${pair}`;
}

function joinedQuery(before: string | undefined, name: string, text: string): string {
  const pair = `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
  return before === undefined ? pair : `${before}&${pair}`;
}

function withField(body: Buffer, form: BodyForm, name: string, text: string): Buffer {
  if (form === 'form') {
    const written = body.toString('utf8');
    return Buffer.from(`${written}${written === '' ? '' : '&'}${encodeURIComponent(name)}=${encodeURIComponent(text)}`);
  }
  const written = body.toString('utf8').trimEnd();
  const isEmpty = /^\s*\{\s*\}$/.test(written);
  if (name.includes('.') || !written.endsWith('}'))
    throw new TypeError('A signature is put into a JSON object, at its top');
  return Buffer.from(`${written.slice(0, -1)}${isEmpty ? '' : ','}${JSON.stringify(name)}:${JSON.stringify(text)}}`);
}

function encode(signature: Buffer, { algorithm, encoding = 'hex' }: Scheme): string {
  if (algorithm === 'shared') return signature.toString('utf8');
  if (algorithm === 'basic') return `Basic ${signature.toString('base64')}`;
  return encoding === '0xhex' ? `0x${signature.toString('hex')}` : signature.toString(encoding);
}
