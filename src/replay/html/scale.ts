/** Round axes, and numbers and times short enough to stand beside them. */

/** The next round number whose quarters are short: 1, 1.2, 1.6, 2, 2.4, 3 … times a power of ten. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1;
  const unit = 10 ** Math.floor(Math.log10(value));
  return ([1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].find((step) => step * unit >= value) ?? 10) * unit;
}

/** Ends of axes in minutes whose quarters are whole minutes, up to a day; above, in days. */
const MINUTES = [4, 8, 12, 16, 20, 28, 40, 60, 80, 120, 180, 240, 360, 480, 600, 720, 960, 1440];

/** The next length of time, in seconds, whose quarters are round. */
export function niceTime(seconds: number): number {
  if (seconds <= 180) return niceCeiling(seconds);
  const minutes = MINUTES.find((most) => most * 60 >= seconds) ?? 1440 * Math.ceil(seconds / 86_400);
  return minutes * 60;
}

export function shortNumber(value: number): string {
  if (value >= 1e6) return `${Number((value / 1e6).toPrecision(3))} M`;
  if (value >= 10_000) return `${Number((value / 1e3).toPrecision(3))} k`;
  return `${Number(value.toPrecision(3))}`;
}

/** Seconds in the unit that suits the whole axis: `40`, `6:40`, `1:51 h`. */
export function shortTime(seconds: number, most: number): string {
  if (most <= 180) return shortNumber(seconds);
  const [small, large] = most <= 10_800 ? [1, 60] : [60, 3600];
  const whole = Math.round(seconds / small);
  const text = `${Math.floor(whole / (large / small))}:${String(whole % (large / small)).padStart(2, '0')}`;
  return most <= 10_800 ? text : `${text} h`;
}
