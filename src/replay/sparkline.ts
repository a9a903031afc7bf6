/** A row of numbers as a row of bars. */
const BARS = '▁▂▃▄▅▆▇█';

/**
 * @param width - most bars; of longer rows, neighbours share a bar, which shows the highest of them
 * @returns empty for no values
 */
export function sparkline(values: readonly number[], width: number): string {
  const most = values.reduce((high, value) => Math.max(high, value), 0);
  const bars = Math.min(width, values.length);
  let text = '';
  for (let bar = 0; bar < bars; bar++) {
    const from = Math.floor((bar * values.length) / bars);
    const to = Math.floor(((bar + 1) * values.length) / bars);
    const high = values.slice(from, to).reduce((one, value) => Math.max(one, value), 0);
    text += BARS[most === 0 ? 0 : Math.min(BARS.length - 1, Math.floor((high / most) * BARS.length))];
  }
  return text;
}
