/** The look of a report: admitted green, waiting blue, limits orange, errors red, in light and dark, and on paper. */
const COLOURS = {
  light:
    '--ink:#1c2530;--soft:#5b6875;--paper:#f6f8fa;--card:#fff;--faint:#dde3ea;--offered:#a7b2be;--admitted:#1f8a54;--waiting:#2f6fc2;--rate:#c96f14;--bad:#c0322f;--sent:#8a6fc0',
  dark: '--ink:#e6ebf1;--soft:#9fadbb;--paper:#10151b;--card:#182029;--faint:#2d3843;--offered:#5d6a78;--admitted:#46bd83;--waiting:#6ba3ee;--rate:#eda24c;--bad:#f07470;--sent:#a892dc',
};

/** Colours and shapes of the pictures; they stand alone in pictures outside a report. */
export const PICTURE_STYLE =
  'svg text{font:11px system-ui,sans-serif;fill:var(--soft)}.grid{stroke:var(--faint)}.mark{stroke:var(--soft);stroke-dasharray:2 3}' +
  'svg .word{fill:var(--ink)}.line{fill:none;stroke-width:2;stroke:var(--c)}.area{fill:var(--c);opacity:.4}.bar{fill:var(--c)}.dot{fill:var(--c);opacity:.5}' +
  '.offered{--c:var(--offered)}.admitted{--c:var(--admitted)}.waiting{--c:var(--waiting)}.rate{--c:var(--rate)}.sent{--c:var(--sent)}.bad{--c:var(--bad)}' +
  'polyline.rate{stroke-dasharray:7 4}';

/** @param selector - what carries the colours */
export function colours(selector: string): string {
  return `${selector}{color-scheme:light dark;${COLOURS.light}}@media(prefers-color-scheme:dark){${selector}{${COLOURS.dark}}}`;
}

export const STYLE = `
${colours(':root')}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1320px;margin:0 auto;padding:1.5rem 1rem 3rem}
h1{margin:0;font-size:1.5rem}h2{font-size:1.15rem;margin:2rem 0 .6rem}h3{font-size:1rem;margin:.4rem 0 .2rem;font-weight:600}
header p{margin:.3rem 0;color:var(--soft)}
.outcome{display:inline-block;margin:.8rem 0 .2rem!important;padding:.35rem .8rem;border-radius:6px;font-size:1.1rem;font-weight:600;color:var(--card)!important;background:var(--c)}
.outcome.held{--c:var(--admitted)}.outcome.broken{--c:var(--bad)}.outcome.invalid{--c:var(--rate)}
.strip{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:.7rem;padding:0;margin:1rem 0;list-style:none}
.strip li,figure,.card{background:var(--card);border:1px solid var(--faint);border-radius:8px;padding:.7rem .9rem}
.strip b{display:block;font-size:1.35rem;line-height:1.25;font-variant-numeric:tabular-nums}.strip span{color:var(--soft);font-size:.85rem}
.pictures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,520px),1fr));gap:1rem}
figure{margin:0}figcaption{font-weight:600}.note{margin:0;color:var(--soft);font-size:.85rem}
svg{display:block;width:100%;height:auto;margin-top:.4rem}
${PICTURE_STYLE}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1rem;padding:0;margin:.3rem 0 0;font-size:.85rem}
.legend li::before{content:"";display:inline-block;width:.8em;height:.8em;border-radius:2px;background:var(--c);margin-right:.4em}
.stack{display:flex;gap:1px;height:1.6rem;border-radius:4px;overflow:hidden;background:var(--faint)}.stack i{background:var(--c)}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.25rem .9rem .25rem 0;font-weight:400;border-bottom:1px solid var(--faint);vertical-align:top}
th{color:var(--soft)}td.number{text-align:right;font-variant-numeric:tabular-nums}tr.wrong td{color:var(--bad)}
.columns{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:1rem;align-items:start}.scroll{overflow-x:auto}
.verdicts{list-style:none;padding:0;margin:0}.verdicts li{padding:.35rem 0 .35rem 1.8rem;position:relative;border-bottom:1px solid var(--faint)}.verdicts li:last-child{border:0}
.verdicts span{color:var(--soft)}.verdicts li::before{position:absolute;left:0;font-weight:700}.verdicts .held::before{content:"✓";color:var(--admitted)}
.verdicts .broken::before{content:"✗";color:var(--bad)}.verdicts .broken strong{color:var(--bad)}.verdicts .unseen{color:var(--soft)}.verdicts .unseen strong{font-weight:400}.verdicts .unseen::before{content:"–"}
@media print{body{max-width:none;background:#fff}figure,.card{break-inside:avoid}}
`.trim();
