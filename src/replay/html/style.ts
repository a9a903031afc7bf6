/** The look of a report: admitted green, waiting blue, limits orange, errors red, in light and dark. */
export const STYLE = `
:root{color-scheme:light dark;--ink:#1c2530;--paper:#fff;--faint:#d9dee5;--offered:#9aa5b1;--admitted:#2e8b57;--waiting:#3b78c4;--rate:#d9822b;--bad:#c23b3b}
@media(prefers-color-scheme:dark){:root{--ink:#e3e8ee;--paper:#14191f;--faint:#313a45}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1340px;margin:2rem auto;padding:0 1rem}
h1{margin:0}h3{font-size:1rem;margin:.4rem 0 0;font-weight:600}h2{font-size:1.1rem;margin:1.6rem 0 .4rem}
.outcome{font-size:1.2rem;font-weight:600}.outcome.held{color:var(--admitted)}.outcome.broken{color:var(--bad)}.outcome.invalid{color:var(--rate)}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,560px),1fr));gap:1rem;margin-top:1.2rem}
figure{margin:0;border:1px solid var(--faint);border-radius:6px;padding:.6rem}figcaption{font-weight:600}
svg{width:100%;height:auto}svg text{font-size:11px;fill:currentColor;opacity:.7}.grid{stroke:var(--faint)}
.line{fill:none;stroke-width:2}.area{opacity:.35}.dot{opacity:.5}
.offered{--c:var(--offered)}.admitted{--c:var(--admitted)}.waiting{--c:var(--waiting)}.rate{--c:var(--rate)}.sent{--c:var(--rate)}.bad{--c:var(--bad)}
.line{stroke:var(--c)}.area,.bar,.dot{fill:var(--c)}line.rate,polyline.rate{stroke-dasharray:6 4}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.3rem 0 0}
.legend li::before{content:"";display:inline-block;width:.8em;height:.8em;border-radius:2px;background:var(--c);margin-right:.4em}
.stack{display:flex;height:1.4rem;border-radius:4px;overflow:hidden;background:var(--faint)}.stack i{background:var(--c)}
table{border-collapse:collapse;margin-top:.6rem}th,td{text-align:left;padding:.15rem .9rem .15rem 0;font-weight:400;border-bottom:1px solid var(--faint)}
th{opacity:.75}.columns{display:flex;flex-wrap:wrap;gap:2rem;align-items:flex-start}
.verdicts{list-style:none;padding:0}.verdicts li{padding:.25rem 0 .25rem 1.6rem;position:relative}
.verdicts li::before{position:absolute;left:0}.verdicts .held::before{content:"✓";color:var(--admitted)}
.verdicts .broken::before{content:"✗";color:var(--bad)}.verdicts .unseen::before{content:"–";opacity:.6}
`.trim();
