/** Colours that can be read: contrast as WCAG 2.2 counts it (success criterion 1.4.3). */

/** Red, green and blue, 0 to 255. */
type Channels = readonly [number, number, number];

/** Normal text needs 4.5 : 1; a little more, since colours are rounded. */
const READABLE = 4.6;
const STEPS = 50;

/**
 * `colour` itself where it can be read on `background`, else the nearest that can, on the way to black or white.
 * @param colour - and `background`: `#rrggbb`
 */
export function readableOn(colour: string, background: string): string {
  const from = channels(colour);
  const to: Channels = luminance(channels(background)) > 0.18 ? [0, 0, 0] : [255, 255, 255];
  for (let step = 0; step < STEPS; step++) {
    const mixed = hex(from.map((value, i) => value + ((to[i]! - value) * step) / STEPS));
    if (contrast(mixed, background) >= READABLE) return mixed;
  }
  return hex(to);
}

/** From 1 (the same) to 21 (black on white). */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(channels(a)), luminance(channels(b))].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance([red, green, blue]: Channels): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(value: number): number {
  const share = value / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
}

function channels(colour: string): Channels {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as unknown as Channels;
}

function hex(values: readonly number[]): string {
  return `#${values.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`;
}
