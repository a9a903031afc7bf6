/** Pictures of a simulation as SVG that stands by itself: limit and in flight above, served and latency below. */
import type { Moment } from './limiter-world.js';

const WIDTH = 640;
const PANEL = 130;
const LEFT = 48;
const TOP = 28;
const GAP = 34;

interface Line {
  readonly name: string;
  readonly colour: string;
  readonly of: (moment: Moment) => number;
}

const PANELS: ReadonlyArray<{ readonly unit: string; readonly lines: readonly Line[] }> = [
  {
    unit: 'requests',
    lines: [
      { name: 'limit', colour: '#d97706', of: ({ limit }) => limit },
      { name: 'in flight', colour: '#2563eb', of: ({ inFlight }) => inFlight },
    ],
  },
  { unit: 'served a second', lines: [{ name: 'served', colour: '#15803d', of: ({ served }) => served }] },
  { unit: 'ms', lines: [{ name: 'median latency', colour: '#7c3aed', of: ({ latencyMs }) => latencyMs }] },
];

export function picture(title: string, moments: readonly Moment[]): string {
  const seconds = moments.at(-1)?.atS ?? 1;
  const height = TOP + PANELS.length * (PANEL + GAP);
  const panels = PANELS.map((panel, at) => panelSvg(panel, moments, seconds, TOP + at * (PANEL + GAP))).join('\n');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="11" role="img" aria-label="${title}">
<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>
<text x="${LEFT}" y="16" font-size="13" font-weight="bold" fill="#111827">${title}</text>
${panels}
</svg>
`;
}

function panelSvg({ unit, lines }: (typeof PANELS)[number], moments: readonly Moment[], seconds: number, top: number) {
  const most = niceCeiling(Math.max(1, ...moments.flatMap((moment) => lines.map(({ of }) => of(moment)))));
  const x = (atS: number): string => (LEFT + (atS / seconds) * (WIDTH - LEFT - 12)).toFixed(1);
  const y = (value: number): string => (top + PANEL - (value / most) * PANEL).toFixed(1);
  const grid = [0, 0.5, 1]
    .map(
      (share) =>
        `<path d="M${LEFT} ${y(share * most)}H${WIDTH - 12}" stroke="#e5e7eb"/><text x="${LEFT - 6}" y="${y(share * most)}" dy="4" text-anchor="end" fill="#374151">${share * most}</text>`,
    )
    .join('');
  const ticks = [0, 0.25, 0.5, 0.75, 1]
    .map(
      (share) =>
        `<text x="${x(share * seconds)}" y="${top + PANEL + 14}" text-anchor="middle" fill="#374151">${share * seconds} s</text>`,
    )
    .join('');
  const shapes = lines
    .map(({ colour, of }, at) => {
      const points = moments.map((moment) => `${x(moment.atS)},${y(of(moment))}`).join(' ');
      const label = `<text x="${WIDTH - 12}" y="${top + 10 + 13 * at}" text-anchor="end" fill="${colour}">${lines[at]!.name}</text>`;
      return `<polyline points="${points}" fill="none" stroke="${colour}" stroke-width="1.4"/>${label}`;
    })
    .join('');
  return `<g>${grid}${ticks}<text x="${LEFT}" y="${top - 4}" fill="#374151">${unit}</text>${shapes}</g>`;
}

function niceCeiling(value: number): number {
  const unit = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / unit / 2) * 2 * unit;
}
