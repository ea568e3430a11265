/** The look of the HTML report: light and dark, from a telephone to a wide screen. */
export const STYLE = `
:root { color-scheme: light dark; --back: #fff; --raised: #f5f6f8; --text: #1b1f24; --faint: #59636e; --line: #d0d7de; --link: #0550ae; --heat: #f3b0b2; --warm: #fbd0a8; --gold: #f2e3ab; --cool: #c9dcf7;
  --uc: #ffd8d3; --wc: #ffe8b8; --wt: #d9ecff; --wp: #e9dcff; --wb: #d5f2d9; --other: #e4e8ec;
  --worst: #a40e26; --bad: #953800; --mid: #7d4e00; --low: #0550ae; --calm: #59636e; --gain: #116329; }
@media (prefers-color-scheme: dark) { :root { --back: #0f1318; --raised: #181d24; --text: #e6edf3; --faint: #9aa5b1; --line: #343b44; --link: #79b8ff; --heat: #6b2523; --warm: #5f3c12; --gold: #4d4110; --cool: #1b3a5e;
  --uc: #5c2420; --wc: #55400d; --wt: #143d66; --wp: #412a6b; --wb: #17472a; --other: #2f363e;
  --worst: #ff8f8a; --bad: #ffab70; --mid: #e8c063; --low: #79b8ff; --calm: #9aa5b1; --gain: #7ee787; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 76rem; padding: 0 1rem 3rem; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
html { scroll-padding-top: 7.2rem; }
nav { position: sticky; top: 0; z-index: 3; display: flex; gap: 0 1rem; padding: .45rem 0; background: var(--back); border-bottom: 1px solid var(--line); overflow-x: auto; white-space: nowrap; } nav a { color: var(--link); }
h1 { font-size: 1.35rem; line-height: 1.3; margin: 1rem 0 .3rem; padding-left: .7rem; border-left: 5px solid var(--gain); } h1.is-bad { border-color: var(--worst); }
.changed { color: var(--worst); font-weight: 650; } h2 { font-size: 1.2rem; margin: 2rem 0 .6rem; } h3 { font-size: .95rem; margin: 1rem 0 .3rem; }
p { margin: .3rem 0; }
code, pre, kbd { font: .87em/1.5 ui-monospace, monospace; }
.note, .meta, small, cite, caption { color: var(--faint); font-size: .88em; } cite { font-style: normal; }
.rule > code { color: var(--faint); }
.skip { position: absolute; left: -99rem; } .skip:focus { left: 1rem; top: .3rem; background: var(--back); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.tiles { display: flex; flex-wrap: wrap; gap: .5rem; margin-top: .8rem; }
.tile { background: var(--raised); border: 1px solid var(--line); border-radius: 8px; padding: .3rem .8rem; display: grid; text-align: left; height: auto; } .tile b { font-size: 1.2rem; font-variant-numeric: tabular-nums; } .tile span { font-size: .82em; color: var(--faint); }
button.tile:hover { border-color: var(--link); } .tile[aria-pressed=true] { outline: 2px solid var(--link); } .tile.is-new, .tile.is-changed { border: 2px solid var(--worst); color: var(--worst); }
.faults { border: 2px solid var(--worst); border-radius: 8px; padding: 0 1rem 1rem; margin-top: 1rem; }
.scroll { overflow-x: auto; max-width: 100%; }
table { border-collapse: collapse; } caption { text-align: left; padding-bottom: .3rem; white-space: normal; }
.heat th { font-weight: 500; font-size: .85em; padding: .1rem .4rem; text-align: center; } .heat tbody th { text-align: left; white-space: nowrap; }
.seat { display: inline-block; min-width: 1.4em; color: var(--faint); text-align: right; }
.heat td { border: 1px solid var(--line); padding: 0; min-width: 2.5rem; height: 2rem; text-align: center; }
.heat button { width: 100%; height: 100%; min-height: 2rem; padding: 0 .2rem; white-space: nowrap; border: 0; background: none; color: inherit; font: inherit; font-size: .82em; cursor: pointer; font-variant-numeric: tabular-nums; }
.self { color: var(--faint); }
.h-machine-check { background: var(--heat); } .h-coherence { background: var(--warm); } .h-ordering, .h-write-semantics { background: var(--gold); } .h-architectural { background: var(--cool); } .h-performance, .h-none { background: var(--other); }
.heat sup { font-weight: 700; padding-left: .2em; } .heat tbody th { position: sticky; left: 0; background: var(--back); } .legend { display: flex; flex-wrap: wrap; gap: .4rem; font-size: .82em; } .legend span { padding: 0 .5em; border-radius: 4px; }
.filters { position: sticky; top: 2.35rem; z-index: 2; background: var(--back); padding: .4rem 0; border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: .5rem; align-items: end; }
.filters label { display: grid; font-size: .82em; color: var(--faint); flex: 1 1 9rem; min-width: 0; } .filters .wide { flex: 2 1 13rem; }
input, select, button { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--line); border-radius: 6px; padding: .3rem .5rem; min-width: 0; max-width: 100%; }
input::placeholder { color: var(--faint); opacity: 1; }
input, select, .filters button { height: 2.3rem; }
input, select { font-size: 1rem; color: var(--text); width: 100%; } button { cursor: pointer; }
.cause, .bucket { border: 1px solid var(--line); border-radius: 8px; margin: .4rem 0; content-visibility: auto; contain-intrinsic-size: auto 2.6rem; } .cause.is-new, .cause.is-changed { border-left: 4px solid var(--worst); } .cause > summary .what { font-weight: 600; } .bucket > summary { font-size: .93em; }
.cause[hidden], .bucket[hidden] { display: none; }
.cause > summary, .bucket > summary { padding: .45rem .7rem; cursor: pointer; } .cause[open] > summary, .bucket[open] > summary { border-bottom: 1px solid var(--line); background: var(--raised); border-radius: 8px 8px 0 0; }
.body { padding: .4rem .9rem 1rem; } .id { color: var(--faint); }
.severity { font-weight: 650; font-size: .85em; } .s-machine-check { color: var(--worst); } .s-coherence { color: var(--bad); } .s-ordering, .s-write-semantics { color: var(--mid); } .s-architectural { color: var(--low); } .s-performance, .s-none { color: var(--calm); }
.standing { border: 1px solid var(--line); border-radius: 4px; padding: 0 .35em; font-size: .8em; color: var(--faint); } .standing.is-new, .standing.is-changed { border-color: var(--worst); color: var(--worst); font-weight: 650; }
.statement { border-left: 3px solid var(--worst); padding-left: .7rem; } .reason { border-left: 3px solid var(--link); padding-left: .7rem; } .reason code { color: var(--faint); }
samp { display: inline-block; border-radius: 4px; padding: 0 .4em; font: 600 .85em/1.6 ui-monospace, monospace; background: var(--other); color: var(--text); }
samp.type-uc { background: var(--uc); } samp.type-wc { background: var(--wc); } samp.type-wt { background: var(--wt); } samp.type-wp { background: var(--wp); } samp.type-wb { background: var(--wb); }
.groups { list-style: none; padding: 0; margin: 0; } .groups > li { border-left: 3px solid var(--line); padding: .1rem 0 .1rem .7rem; margin: .4rem 0; }
.groups i { font-style: normal; background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: 0 .35em; font-size: .88em; } .rule, .rule-index li { font-size: .93em; } .rule a { color: var(--faint); font: .87em/1.5 ui-monospace, monospace; } .plain { list-style: none; padding: 0; } .rule-index li { margin: .3rem 0; } .rule-index li code { color: var(--faint); }
dl.alias { margin: 0; } dl.alias dt { font-weight: 600; } dl.alias dd { margin: 0 0 .2rem 1rem; }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 348px); gap: 0 1.5rem; }
.timeline { margin: 0; padding-left: 2.4rem; border-left: 2px solid var(--line); } .timeline li { margin: .35rem 0; } .timeline li::marker { color: var(--faint); font-variant-numeric: tabular-nums; }
.timeline .divergent { background: var(--raised); border-radius: 6px; padding: .2rem .5rem; } .here { color: var(--worst); font-size: .85em; }
.map { display: block; max-width: 100%; height: auto; font: 11px ui-monospace, monospace; } .map text { fill: var(--text); } .map .head { fill: var(--faint); } .map path { stroke: var(--line); } .addresses text { text-anchor: end; } .map rect { rx: 3px; }
.map rect { fill: var(--other); stroke: var(--faint); stroke-width: .6; } .map .type-uc rect { fill: var(--uc); } .map .type-wc rect { fill: var(--wc); } .map .type-wt rect { fill: var(--wt); } .map .type-wp rect { fill: var(--wp); } .map .type-wb rect { fill: var(--wb); }
.copy { display: flex; gap: .5rem; align-items: start; } .copy pre { flex: 1; min-width: 0; margin: .2rem 0; padding: .5rem; background: var(--raised); border: 1px solid var(--line); border-radius: 6px; white-space: pre-wrap; } .copy button { margin-top: .2rem; }
.state { background: var(--raised); border: 1px solid var(--line); border-radius: 6px; padding: .5rem; margin: .2rem 0 .6rem; overflow-x: auto; max-width: 100%; } .state del, .state ins { text-decoration: none; }
.state del, .minus { color: var(--worst); } .state ins, .plus { color: var(--gain); } .minus, .plus { font-family: ui-monospace, monospace; }
.progress { margin: 0; max-width: 48rem; } .progress .ends { display: flex; justify-content: space-between; gap: 1rem; font-size: .85em; font-variant-numeric: tabular-nums; color: var(--faint); }
.progress svg { display: block; width: 100%; height: 9rem; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); overflow: visible; } .progress polyline { fill: none; stroke-width: 2; vector-effect: non-scaling-stroke; }
.progress polyline.cases { stroke: var(--faint); stroke-dasharray: 5 4; } .progress polyline.buckets { stroke: var(--link); } .progress .ends .buckets { color: var(--link); font-weight: 600; } .progress .ends span::before { font-weight: 600; padding-right: .4em; } .progress .ends .buckets::before { content: '—'; } .progress .ends .cases::before { content: '- -'; }
.mix th { text-align: left; font-weight: 500; } .mix td { padding: 0 .6rem; text-align: right; font-variant-numeric: tabular-nums; }
footer { margin-top: 3rem; color: var(--faint); border-top: 1px solid var(--line); font-size: .88em; }
@media (max-width: 46rem) { html { scroll-padding-top: 3rem; } .filters { position: static; } .body { padding: .3rem .5rem .8rem; } .columns { grid-template-columns: minmax(0, 1fr); } body { padding: 0 .7rem 2rem; } .copy { display: block; } .heat td { min-width: 2.1rem; } .heat th, .heat button { font-size: .76em; } }
@media print { nav { display: none; } .cause, .bucket { content-visibility: visible; } .filters, .copier, .skip { display: none; } }
`;
