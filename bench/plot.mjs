/** The cost of a claim by the people who wait and by the campaigns, as a picture for the documentation. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../docs/images/scale.svg', import.meta.url));
const WIDTH = 360;
const HEIGHT = 200;
const LEFT = 44;
const BOTTOM = 40;
const SERIES = [
  ['cpuUsEach', 'gateway', '#2563eb'],
  ['redisUsEach', 'Redis', '#d97706'],
];

export function plotScale(rows) {
  if (rows.length === 0) return;
  const waiting = rows.filter((row) => row.waiting > 0);
  const campaigns = rows.filter((row) => row.waiting === 0);
  const panels = [panel(waiting, 'waiting', 'people who wait'), panel(campaigns, 'campaigns', 'campaigns')];
  const moved = panels.map((text, at) => `<g transform="translate(${at * (WIDTH + 20)} 0)">${text}</g>`).join('');
  const size = `width="${2 * WIDTH + 20}" height="${HEIGHT + 24}"`;
  const style = 'font-family="system-ui, sans-serif" font-size="11" fill="#334155"';
  const said = 'role="img" aria-label="Microseconds of processor time a claim"';
  const ground = '<rect width="100%" height="100%" fill="#fff"/>';
  writeFileSync(FILE, `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${style} ${said}>${ground}${moved}</svg>\n`);
}

function panel(rows, key, label) {
  const most = niceAbove(Math.max(...rows.flatMap((row) => SERIES.map(([name]) => row[name]))));
  const x = (at) => LEFT + 20 + (rows.length === 1 ? 0 : (at * (WIDTH - LEFT - 50)) / (rows.length - 1));
  const y = (us) => HEIGHT - BOTTOM - (us / most) * (HEIGHT - BOTTOM - 24);
  const grid = [0, 0.5, 1].map((share) => {
    const at = y(share * most);
    const line = `<line x1="${LEFT}" x2="${WIDTH - 10}" y1="${at}" y2="${at}" stroke="#e2e8f0"/>`;
    return `${line}<text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${share * most}</text>`;
  });
  const ticks = rows.map(
    (row, at) => `<text x="${x(at)}" y="${HEIGHT - BOTTOM + 16}" text-anchor="middle">${short(row[key])}</text>`,
  );
  const lines = SERIES.map(([name, title, colour]) => {
    const points = rows.map((row, at) => [Math.round(x(at)), Math.round(y(row[name]))]);
    const dots = points.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`).join('');
    const [lastX, lastY] = points.at(-1);
    const called = `<text x="${lastX}" y="${lastY - 8}" text-anchor="end" fill="${colour}">${title}</text>`;
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>${dots}${called}`;
  });
  const title = `<text x="${LEFT}" y="14">µs of processor time a claim</text>`;
  const axis = `<text x="${(LEFT + WIDTH) / 2}" y="${HEIGHT - 6}" text-anchor="middle">${label}</text>`;
  return [title, ...grid, ...ticks, ...lines, axis].join('');
}

function niceAbove(value) {
  const step = 10 ** Math.floor(Math.log10(value));
  return Math.ceil(value / step) * step;
}

function short(count) {
  if (count >= 1e6) return `${Math.round(count / 1e5) / 10}M`;
  return count >= 1000 ? `${Math.round(count / 1000)}k` : String(count);
}
