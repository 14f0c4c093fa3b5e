import { DepositCallbackError } from '../../errors.ts';
import { formFields, type Json, parseJson } from '../../json/json.ts';
import type { InboundCallback } from './provider.ts';

/**
 * The form of a callback. `json`: a JSON body. `form`: an `application/x-www-form-urlencoded` body, whose fields
 * become the members of an object, each a string. `query`: no body; the parameters of the URL, as an object of the
 * same kind.
 */
export type BodyForm = 'json' | 'form' | 'query';

/**
 * The form of a provider's callbacks, or a function that determines it from the method and the bytes, for a provider
 * that sends several. The `content-type` plays no part: it is not signed.
 */
export type BodyFormOption = BodyForm | ((request: Pick<InboundCallback, 'method' | 'body'>) => BodyForm);

export function bodyFormOf(form: BodyFormOption, request: Pick<InboundCallback, 'method' | 'body'>): BodyForm {
  return typeof form === 'function' ? form(request) : form;
}

// Types that say nothing about the form.
const neutral: ReadonlySet<string> = new Set(['text/plain', 'application/octet-stream']);

const named: Readonly<Record<'json' | 'form', RegExp>> = {
  json: /^(?:application|text)\/(?:[\w.-]+\+)?json$/,
  form: /^application\/x-www-form-urlencoded$/,
};

/**
 * Throws `BODY_FORM` for a body whose `content-type` names another form than `form`: what one reader takes for a form and the next
 * for JSON has two meanings and one signature. Without a `content-type`, or with one that names no form, the body is
 * read as `form`.
 */
export function assertBodyForm(
  { headers, body }: Pick<InboundCallback, 'headers' | 'body'>,
  form: BodyForm,
  name: string,
): void {
  if (form === 'query' || body.length === 0) return;
  const type = (headers['content-type']?.split(';', 1)[0] ?? '').trim().toLowerCase();
  if (type === '' || neutral.has(type) || named[form].test(type)) return;
  throw new DepositCallbackError(
    'BODY_FORM',
    `${name}: the content-type names another form than ${form}, in which this provider sends its callbacks`,
  );
}

/** Parses what was sent. Throws `JSON_INVALID` or `BODY_UNREADABLE`. */
export function parseContent({ url, body }: Pick<InboundCallback, 'url' | 'body'>, form: BodyForm): Json {
  switch (form) {
    case 'json':
      return parseJson(body);
    case 'form':
      return formFields(body);
    case 'query': {
      const start = url.indexOf('?');
      return formFields(start < 0 ? '' : url.slice(start + 1));
    }
  }
}
