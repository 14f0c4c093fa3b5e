import type { Need } from '../operator/need.ts';
import { type Html, html } from './parts/html.ts';
import { badgePages, badgesOf } from './parts/status-texts.ts';
import type { Page, PageName, View } from './view.ts';

const paths: Readonly<Record<Exclude<PageName, 'label'>, string>> = {
  overview: '',
  callbacks: 'callbacks',
  deposits: 'deposits',
  deadLetters: 'dead-letters',
  quarantine: 'quarantine',
};

/** What an operator's pages have around them; `needs` is undefined if the store does not answer. */
export interface Frame {
  needs: readonly Need[] | undefined;
  /** Whether there are no buttons, on any page. */
  isReadOnly: boolean;
}

/** The whole document around a page. Without a frame, for anyone without access, it loads nothing and shows nothing. */
export function document(view: View, page: Page, frame?: Frame): Html {
  return shell(view, page, {
    site: view.words.title,
    loads: frame !== undefined,
    top: frame && header(view, page, frame),
    done: frame && done(view),
  });
}

/** What stands around the body of a page. */
interface Shell {
  /** The name behind the title of each page. */
  site: string;
  /** Whether it may load style and script. */
  loads: boolean;
  top?: Html | undefined;
  done?: Html | undefined;
}

/** The document of any page of the package: of the inspector, and of the notifier. */
export function shell(
  { words, root, theme }: Pick<View, 'words' | 'root' | 'theme'>,
  { title, body }: Page,
  { site, loads, top, done: said }: Shell,
): Html {
  return html`<!doctype html>
<html lang="${words.language}"${theme && html` data-theme="${theme}"`}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="${theme ?? 'light dark'}">
<title>${title} - ${site}</title>
${loads && assets(root)}
</head>
<body data-label="${words.copy}" data-copied="${words.copied}"${loads && html` data-root="${root}"`}>
<a class="skip" href="#content">${words.skip}</a>
${top}
<main id="content" tabindex="-1">
${said}
${body}
</main>
</body>
</html>
`;
}

/** The mark and the name at the left of the top. */
export function brand(root: string, site: string): Html {
  return html`<a class="brand" href="${root}"><svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="M12 2 3 7v10l9 5 9-5V7z"/><path class="cut" d="M12 7v8m-3.5-3.5L12 15l3.5-3.5"/></svg><span>${site}</span></a>`;
}

function assets(root: string): Html {
  return html`<link rel="stylesheet" href="${root}assets/style.css">
<link rel="icon" href="${root}assets/icon.svg" type="image/svg+xml">
<script src="${root}assets/script.js" defer></script>`;
}

function header({ words, root, query }: View, page: Page, { needs = [], isReadOnly }: Frame): Html {
  const counts = badgesOf(needs);
  const waiting = Object.fromEntries(
    badgePages.map((name) => {
      const tone = name === 'deadLetters' ? 'dead' : 'quarantined';
      const isHidden = counts[name] === 0 && html` hidden`;
      return [name, html` <span class="count is-${tone}" data-badge="${name}"${isHidden}>${counts[name]}</span>`];
    }),
  );
  const links = (Object.keys(paths) as (keyof typeof paths)[]).map(
    (name) =>
      html`<li><a href="${root}${paths[name]}"${page.name === name && html` aria-current="page"`}>${words.nav[name]}${waiting[name]}</a></li>`,
  );
  return html`<header class="top"><div class="top-in">
${brand(root, words.title)}
<nav aria-label="${words.nav.label}"><ul>${links}</ul></nav>
<form class="find" role="search" method="get" action="${root}find"><input type="search" name="q" aria-label="${words.search}" placeholder="${words.search}" value="${query.get('q') ?? ''}" autocomplete="off" spellcheck="false"><button class="hidden" tabindex="-1">${words.find}</button></form>
<p class="extras">${isReadOnly && html`<span class="tag">${words.readOnly}</span>`}${choices(words, query)}</p>
</div></header>`;
}

/** The links that choose light or dark, and the other language; the page stays as it is filtered. */
export function choices(words: View['words'], query: URLSearchParams): Html {
  const other = words.language === 'en' ? 'zh' : 'en';
  const withChoice = (name: string, value: string): string => {
    const next = new URLSearchParams([...query].filter(([key]) => key !== 'done'));
    next.set(name, value);
    return next.toString();
  };
  return html`<a class="to-light" href="?${withChoice('theme', 'light')}">${words.light}</a><a class="to-dark" href="?${withChoice('theme', 'dark')}">${words.dark}</a><a href="?${withChoice('lang', other)}" lang="${other}" hreflang="${other}">${words.otherLanguage}</a>`;
}

/** What an action has done: the page after it says so. */
function done({ words, query }: View): Html | undefined {
  const number = (name: string): number => Number(query.get(name)) || 0;
  const texts: Readonly<Record<string, string>> = {
    redeliver: words.done.redeliver,
    release: words.done.release,
    releaseAll: words.done.all(number('acted'), number('refused')),
    redeliverAll: words.done.all(number('acted'), number('refused')),
    hold: words.done.hold,
    correct: words.done.correct,
    revert: words.done.revert,
    reprocess: words.done.reprocess(number('read'), number('recorded'), number('passed')),
    reverify: words.done.reverify(number('taken'), number('kept')),
  };
  const name = query.get('done') ?? '';
  const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
  return text === undefined ? undefined : html`<p class="done" role="status">${text}</p>`;
}
