const markup: unique symbol = Symbol('markup');

/** Markup that this package wrote. Text of anybody else becomes part of it through `html` only, escaped. */
export interface Html {
  readonly [markup]: string;
}

export type Value = Html | string | number | bigint | false | undefined | readonly Value[];

/** A template of markup: each value is escaped, unless it is markup itself. Values of attributes stand in double quotes. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  let text = parts[0] ?? '';
  values.forEach((value, index) => {
    text += written(value) + (parts[index + 1] ?? '');
  });
  return { [markup]: text };
}

/** The text of a page, to be sent. */
export function render(page: Html): string {
  return page[markup];
}

function written(value: Value): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'string') return escaped(value);
  if (typeof value === 'object') return isList(value) ? value.map(written).join('') : value[markup];
  return value.toString();
}

function isList(value: Html | readonly Value[]): value is readonly Value[] {
  return Array.isArray(value);
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return visible(text).replace(/[&<>"']/g, (char) => entities[char] ?? char);
}

// Control and format characters (those that turn the direction of a line among them), line separators, lone surrogates.
const unseen = /[^\P{Cc}\n\t]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Text whose invisible characters are written out, as `\u{202e}`, so that nothing in it can hide or turn what stands beside it. */
export function visible(text: string): string {
  return text.replace(unseen, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}
