/** The look of what the pages are made of: badges, tables, facts, charts, timeline, forms. */
export const styleOfParts: string = `
.badge { display: inline-flex; align-items: center; gap: 6px; padding: 1px 9px 1px 8px; border-radius: 11px; background: var(--plain-wash); color: var(--plain); font-size: 12.5px; line-height: 20px; font-weight: 600; white-space: nowrap; }
.badge::before { content: ""; flex: none; width: 6px; height: 6px; border-radius: 50%; background: currentColor; }
.badge.is-recorded, .badge.is-confirmed, .badge.is-said-confirmed, .badge.is-event-handled { background: var(--good-wash); color: var(--good); }
.badge.is-pending, .badge.is-event-owed, .badge.is-event-leased { background: var(--wait-wash); color: var(--wait); }
.badge.is-quarantined { background: var(--held-wash); color: var(--held); }
.badge.is-rejected, .badge.is-failed, .badge.is-reverted, .badge.is-said-failed, .badge.is-said-removed, .badge.is-event-dead { background: var(--bad-wash); color: var(--bad); }
.badge.is-said-mined { background: var(--info-wash); color: var(--info); }
.badge.is-rejected::before, .badge.is-failed::before, .badge.is-reverted::before, .badge.is-said-failed::before, .badge.is-said-removed::before, .badge.is-event-dead::before { border-radius: 1px; transform: rotate(45deg); }
.badge.is-pending::before, .badge.is-quarantined::before, .badge.is-event-owed::before, .badge.is-event-leased::before, .badge.is-said-seen::before { background: none; box-shadow: inset 0 0 0 1.5px currentColor; }
.code { color: var(--soft); font-size: 12.5px; overflow-wrap: anywhere; }
.amount { font-variant-numeric: tabular-nums; font-weight: 600; } .unit { color: var(--soft); font-weight: 500; white-space: nowrap; }
.under { display: block; color: var(--soft); font-size: 13px; line-height: 18px; margin-top: 1px; overflow-wrap: anywhere; } time.under { white-space: nowrap; }
a.open { color: inherit; text-decoration: none; } tbody tr { position: relative; } a.open::after { content: ""; position: absolute; inset: 0; } tbody tr:has(a.open) { cursor: pointer; } tr:hover a.open .amount, tr:hover a.open > code { color: var(--accent); }
tr:has(a.open:focus-visible) { outline: 2px solid var(--focus); outline-offset: -2px; } a.open:focus-visible { outline: none; }
td code[data-copy], td time, td .act, td button, td details { position: relative; z-index: 1; }
.copy { display: inline-grid; place-items: center; width: 24px; height: 24px; min-height: 24px; margin: -3px 0 -3px 4px; padding: 0; border: 0; border-radius: 6px; background: none; color: var(--soft); vertical-align: middle; }
.copy::before { content: ""; width: 9px; height: 11px; border: 1.5px solid currentColor; border-radius: 2px; box-shadow: -3px -3px 0 -1.5px var(--card), -3px -3px 0 0 currentColor; } .copy:hover { background: var(--sunken); color: var(--accent); }
.copy.is-done::before { width: 5px; height: 10px; border-width: 0 2px 2px 0; border-radius: 0; box-shadow: none; transform: rotate(45deg); }
.ranges { margin-bottom: 12px; } .ranges ul { display: flex; flex-wrap: wrap; gap: 4px; } .ranges a { display: block; padding: 4px 12px; border-radius: 8px; color: var(--soft); text-decoration: none; font-size: 14px; font-weight: 500; } .ranges a:hover { background: var(--sunken); color: var(--ink); } .ranges a[aria-current] { background: var(--card); color: var(--ink); box-shadow: 0 0 0 1px var(--line-strong); }
.wrong { display: block; margin-top: 4px; color: var(--bad); font-size: 13px; } input[aria-invalid] { border-color: var(--bad); }
.memo { display: block; color: var(--soft); font-size: 13px; overflow-wrap: anywhere; }
time { font-variant-numeric: tabular-nums; white-space: nowrap; }

.sheet { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
table { width: 100%; border-collapse: collapse; font-size: 14px; }
th, td { padding: 9px 12px; text-align: left; vertical-align: top; border-top: 1px solid var(--line); }
th:first-child, td:first-child { padding-left: 16px; } th:last-child, td:last-child { padding-right: 16px; }
thead th { border-top: 0; color: var(--soft); font-size: 12.5px; font-weight: 500; white-space: nowrap; }
tbody tr:hover { background: color-mix(in srgb, var(--sunken) 60%, transparent); }
.short { white-space: nowrap; }
th.worth, td.worth { text-align: right; padding-right: 32px; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.id code, td bdi:has(> code) { white-space: nowrap; } td.age { white-space: nowrap; } td.state { min-width: 190px; max-width: 360px; } td.wide { min-width: 200px; max-width: 480px; } td.buttons { text-align: right; } td.buttons > div { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 6px; }
td bdi { overflow-wrap: anywhere; }
.empty { padding: 36px 24px; border: 1px dashed var(--line-strong); border-radius: 12px; text-align: center; color: var(--soft); }
.empty-title { color: var(--ink); font-weight: 600; }
.empty pre { display: inline-block; max-width: 100%; margin: 12px 0 0; padding: 10px 14px; text-align: left; background: var(--card); border: 1px solid var(--line); border-radius: 8px; color: var(--ink); white-space: pre-wrap; overflow-wrap: anywhere; }
.live .sheet:not(:has(tbody tr)) { display: none; } .live + .empty { margin-top: 0; }
.live-bar { display: flex; align-items: center; gap: 12px; margin-bottom: 10px; color: var(--soft); font-size: 13px; } .live-bar[hidden], .live-bar .button[hidden] { display: none; }
.live-bar .button { min-height: 28px; padding: 2px 10px; font-size: 13px; }
.live-state::before { content: ""; display: inline-block; width: 8px; height: 8px; margin-right: 8px; border-radius: 50%; background: var(--faint); }
.live[data-state=on] .live-state::before { background: var(--bar-recorded); box-shadow: 0 0 0 3px var(--good-wash); }
.live[data-state=lost] .live-state::before, .live[data-state=ended] .live-state::before { background: var(--bar-rejected); }
@keyframes arrive { from { background: var(--accent-wash); } }
@media (prefers-reduced-motion: no-preference) { .is-new { animation: arrive 2.4s ease-out; } }
.pager { display: flex; gap: 8px; margin-top: 16px; }

.title + .empty { margin-top: 20px; } section + .sheet { margin-top: 28px; } .title + .soft { margin-top: 4px; } .empty + .back { margin-top: 16px; }
.filter label:has([type=datetime-local]) { grid-column: span 2; }
.filter { display: grid; grid-template-columns: repeat(auto-fit, minmax(128px, 1fr)); gap: 12px; align-items: end; margin-bottom: 20px; }
.filter:has(.wrong) { align-items: start; } .filter:has(.wrong) .filter-go { padding-top: 24px; }
.filter-go { display: flex; align-items: center; gap: 16px; }

.title { display: flex; flex-wrap: wrap; align-items: flex-start; justify-content: space-between; gap: 16px; }
.title h1.id, .title h1.id code { font: 600 19px/1.35 var(--mono); margin-top: 2px; } .title h1.sum { font-size: 34px; } .sum .unit { font-size: .6em; }
.lead { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-top: 10px; overflow-wrap: anywhere; }
a.explorer { font-size: 13px; white-space: nowrap; } .how-far { margin-top: 24px; } .how-far .filter { margin-top: 16px; max-width: 480px; }
.rule { max-width: 72ch; margin-top: 12px; padding: 10px 14px; border-left: 3px solid var(--line-strong); background: var(--sunken); border-radius: 0 8px 8px 0; font-size: 14px; } .rule .soft { font-size: 13px; } .rule code { overflow-wrap: anywhere; }
.acts { white-space: nowrap; } .acts { display: flex; flex-wrap: wrap; gap: 8px; }
.act { position: relative; display: inline-block; } .act > summary { list-style: none; } .act > summary::-webkit-details-marker { display: none; }
.act[open] > summary { border-color: var(--accent); color: var(--accent); background: var(--accent-wash); }
.act.is-grave > summary { color: var(--bad); } .act.is-grave > summary:hover, .act.is-grave[open] > summary { border-color: var(--bad); color: var(--bad); background: var(--bad-wash); }
.act.is-grave .primary { background: var(--bad); border-color: var(--bad); color: var(--card); }
.act > form { position: absolute; right: 0; z-index: 4; width: min(340px, 86vw); margin-top: 6px; padding: 16px; text-align: left; white-space: normal; background: var(--card); border: 1px solid var(--line-strong); border-radius: 12px; box-shadow: 0 12px 32px rgb(0 0 0 / .18); }
.act > form p { margin-bottom: 12px; font-size: 14px; } .act > form button { width: 100%; margin-top: 12px; }
.sheet:has(.act[open]) { overflow: visible; }

.facts { display: grid; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow: hidden; font-size: 14px; }
.facts > div { display: grid; grid-template-columns: minmax(120px, 190px) 1fr; gap: 4px 16px; padding: 8px 16px; border-top: 1px solid var(--line); margin-top: -1px; }
@media (min-width: 901px) { .facts.two { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
.facts dt { color: var(--soft); overflow-wrap: anywhere; } .facts dd { overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.beside .facts > div { grid-template-columns: 116px 1fr; }
.beside { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0 24px; } .beside.narrow { grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); }
.body { max-height: 640px; margin: 8px 0 12px; padding: 14px 16px; overflow: auto; background: var(--card); border: 1px solid var(--line); border-radius: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.body bdi { display: block; } details > summary { cursor: pointer; padding: 2px 0; } .filter-go a { padding: 4px 0; }
.card { margin-bottom: 12px; } .card > p { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; margin-bottom: 8px; }

.headline { padding: 24px 28px; border-radius: 16px; } .headline p { margin-top: 6px; }
.headline.is-calm { background: var(--good-wash); } .headline.is-calm h1 { color: var(--good); }
.headline.is-asking { background: var(--held-wash); } .headline.is-asking h1 { color: var(--held); }
.headline p:empty, .headline ul:empty { display: none; } .headline ul { display: flex; flex-wrap: wrap; gap: 4px 20px; margin-top: 8px; } .headline.is-asking a { color: var(--held); font-weight: 500; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 12px; }
.tile { display: block; height: 100%; padding: 14px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; color: var(--ink); text-decoration: none; }
.tile:hover { border-color: var(--accent); } .tile-label, .tile-more { display: block; color: var(--soft); font-size: 13px; }
.tile-count { display: block; font-size: 28px; line-height: 36px; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.tile.is-dead .tile-count { color: var(--bad); } .tile.is-quarantined .tile-count { color: var(--held); }
.windows { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 16px; margin-top: 36px; } .windows ul { display: flex; gap: 4px; } .windows .soft { font-size: 13px; }
.windows a { display: block; padding: 4px 12px; border-radius: 8px; color: var(--soft); text-decoration: none; font-size: 14px; font-weight: 500; } .windows a:hover { background: var(--sunken); }
.windows a[aria-current] { background: var(--card); color: var(--ink); box-shadow: 0 0 0 1px var(--line-strong); }
.pair { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 12px; margin-top: 12px; }
.panel { margin: 0; padding: 16px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
.chart { margin-top: 8px; color: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; } .chart svg { display: block; width: 100%; height: 104px; } .chart-top { text-align: right; line-height: 16px; }
.chart-feet { display: flex; justify-content: space-between; margin-top: 4px; border-top: 1px solid var(--line-strong); padding-top: 4px; } .rule { fill: none; stroke: var(--line); vector-effect: non-scaling-stroke; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin-top: 8px; color: var(--soft); font-size: 13px; } .legend b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
.key { display: inline-block; width: 10px; height: 10px; margin-right: 6px; border-radius: 3px; }
.fill-unread { fill: var(--sunken); } .fill-recorded { fill: var(--bar-recorded); background: var(--bar-recorded); } .fill-duplicate { fill: var(--bar-duplicate); background: var(--bar-duplicate); } .fill-ignored { fill: var(--bar-ignored); background: var(--bar-ignored); }
.fill-series-0 { fill: var(--series-0); background: var(--series-0); } .fill-series-1 { fill: var(--series-1); background: var(--series-1); } .fill-series-2 { fill: var(--series-2); background: var(--series-2); } .fill-series-3 { fill: var(--series-3); background: var(--series-3); } .fill-series-4 { fill: var(--series-4); background: var(--series-4); } 
.fill-quarantined { fill: var(--bar-quarantined); background: var(--bar-quarantined); } .fill-rejected { fill: var(--bar-rejected); background: var(--bar-rejected); } .fill-half { fill: var(--bar-half); background: var(--bar-half); } .fill-most { fill: var(--bar-most); background: var(--bar-most); }

.timeline { margin-top: 4px; }
.timeline > li { position: relative; display: grid; grid-template-columns: 152px minmax(0, 1fr); gap: 0 36px; padding-bottom: 22px; }
.timeline > li::before { content: ""; position: absolute; left: 164px; top: 5px; z-index: 1; width: 13px; height: 13px; border-radius: 50%; border: 3px solid var(--page); background: var(--faint); }
.timeline > li::after { content: ""; position: absolute; left: 170px; top: 10px; bottom: -10px; width: 1px; background: var(--line-strong); } .timeline > li:last-child::after { display: none; }
.timeline .is-said-confirmed::before, .timeline .is-event-handled::before { background: var(--bar-recorded); } .timeline .is-said-mined::before { background: var(--bar-half); }
.timeline .is-said-failed::before, .timeline .is-said-removed::before, .timeline .is-event-dead::before { background: var(--bar-rejected); }
.timeline .is-event-owed::before, .timeline .is-event-leased::before { background: var(--bar-quarantined); } .timeline .is-decision::before { background: var(--ink); border-radius: 3px; }
.when { color: var(--soft); font-size: 13px; line-height: 23px; text-align: right; } .what p { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 8px; overflow-wrap: anywhere; } .who { font-weight: 600; }
.details { display: flex; flex-wrap: wrap; gap: 2px 16px; margin-top: 4px; color: var(--soft); font-size: 13px; } .details li { overflow-wrap: anywhere; } .error { color: var(--bad); font-size: 14px; }
blockquote { margin-top: 4px; padding-left: 12px; border-left: 3px solid var(--line-strong); overflow-wrap: anywhere; }

@media (max-width: 900px) { .beside, .beside.narrow, .pair { grid-template-columns: minmax(0, 1fr); } }
@media (max-width: 640px) {
  .sheet:not(:has(.act[open])) { overflow: hidden; } table, tbody, tr, td { display: block; } thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { padding: 10px 16px; border-top: 1px solid var(--line); } tbody tr:first-child { border-top: 0; }
  td, td:first-child, td:last-child { display: grid; grid-template-columns: 104px minmax(0, 1fr); gap: 0 12px; padding: 3px 0; border: 0; text-align: left; min-width: 0; max-width: none; white-space: normal; }
  td.number, td.worth { text-align: left; padding-right: 0; } td > div { min-width: 0; } td.minor { display: none; }
  td::before { content: attr(data-label); color: var(--soft); font-size: 13px; line-height: 21px; } td.buttons { grid-template-columns: minmax(0, 1fr); padding-top: 8px; } td.buttons::before { display: none; } td:has(> div:empty) { display: none; }
  table.cards tbody tr { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 12px; padding: 12px 16px; }
  table.cards td, table.cards td:first-child, table.cards td:last-child { display: block; grid-column: 1 / -1; padding: 0; } table.cards td::before { display: none; }
  table.cards td.worth { grid-area: 1 / 1; font-size: 15px; } table.cards td.age { grid-area: 1 / 2; text-align: right; font-size: 13px; } table.cards td.age time { display: none; } table.cards td.id > div { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 10px; } table.cards td.id .under { margin: 0; }
  table.cards tr:not(:has(td.worth)) td.state { grid-area: 1 / 1; }
  .title + .soft { margin-top: 12px; } .filter { grid-template-columns: repeat(2, minmax(0, 1fr)); } .filter label:has([type=datetime-local]) { grid-column: 1 / -1; } .filter-go { grid-column: 1 / -1; } .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 8px; } .headline { padding: 18px 20px; }
  .act { width: 100%; } .acts { width: 100%; } .act > summary { width: 100%; } td.buttons > div { display: grid; gap: 8px; } .act > form { position: static; width: 100%; box-shadow: none; } .section-head > .act { margin-left: 0; }
  .facts > div { grid-template-columns: minmax(0, 1fr); gap: 0; } .title h1.sum { font-size: 28px; }
  .timeline > li { grid-template-columns: minmax(0, 1fr); padding-left: 28px; } .timeline > li::before { left: 0; } .timeline > li::after { left: 6px; } .when { text-align: left; }
}
`;
