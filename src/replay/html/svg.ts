/** Small pictures as inline SVG: lines, bars and dots over two axes. Pure text, no script. */
import { niceCeiling, niceTime, shortNumber, shortTime } from './scale.js';

export interface Series {
  readonly name: string;
  /** A class of the style sheet, which gives the colour. */
  readonly kind: string;
  readonly points: ReadonlyArray<readonly [number, number]>;
  readonly draw: 'line' | 'bars' | 'dots' | 'area';
}

/** An upright line with a word. */
interface Mark {
  readonly x: number;
  readonly label: string;
}

export interface Chart {
  readonly title: string;
  /** What to look for, in a sentence. */
  readonly note?: string;
  readonly xUnit: string;
  readonly yUnit: string;
  readonly series: readonly Series[];
  /** What is higher is cut off here; left out: nothing is. */
  readonly ceiling?: number;
  readonly marks?: readonly Mark[];
  /** Both axes are times. */
  readonly yTime?: boolean;
}

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 56;
const BOTTOM = 34;
const TOP = 18;
const RIGHT = 14;
const PARTS = 4;

type Place = (x: number, y: number) => readonly [number, number];

export function chartSvg(chart: Chart): string {
  const label = `${chart.title}: ${chart.series.map(({ name }) => name).join(', ')}`;
  const note = chart.note === undefined ? '' : `<p class="note">${escapeHtml(chart.note)}</p>`;
  return (
    `<figure><figcaption>${escapeHtml(chart.title)}</figcaption>${note}` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">${drawing(chart)}</svg>` +
    `${legend(chart.series)}</figure>`
  );
}

/** What stands inside the `<svg>`: also for pictures outside a report. */
export function drawing(chart: Chart): string {
  const points = chart.series.flatMap((series) => series.points);
  const mostX = niceTime(points.reduce((most, [x]) => Math.max(most, x), 0));
  const highest = points.reduce((most, [, y]) => Math.max(most, y), 0);
  const mostY = (chart.yTime ? niceTime : niceCeiling)(Math.min(highest, chart.ceiling ?? highest));
  const at: Place = (x, y) => [
    LEFT + (x / mostX) * (WIDTH - LEFT - RIGHT),
    HEIGHT - BOTTOM - (Math.min(y, mostY) / mostY) * (HEIGHT - BOTTOM - TOP),
  ];
  const shapes = chart.series.map((series) => shapeOf(series, at)).join('');
  return `${axes(mostX, mostY, chart, at)}${shapes}${(chart.marks ?? []).map((mark, row) => markAt(mark, row, at)).join('')}`;
}

export const SVG_SIZE = { width: WIDTH, height: HEIGHT } as const;

function shapeOf({ kind, draw, points }: Series, at: Place): string {
  if (points.length === 0) return '';
  const placed = points.map(([x, y]) => at(x, y));
  const path = placed.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' ');
  const base = at(0, 0)[1];
  switch (draw) {
    case 'line':
      return `<polyline class="line ${kind}" points="${path}"/>`;
    case 'area': {
      const [first] = placed[0]!;
      const [last] = placed.at(-1)!;
      return `<polygon class="area ${kind}" points="${first.toFixed(1)},${base} ${path} ${last.toFixed(1)},${base}"/>`;
    }
    case 'dots':
      return placed
        .map(([x, y]) => `<circle class="dot ${kind}" cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="1.6"/>`)
        .join('');
    case 'bars':
      return placed
        .map(([x, y], bar) => barAt(kind, bar === 0 ? at(0, 0)[0] : placed[bar - 1]![0], x, y, base))
        .join('');
  }
}

/** From the bar before to its own place, with a gap. */
function barAt(kind: string, from: number, to: number, y: number, base: number): string {
  const width = Math.max(1, to - from - 1).toFixed(1);
  return `<rect class="bar ${kind}" x="${from.toFixed(1)}" y="${y.toFixed(1)}" width="${width}" height="${(base - y).toFixed(1)}"/>`;
}

/** Words of neighbours stand below one another. */
function markAt({ x, label }: Mark, row: number, at: Place): string {
  const [left, base] = at(x, 0);
  const ends = left > WIDTH * 0.8;
  return (
    `<line class="mark" x1="${left.toFixed(1)}" x2="${left.toFixed(1)}" y1="${TOP}" y2="${base}"/>` +
    `<text class="word" x="${(left + (ends ? -4 : 4)).toFixed(1)}" y="${TOP + 10 + 13 * row}"${ends ? ' text-anchor="end"' : ''}>` +
    `${escapeHtml(label)}</text>`
  );
}

function axes(mostX: number, mostY: number, { xUnit, yUnit, yTime }: Chart, at: Place): string {
  const lines: string[] = [];
  for (let part = 0; part <= PARTS; part++) {
    const [x, bottom] = at((mostX * part) / PARTS, 0);
    const value = (mostY * part) / PARTS;
    const [left, y] = at(0, value);
    const name = yTime ? shortTime(value, mostY) : shortNumber(value);
    lines.push(
      `<line class="grid" x1="${left}" x2="${WIDTH - RIGHT}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>`,
      `<text x="${left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${name}</text>`,
      `<text x="${x.toFixed(1)}" y="${bottom + 15}" text-anchor="${part === PARTS ? 'end' : 'middle'}">${shortTime((mostX * part) / PARTS, mostX)}</text>`,
    );
  }
  lines.push(
    `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 4}" text-anchor="end">${escapeHtml(xUnit)}</text>`,
    `<text x="4" y="11">${escapeHtml(yUnit)}</text>`,
  );
  return lines.join('');
}

function legend(series: readonly Series[]): string {
  return `<ul class="legend">${series.map(({ name, kind }) => `<li class="${kind}">${escapeHtml(name)}</li>`).join('')}</ul>`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
