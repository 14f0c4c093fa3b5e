import { ageIn } from '../../util/duration.ts';
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

/** A text of a filter. */
export function field(name: string, label: string, view: View): Html {
  return html`<label>${label}<input name="${name}" value="${view.query.get(name) ?? ''}" autocomplete="off" spellcheck="false"></label>`;
}

/** A time of a filter, or how long ago. What cannot be read stays where it is, and the page says so. */
export function timeField(name: string, label: string, { words, query, now }: View): Html {
  const text = query.get(name)?.trim() ?? '';
  const isWrong = text !== '' && timeOf(text, now) === undefined;
  // A picker would drop what is no time, and an age.
  const type = text === '' || /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? 'datetime-local' : 'text';
  const said = isWrong && html` aria-invalid="true" aria-describedby="${name}-wrong"`;
  return html`<label>${label}<input type="${type}" name="${name}" value="${text}"${said} autocomplete="off">${
    isWrong && html`<span class="wrong" id="${name}-wrong" role="alert">${words.notATime}</span>`
  }</label>`;
}

const spans = ['1h', '24h', '7d', '30d'] as const;

/** Links to the same list of the last hour, day, week and month. */
export function timeRanges({ words, query }: View): Html {
  const links = spans.map((span) => {
    const kept = [...query].filter(([name]) => !['since', 'until', 'before', 'done'].includes(name));
    const href = `?${new URLSearchParams([...kept, ['since', span]])}`;
    const isChosen = query.get('since') === span && !query.get('until');
    return html`<li><a href="${href}"${isChosen && html` aria-current="true"`}>${words.spans[span]}</a></li>`;
  });
  return html`<nav class="ranges" aria-label="${words.overview.window}"><ul>${links}</ul></nav>`;
}

/** A filter: an ordinary GET form. `hidden`: what it keeps of the address. */
export function filter(view: View, fields: Value, isSet: boolean, hidden: Readonly<Record<string, string>> = {}): Html {
  const kept = Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
  return html`<form class="filter" method="get" action="?">${kept}${fields}<div class="filter-go"><button>${view.words.apply}</button>${
    isSet && html`<a href="?${new URLSearchParams(hidden).toString()}">${view.words.clear}</a>`
  }</div></form>`;
}

/** A button for all that the filter shows: up to what is there by now, so that nothing unseen is acted on. */
export function allForm(
  view: View,
  action: 'release-all' | 'redeliver-all' | 'reprocess-all',
  label: string,
  explanation: string,
  names: readonly string[],
): Html {
  const kept = names.map((name) => [name, view.query.get(name) ?? ''] as const).filter(([, text]) => text !== '');
  return actionForm(view, {
    action,
    label,
    explanation,
    fields: { ...Object.fromEntries(kept), until: `${view.now}` },
  });
}

export interface ActionForm {
  action:
    | 'release-all'
    | 'redeliver-all'
    | 'reprocess-all'
    | 'redeliver'
    | 'release'
    | 'hold'
    | 'correct'
    | 'revert'
    | 'reprocess'
    | 'reverify';
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
  return html`<details class="act${action === 'revert' && html` is-grave`}" name="act"><summary class="button">${label}</summary>
<form method="post" action="${root}actions/${action}">
<p>${explanation}</p>
<input type="hidden" name="token" value="${token}">
${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
${Object.entries(asks).map(([name, text]) => html`<label>${text}<input name="${name}" maxlength="200" autocomplete="off" spellcheck="false"></label>`)}
<label>${words.act.reason}<input name="reason" required maxlength="500" autocomplete="off" placeholder="${words.act.reasonHint}"></label>
<button class="primary">${label}</button>
</form></details>`;
}

/** Epoch ms of a time that a filter gives, in UTC, or of an age such as `24h`; undefined for anything else. */
export function timeOf(text: string | null, now: number): number | undefined {
  if (text === null) return undefined;
  const age = ageIn(text.trim());
  return age === undefined ? typedTime(text.trim(), 'utc') : now - age;
}
