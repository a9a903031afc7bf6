/** Several charts below one another as one SVG file, for documents. */
import { colours, PICTURE_STYLE } from './style.js';
import { type Chart, drawing, escapeHtml, SVG_SIZE } from './svg.js';

const HEAD = 26;
const FOOT = 26;
const GAP = 8;

export function pictureSvg(title: string, charts: readonly Chart[]): string {
  const panel = HEAD + SVG_SIZE.height + FOOT + GAP;
  const height = panel * charts.length;
  const panels = charts.map((chart, row) => `<g transform="translate(0 ${row * panel})">${panelOf(chart)}</g>`);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SVG_SIZE.width} ${height}" role="img" aria-label="${escapeHtml(title)}">` +
    `<style>${colours('svg')}${PICTURE_STYLE}svg .title{font-weight:600;font-size:13px;fill:var(--ink)}.key{fill:var(--c)}</style>` +
    `<rect width="100%" height="100%" fill="var(--card)"/>${panels.join('')}</svg>\n`
  );
}

function panelOf(chart: Chart): string {
  const foot = HEAD + SVG_SIZE.height + 14;
  let left = 56;
  const keys = chart.series.map(({ name, kind }) => {
    const key =
      `<rect class="key ${kind}" x="${left}" y="${foot - 9}" width="10" height="10" rx="2"/>` +
      `<text class="word" x="${left + 15}" y="${foot}">${escapeHtml(name)}</text>`;
    left += 30 + Math.ceil(6.2 * name.length);
    return key;
  });
  return `<text class="title" x="4" y="17">${escapeHtml(chart.title)}</text><g transform="translate(0 ${HEAD})">${drawing(chart)}</g>${keys.join('')}`;
}
