/** Style of the report: dark and light as the reader has it, nothing loaded, black on white when printed. */
export const reportStyle: string = `
:root{color-scheme:light dark;--page:#f5f6f8;--card:#fff;--ink:#16202c;--soft:#536071;--line:#dfe4ea;--green:#0b7a4b;--green-wash:#e3f5ec;--red:#b3261e;--red-wash:#fdeceb;--grey:#5d6978;--grey-wash:#eceff3;--amber:#775408}
@media (prefers-color-scheme:dark){:root{--page:#0f1419;--card:#171e26;--ink:#e7ecf2;--soft:#a3b0bf;--line:#2a3440;--green:#4cc38a;--green-wash:#12301f;--red:#ff8a80;--red-wash:#3b1715;--grey:#9aa7b6;--grey-wash:#232c37;--amber:#e8c15c}}
@media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--green:#0b6b43;--green-wash:#fff;--red:#a01f18;--red-wash:#fff;--grey:#444;--grey-wash:#fff;--amber:#5f4306}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
header,main,footer{max-width:58rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:3rem;padding-bottom:.5rem}
p,dl,dd,ul,h1,h2,h3,h4{margin:0;padding:0}
.kind{color:var(--soft);font-size:.875rem}
h1{margin:.2rem 0 .4rem;font-size:clamp(1.75rem,4vw,2.4rem);line-height:1.15;letter-spacing:-.02em}
header.green h1{color:var(--green)}header.red h1{color:var(--red)}header.skipped h1{color:var(--grey)}
header dl{display:grid;grid-template-columns:minmax(0,2fr) repeat(3,auto);gap:.75rem 2.5rem;margin-top:1.5rem;padding:.9rem 1.1rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
dt{color:var(--soft);font-size:.8125rem}
header dd{font-weight:600;font-variant-numeric:tabular-nums}header dd code{font-weight:400;overflow-wrap:anywhere}
h2{margin:2.5rem 0 .75rem;font-size:1.125rem;letter-spacing:-.01em}
h2 small,h3 small{color:var(--soft);font-weight:400;margin-left:.35rem}
.more{margin:-.5rem 0 .75rem;color:var(--soft);font-size:.875rem}
.area{margin:1.5rem 0 .6rem;font-size:.9375rem;font-weight:600;scroll-margin-top:1rem}.area small a{font-weight:400}
a{color:inherit;text-decoration-thickness:1px;text-underline-offset:3px}
:focus-visible{outline:2px solid var(--green);outline-offset:2px;border-radius:4px}
ul{list-style:none;background:var(--card);border:1px solid var(--line);border-radius:12px}
li{display:grid;grid-template-columns:1.75rem minmax(0,1fr);gap:0 .85rem;padding:.9rem 1.1rem;border-top:1px solid var(--line);scroll-margin-top:1rem}
li:first-child{border-top:0}
li.red{box-shadow:inset 4px 0 0 var(--red)}li.red:first-child{border-radius:12px 12px 0 0}li.red:last-child{border-radius:0 0 12px 12px}li.red:only-child{border-radius:12px}
.mark{display:grid;place-items:center;width:1.75rem;height:1.75rem;border-radius:50%;font-weight:700}
.green .mark{background:var(--green-wash);color:var(--green)}.red .mark{background:var(--red);color:var(--card)}.skipped .mark{background:var(--grey-wash);color:var(--grey)}
li h3{font-size:1rem;font-weight:600;line-height:1.75rem}
.side{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .75rem;color:var(--soft);font-size:.8125rem;font-variant-numeric:tabular-nums}
.green .side b{color:var(--green)}.red .side b{color:var(--red)}.skipped .side b{color:var(--grey)}
.severity.is-high{color:var(--red)}.severity.is-medium{color:var(--amber)}.green .severity,.skipped .severity{color:var(--soft)}
li dl{margin-top:.5rem;font-size:.875rem}
li dl div{display:grid;grid-template-columns:6.5rem minmax(0,1fr);gap:0 .75rem;padding:.15rem 0}
li dt{line-height:1.55}li dd{overflow-wrap:anywhere}
.did dd,.later dd{color:var(--soft)}
.cure{margin-top:.35rem}.cure dd,.cure dt{font-weight:600;color:var(--ink)}
code{font:.8125rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
td code{overflow-wrap:anywhere}
.sheet{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:12px}
table{border-collapse:collapse;width:100%;font-size:.875rem}
th,td{padding:.5rem 1.1rem;text-align:left;border-top:1px solid var(--line)}
thead th::first-letter{text-transform:uppercase}
thead th{border-top:0;color:var(--soft);font-weight:500}tbody th{font-weight:500}
tfoot th,tfoot td{border-top:2px solid var(--line);font-weight:600}
.number{text-align:right;font-variant-numeric:tabular-nums}.areas .number{width:8rem;color:var(--soft)}
td.green,.areas td.green{color:var(--green);font-weight:600}td.red,.areas td.red{color:var(--red);font-weight:600}
footer{padding-bottom:3rem;color:var(--soft);font-size:.875rem}footer h2{color:var(--ink)}footer p+p{margin-top:.5rem}
.sign{display:none}
@media (max-width:40rem){header{padding-top:2rem}header dl{grid-template-columns:1fr 1fr;gap:.6rem 1rem}header dl div:first-child{grid-column:1/-1}th,td{padding:.5rem .6rem}.areas .number{width:auto}li{padding:.9rem .8rem;gap:0 .6rem}li dl div{grid-template-columns:minmax(0,1fr)}}
@media print{@page{margin:18mm 16mm}body{font-size:10.5pt}header,main,footer{max-width:none;padding:0}li,tr,header dl{break-inside:avoid}h2,h3{break-after:avoid}ul,.sheet,header dl{border-radius:0}.mark{border:1px solid currentColor}.red .mark{background:none;color:var(--red)}.sign{display:flex;gap:3rem;margin-top:3rem}.sign span{flex:1;padding-top:.3rem;border-top:1px solid #000}}
`;
