/** Style of the report: dark and light as the reader has it, nothing loaded, readable when printed. */
export const reportStyle: string = `
:root{color-scheme:light dark;--page:#f6f7f9;--card:#fff;--ink:#16202c;--soft:#566273;--line:#dfe4ea;--green:#0b7a4b;--green-wash:#e3f5ec;--red:#b3261e;--red-wash:#fdeceb;--grey:#5d6978;--grey-wash:#eceff3}
@media (prefers-color-scheme:dark){:root{--page:#0f1419;--card:#171e26;--ink:#e7ecf2;--soft:#a3b0bf;--line:#2a3440;--green:#4cc38a;--green-wash:#12301f;--red:#ff8a80;--red-wash:#3b1715;--grey:#9aa7b6;--grey-wash:#232c37}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei",sans-serif}
header,main,footer{max-width:60rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:3rem;padding-bottom:1.5rem}
.kind{margin:0;color:var(--soft);font-size:.875rem;letter-spacing:.02em}
h1{margin:.25rem 0 .25rem;font-size:clamp(1.75rem,4vw,2.5rem);line-height:1.15;letter-spacing:-.02em}
header.green h1{color:var(--green)}header.red h1{color:var(--red)}header.skipped h1{color:var(--grey)}
.url{margin:0;font:.95rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
dl{display:flex;flex-wrap:wrap;gap:.75rem 2.25rem;margin:1.5rem 0 1rem}
dt{color:var(--soft);font-size:.8125rem}dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
.bar{display:flex;gap:3px;height:10px}
.bar span{border-radius:5px;flex-basis:0;min-width:6px}
.bar .green{background:var(--green)}.bar .red{background:var(--red)}.bar .skipped{background:var(--grey)}
h2{margin:2.25rem 0 .75rem;font-size:1.0625rem}
h2 small{color:var(--soft);font-weight:400;margin-left:.35rem}
ul{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);border-radius:12px;overflow:hidden}
li{display:grid;grid-template-columns:1.75rem 1fr auto;gap:0 .85rem;padding:.85rem 1rem;border-top:1px solid var(--line)}
li:first-child{border-top:0}
li.red{background:var(--red-wash)}
.mark{display:grid;place-items:center;width:1.75rem;height:1.75rem;border-radius:50%;font-weight:700}
.green .mark{background:var(--green-wash);color:var(--green)}.red .mark{background:var(--red);color:var(--card)}.skipped .mark{background:var(--grey-wash);color:var(--grey)}
h3{margin:0;font-size:1rem;font-weight:600;line-height:1.4}
.severity{display:inline-block;margin-left:.35rem;padding:0 .5rem;border:1px solid var(--red);border-radius:1rem;color:var(--red);font-size:.75rem;font-weight:600;vertical-align:.1em}
.did,.saw{margin:.15rem 0 0;font-size:.9rem;overflow-wrap:anywhere}
.did{color:var(--soft)}
.saw b{font-weight:600}
.green .saw b{color:var(--green)}.red .saw b{color:var(--red)}.skipped .saw b{color:var(--grey)}
.side{margin:.15rem 0 0;text-align:right;color:var(--soft);font-size:.8125rem;font-variant-numeric:tabular-nums;white-space:nowrap}
.side span{display:block}
code{font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.scroll{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:12px}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{padding:.5rem 1rem;text-align:left;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--soft);font-weight:500}
.number{text-align:right;font-variant-numeric:tabular-nums}
footer{padding-top:1rem;padding-bottom:3rem;color:var(--soft);font-size:.875rem;max-width:60rem}
@media (max-width:40rem){header{padding-top:2rem}li{grid-template-columns:1.75rem 1fr}.side{grid-column:2;text-align:left}.side span{display:inline;margin-left:.75rem}}
@media print{body{background:none}ul,li{break-inside:avoid}}
`;
