import { visibleLines } from '../../util/visible.ts';

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
  return visibleLines(text).replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
