const markup: unique symbol = Symbol('markup');

/** Markup of these pages. Everything else becomes part of it escaped, since much of it comes from outside. */
export interface Html {
  readonly [markup]: string;
}

export type Value = Html | string | number | false | undefined | readonly Value[];

export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return {
    [markup]: parts.map((part, index) => part + (index < values.length ? written(values[index]) : '')).join(''),
  };
}

/** Markup that a library made. */
export function trusted(text: string): Html {
  return { [markup]: text };
}

export function render(page: Html): string {
  return page[markup];
}

function written(value: Value): string {
  if (value === undefined || value === false) return '';
  if (typeof value === 'string') return escapeHtml(value);
  if (typeof value === 'number') return String(value);
  return markup in value ? value[markup] : value.map(written).join('');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? char);
}
