/** Three lines of fifteen minutes for each campaign, drawn by uPlot. */
import { el } from './elements.js';
import { count } from './words.js';

export const WINDOW_SECONDS = 900;
const HEIGHT = 72;

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

export const PLOTS = [
  { title: 'Waiting', unit: '', series: [{ name: 'waiting', at: 1, colour: '--plot-a' }] },
  {
    title: 'Claims a second, at this gateway',
    unit: '/s',
    series: [
      { name: 'offered', at: 2, colour: '--plot-a' },
      { name: 'let through', at: 3, colour: '--plot-b' },
    ],
  },
  { title: 'Failed at the service', unit: '/s', series: [{ name: 'failed', at: 4, colour: '--plot-c' }] },
];

const columns = (plot, samples) => [
  samples.map(([at]) => at),
  ...plot.series.map(({ at }) => samples.map((one) => one[at])),
];

/** A line in a figure; its caption says what it shows to who cannot see it. */
export function sparkline(plot) {
  const box = el('div', { role: 'img', 'aria-label': plot.title });
  const caption = el('figcaption', {}, plot.title);
  const figure = el('figure', {}, caption, box);
  let drawn = null;
  const draw = (samples) => {
    const width = Math.max(160, Math.floor(box.clientWidth));
    drawn?.destroy();
    const hidden = { show: false };
    drawn = new globalThis.uPlot(
      {
        width,
        height: HEIGHT,
        legend: hidden,
        cursor: hidden,
        axes: [hidden, hidden],
        scales: {
          x: { range: () => [Date.now() / 1000 - WINDOW_SECONDS, Date.now() / 1000] },
          y: { range: (_, __, max) => [0, Math.max(1, max)] },
        },
        series: [{}, ...plot.series.map((one) => ({ stroke: colour(one.colour), width: 2, points: hidden }))],
      },
      columns(plot, samples),
      box,
    );
  };
  return {
    figure,
    update(samples) {
      const last = samples.at(-1);
      const now = plot.series
        .map(({ name, at }) => `${name} ${last === undefined ? '–' : count(last[at])}${plot.unit}`)
        .join(', ');
      const most = plot.series.map(({ at }) => Math.max(0, ...samples.map((one) => one[at] ?? 0)));
      caption.textContent = `${plot.title}: ${now}; at most ${count(Math.max(...most))}${plot.unit} in 15 min`;
      box.setAttribute('aria-label', caption.textContent);
      if (drawn === null || Math.abs(drawn.width - box.clientWidth) > 4) draw(samples);
      else drawn.setData(columns(plot, samples));
    },
    redraw(samples) {
      draw(samples);
    },
  };
}
