/** Small pictures as inline SVG: lines, bars and dots over two axes. Pure text, no script. */

export interface Series {
  readonly name: string;
  /** A class of the style sheet, which gives the colour. */
  readonly kind: string;
  readonly points: ReadonlyArray<readonly [number, number]>;
  readonly draw: 'line' | 'bars' | 'dots' | 'area';
}

export interface Chart {
  readonly title: string;
  readonly xUnit: string;
  readonly yUnit: string;
  readonly series: readonly Series[];
}

const WIDTH = 640;
const HEIGHT = 220;
const LEFT = 52;
const BOTTOM = 30;
const TOP = 10;
const RIGHT = 12;

export function chartSvg(chart: Chart): string {
  const points = chart.series.flatMap((series) => series.points);
  const mostX = niceCeiling(points.reduce((most, [x]) => Math.max(most, x), 0));
  const mostY = niceCeiling(points.reduce((most, [, y]) => Math.max(most, y), 0));
  const at = (x: number, y: number): readonly [number, number] => [
    LEFT + (x / mostX) * (WIDTH - LEFT - RIGHT),
    HEIGHT - BOTTOM - (y / mostY) * (HEIGHT - BOTTOM - TOP),
  ];
  const shapes = chart.series.map((series) => shapeOf(series, at)).join('');
  const label = `${chart.title}: ${chart.series.map(({ name }) => name).join(', ')}`;
  return (
    `<figure><figcaption>${escapeHtml(chart.title)}</figcaption>` +
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">` +
    `${axes(mostX, mostY, chart, at)}${shapes}</svg>${legend(chart.series)}</figure>`
  );
}

type Place = (x: number, y: number) => readonly [number, number];

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
    case 'bars': {
      const width = Math.max(1, (WIDTH - LEFT - RIGHT) / points.length - 1);
      return placed
        .map(([x, y]) => {
          const left = (x - width).toFixed(1);
          return `<rect class="bar ${kind}" x="${left}" y="${y.toFixed(1)}" width="${width.toFixed(1)}" height="${(base - y).toFixed(1)}"/>`;
        })
        .join('');
    }
  }
}

function axes(mostX: number, mostY: number, { xUnit, yUnit }: Chart, at: Place): string {
  const lines: string[] = [];
  for (let part = 0; part <= 4; part++) {
    const [x, bottom] = at((mostX * part) / 4, 0);
    const [left, y] = at(0, (mostY * part) / 4);
    lines.push(
      `<line class="grid" x1="${left}" x2="${WIDTH - RIGHT}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}"/>`,
      `<text x="${left - 6}" y="${(y + 4).toFixed(1)}" text-anchor="end">${shortNumber((mostY * part) / 4)}</text>`,
      `<text x="${x.toFixed(1)}" y="${bottom + 14}" text-anchor="middle">${shortNumber((mostX * part) / 4)}</text>`,
    );
  }
  lines.push(
    `<text x="${WIDTH - RIGHT}" y="${HEIGHT - 3}" text-anchor="end">${escapeHtml(xUnit)}</text>`,
    `<text x="${LEFT}" y="${HEIGHT - 3}">${escapeHtml(yUnit)}</text>`,
  );
  return lines.join('');
}

function legend(series: readonly Series[]): string {
  return `<ul class="legend">${series.map(({ name, kind }) => `<li class="${kind}">${escapeHtml(name)}</li>`).join('')}</ul>`;
}

/** The next round number whose quarters are short: 1, 1.2, 1.6, 2, 2.4, 3 … times a power of ten. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].find((step) => step * unit >= value) ?? 10) * unit;
}

export function shortNumber(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (value >= 10_000) return `${Number((value / 1e3).toPrecision(3))} k`;
  return `${Number(value.toPrecision(3))}`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
