const dark = `
  --page: #0f1413; --card: #171d1b; --sunken: #111716; --ink: #e6ecea; --soft: #a2aeaa; --faint: #6f7c77; --line: #29322f; --line-strong: #3c4743;
  --accent: #57cbb2; --accent-ink: #06231d; --accent-wash: #16332d; --focus: #57cbb2;
  --good: #5fd394; --good-wash: #12301f; --wait: #e8c15c; --wait-wash: #322810; --bad: #ff8f84; --bad-wash: #3c1916;
  --held: #f6a868; --held-wash: #3a2412; --plain: #b3bfc6; --plain-wash: #242c31; --info: #7fb9f2; --info-wash: #15293d;
  --bar-recorded: #3fb57c; --bar-duplicate: #667680; --bar-ignored: #3f4b52; --bar-quarantined: #e3964a; --bar-rejected: #ec6a5e; --series-0: #3fb57c; --series-1: #5aa7e8; --series-2: #e3964a; --series-3: #b294ea; --series-4: #667680; --bar-half: #5aa7e8; --bar-most: #234563;
  `;

/** The look of the pages: colours, type, spacing on a grid of 4 px, and the frame around every page. */
export const style: string = `:root {
  color-scheme: light dark;
  --page: #f5f6f4; --card: #fff; --sunken: #eef0ed; --ink: #17201d; --soft: #56625d; --faint: #8a958f; --line: #dde2de; --line-strong: #c4ccc7;
  --accent: #0b6b5b; --accent-ink: #fff; --accent-wash: #e2f1ed; --focus: #0b6b5b;
  --good: #14713f; --good-wash: #e1f3e7; --wait: #79560a; --wait-wash: #faefd2; --bad: #ae2a20; --bad-wash: #fce8e5;
  --held: #8a3f08; --held-wash: #fde9d8; --plain: #4d5963; --plain-wash: #e9edf0; --info: #1f5f9e; --info-wash: #e3eefa;
  --bar-recorded: #1f9d61; --bar-duplicate: #9fb0bb; --bar-ignored: #c9d2d8; --bar-quarantined: #e08a2c; --bar-rejected: #d2473b; --series-0: #1f9d61; --series-1: #2a7fc4; --series-2: #e08a2c; --series-3: #8a63c9; --series-4: #9fb0bb; --bar-half: #2a7fc4; --bar-most: #b9d6ee;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace;
}
:root[data-theme=light] { color-scheme: light; } :root[data-theme=dark] { color-scheme: dark; ${dark} }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { ${dark} } }
.to-light, :root[data-theme=dark] .to-dark { display: none; } :root[data-theme=dark] .to-light { display: inline; }
@media (prefers-color-scheme: dark) { :root:not([data-theme]) .to-light { display: inline; } :root:not([data-theme]) .to-dark { display: none; } }
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-padding-top: 72px; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 var(--sans); }
h1, h2, h3, p, ul, ol, dl, dd, blockquote { margin: 0; padding: 0; }
ul, ol { list-style: none; }
h1 { font-size: 26px; line-height: 1.2; font-weight: 650; letter-spacing: -.015em; text-wrap: balance; overflow-wrap: anywhere; }
h2 { font-size: 17px; line-height: 1.3; font-weight: 600; letter-spacing: -.005em; }
h3 { font-size: 14px; font-weight: 600; margin: 20px 0 8px; }
a { color: var(--accent); text-decoration-thickness: 1px; text-underline-offset: 3px; }
a:hover { text-decoration-thickness: 2px; }
code, pre { font: 13px/1.5 var(--mono); font-variant-ligatures: none; }
input:focus-within, :focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
bdi { unicode-bidi: isolate; }
.hidden { position: absolute; min-height: 0; margin: -1px; padding: 0; border: 0; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.soft { color: var(--soft); }
.skip { position: absolute; left: 16px; top: -60px; z-index: 9; padding: 8px 16px; background: var(--accent); color: var(--accent-ink); border-radius: 0 0 8px 8px; }
.skip:focus { top: 0; }

.top { position: sticky; top: 0; z-index: 5; background: var(--card); border-bottom: 1px solid var(--line); }
.top-in { display: flex; align-items: center; gap: 4px 24px; max-width: 1360px; margin: 0 auto; padding: 0 24px; min-height: 56px; }
.brand { display: flex; align-items: center; gap: 8px; color: var(--ink); font-weight: 650; text-decoration: none; white-space: nowrap; letter-spacing: -.01em; }
.brand svg { fill: var(--accent); } .brand .cut { fill: none; stroke: var(--card); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.top nav ul { display: flex; gap: 4px; }
.top nav a { display: flex; align-items: center; gap: 6px; padding: 6px 10px; border-radius: 8px; color: var(--soft); text-decoration: none; white-space: nowrap; font-weight: 500; }
.top nav a:hover { background: var(--sunken); color: var(--ink); }
.top nav a[aria-current] { background: var(--accent-wash); color: var(--accent); }
.count { min-width: 20px; padding: 0 6px; border-radius: 10px; font-size: 12px; line-height: 20px; font-weight: 650; text-align: center; font-variant-numeric: tabular-nums; }
.count[hidden] { display: none; } .count.is-dead { background: var(--bad-wash); color: var(--bad); } .count.is-quarantined { background: var(--held-wash); color: var(--held); }
.find { position: relative; flex: 1 1 160px; max-width: 380px; margin-left: auto; }
.find input { width: 100%; } .find .hidden { right: 1px; bottom: 1px; }
.extras { display: flex; align-items: center; gap: 12px; font-size: 13px; white-space: nowrap; } .brand + .extras { margin-left: auto; }
.brand, .extras a, .section-head > a { padding: 3px 0; }
.tag { padding: 1px 8px; border: 1px solid var(--line-strong); border-radius: 10px; color: var(--soft); font-size: 12px; }

main { max-width: 1360px; margin: 0 auto; padding: 32px 24px 96px; }
main > h1 { margin-bottom: 20px; }
section { margin-top: 36px; }
.section-head { display: flex; align-items: center; gap: 8px 16px; flex-wrap: wrap; margin-bottom: 12px; }
.section-head > a, .section-head > .act { margin-left: auto; }
section > .soft, main > .soft { margin: -4px 0 12px; max-width: 72ch; font-size: 14px; }

input, select, button, .button { min-height: 36px; padding: 6px 12px; border: 1px solid var(--line-strong); border-radius: 8px; background: var(--card); color: var(--ink); font: 500 14px/20px var(--sans); }
input { font-weight: 400; } input::placeholder { color: var(--soft); opacity: 1; text-overflow: ellipsis; }
button, .button { display: inline-flex; align-items: center; justify-content: center; cursor: pointer; text-decoration: none; white-space: nowrap; }
button:hover, .button:hover { border-color: var(--accent); color: var(--accent); }
.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
.primary:hover { color: var(--accent-ink); filter: brightness(1.08); }
label { display: block; color: var(--soft); font-size: 13px; }
label > input, label > select { display: block; width: 100%; margin-top: 4px; }

.done { margin: 0 0 24px; padding: 10px 16px; border-radius: 8px; background: var(--good-wash); color: var(--good); font-weight: 500; }
.refusal { max-width: 56ch; padding-top: 6vh; } .refusal p { margin-top: 12px; }
.kicker { color: var(--soft); font-size: 13px; }

@media (max-width: 1080px) {
  .top-in { flex-wrap: wrap; padding: 8px 16px 0; }
  .top nav { order: 9; flex-basis: 100%; margin: 0 -10px; }
  .top nav ul { flex-wrap: wrap; padding: 4px 0 8px; }
  .extras { margin-left: auto; } .find { order: 3; }
}
@media (max-width: 640px) {
  .find { flex-basis: 100%; max-width: none; } .top { position: static; }
  main { padding: 24px 16px 72px; } h1 { font-size: 22px; }
  input, select, button, .button { min-height: 44px; font-size: 16px; }
  .live-bar .button { min-height: 36px; font-size: 14px; }
}
@media (prefers-reduced-motion: no-preference) { a, button, .button, summary { transition: background-color .12s, color .12s, border-color .12s; } }
@media print { .top, .filter, .act, .pager, .live-bar { display: none; } body { background: none; } }
`;
