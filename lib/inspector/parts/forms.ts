import { typedTime } from '../../util/rfc3339.ts';
import type { View } from '../view.ts';
import { type Html, html, type Value } from './html.ts';

/** A choice of a filter. */
export function choice(name: string, label: string, options: readonly (readonly [string, string])[], view: View): Html {
  const chosen = view.query.get(name) ?? '';
  return html`<label>${label}<select name="${name}"><option value="">${view.words.any}</option>${options.map(
    ([value, text]) => html`<option value="${value}"${value === chosen && html` selected`}>${text}</option>`,
  )}</select></label>`;
}

/** A text or, with `type`, a time of a filter. */
export function field(name: string, label: string, view: View, type: 'text' | 'datetime-local' = 'text'): Html {
  return html`<label>${label}<input type="${type}" name="${name}" value="${view.query.get(name) ?? ''}" autocomplete="off" spellcheck="false"></label>`;
}

/** A filter: an ordinary GET form. */
export function filter(view: View, fields: Value, isSet: boolean): Html {
  return html`<form class="filter" method="get" action="?">${fields}<div class="filter-go"><button>${view.words.apply}</button>${
    isSet && html`<a href="?">${view.words.clear}</a>`
  }</div></form>`;
}

export interface ActionForm {
  action: 'redeliver' | 'release' | 'hold' | 'correct' | 'revert' | 'reprocess' | 'reverify';
  label: string;
  explanation: string;
  fields?: Readonly<Record<string, string>>;
  /** More that is asked for, by name: its label. */
  asks?: Readonly<Record<string, string>>;
}

/** A button that opens a form which asks for the reason; nothing if actions are off. */
export function actionForm(
  { words, token, root }: View,
  { action, label, explanation, fields = {}, asks = {} }: ActionForm,
): Html {
  if (token === undefined) return html``;
  return html`<details class="act" name="act"><summary class="button">${label}</summary>
<form method="post" action="${root}actions/${action}">
<p>${explanation}</p>
<input type="hidden" name="token" value="${token}">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${Object.entries(asks).map(([name, text]) => html`<label>${text}<input name="${name}" maxlength="200" autocomplete="off" spellcheck="false"></label>`)}
<label>${words.act.reason}<input name="reason" required maxlength="500" autocomplete="off" placeholder="${words.act.reasonHint}"></label>
<button class="primary">${label}</button>
</form></details>`;
}

/** Epoch ms of a time that a filter gives, in UTC; undefined for anything but a time. */
export function timeOf(text: string | null): number | undefined {
  return text === null ? undefined : typedTime(text, 'utc');
}
