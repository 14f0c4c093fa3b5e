import { html } from '../parts/html.ts';
import type { Page, View } from '../view.ts';
import type { Words } from '../words/english.ts';

/** Why there is no page, or why an action was not done. */
export interface Refusal {
  status: number;
  reason: keyof Words['refused'];
  /** Instead of the usual explanation. */
  more?: string;
}

export function refusalPage({ words, root }: Pick<View, 'words' | 'root'>, { status, reason, more }: Refusal): Page {
  const texts = words.refused[reason];
  return {
    title: texts.title,
    status,
    body: html`<div class="refusal"><p class="kicker">${status}</p><h1>${texts.title}</h1>
<p>${more ?? texts.more}</p>
${reason !== 'notAllowed' && html`<p><a href="${root}">${words.back}</a></p>`}</div>`,
  };
}
