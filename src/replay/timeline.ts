/** What happened in each second of a burst. */

export const SERIES = [
  'offered',
  'sent',
  'polled',
  'granted',
  'refused',
  'joined',
  'unjoined',
  'liveJoined',
  'liveUnjoined',
] as const;
export type SeriesName = (typeof SERIES)[number];

export type Timeline = Record<SeriesName, number[]>;

export function emptyTimeline(): Timeline {
  return Object.fromEntries(SERIES.map((name) => [name, []])) as unknown as Timeline;
}

/** Counts one event at `us` microseconds from the start of the burst. */
export function count(series: number[], us: number): void {
  const second = Math.max(0, Math.floor(us / 1e6));
  while (series.length <= second) series.push(0);
  series[second] = (series[second] as number) + 1;
}

export function mergeTimelines(into: Timeline, other: Timeline): void {
  for (const name of SERIES) {
    other[name].forEach((value, second) => {
      while (into[name].length <= second) into[name].push(0);
      into[name][second] = (into[name][second] as number) + value;
    });
  }
}

export function secondsOf(timeline: Timeline): number {
  return SERIES.reduce((longest, name) => Math.max(longest, timeline[name].length), 0);
}

/** How many are inside at the end of each second, of those who came in and went out. */
export function standingAt(entered: readonly number[], left: readonly number[], seconds: number): number[] {
  let inside = 0;
  return Array.from({ length: seconds }, (_, second) => {
    inside += (entered[second] ?? 0) - (left[second] ?? 0);
    return inside;
  });
}
