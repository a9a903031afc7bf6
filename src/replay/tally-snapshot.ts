/** A tally as plain data, so that those of several processes can be put together. */
import { decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { increment, type Tally } from './tally.js';
import { mergeTimelines, type Timeline } from './timeline.js';

const HISTOGRAMS = ['slipUs', 'waitUs', 'latencyUs', 'etaRatio'] as const;
const MAPS = ['refused', 'errors', 'answers', 'codes', 'contractFaults', 'followed', 'gaveUp', 'caught'] as const;
const COUNTS = [
  'arrived',
  'claims',
  'polls',
  'leaves',
  'granted',
  'noShows',
  'left',
  'ended',
  'waiting',
  'promised',
  'promisesKept',
  'forgeriesGranted',
  'replays',
  'grantedAgain',
  'toldOtherwise',
] as const;

export interface TallySnapshot {
  readonly counts: Readonly<Record<(typeof COUNTS)[number], number>>;
  readonly maps: Readonly<Record<(typeof MAPS)[number], ReadonlyArray<readonly [string, number]>>>;
  /** HdrHistogram, compressed, base64. */
  readonly histograms: Readonly<Record<(typeof HISTOGRAMS)[number], string>>;
  readonly timeline: Timeline;
  /** Person, first sent and granted (-1: not), each in microseconds. */
  readonly people: ReadonlyArray<readonly [number, number, number]>;
  /** null: nobody was told. */
  readonly soldOutUs: number | null;
}

export function snapshotOf(tally: Tally): TallySnapshot {
  const people: Array<readonly [number, number, number]> = [];
  tally.firstSentUs.forEach((sentUs, person) => {
    if (sentUs >= 0) people.push([person, sentUs, tally.grantedUs[person] as number]);
  });
  return {
    counts: record(COUNTS, (name) => tally[name]),
    maps: record(MAPS, (name) => [...tally[name]]),
    histograms: record(HISTOGRAMS, (name) => encodeIntoCompressedBase64(tally[name])),
    timeline: tally.timeline,
    people,
    soldOutUs: Number.isFinite(tally.soldOutUs) ? tally.soldOutUs : null,
  };
}

/** Adds what another process counted. Each person belongs to one process only. */
export function mergeSnapshot(tally: Tally, snapshot: TallySnapshot): void {
  for (const name of COUNTS) tally[name] += snapshot.counts[name];
  for (const name of MAPS) for (const [key, count] of snapshot.maps[name]) increment(tally[name], key, count);
  for (const name of HISTOGRAMS) tally[name].add(decodeFromCompressedBase64(snapshot.histograms[name]));
  mergeTimelines(tally.timeline, snapshot.timeline);
  for (const [person, sentUs, grantedUs] of snapshot.people) {
    tally.firstSentUs[person] = sentUs;
    tally.grantedUs[person] = grantedUs;
  }
  tally.soldOutUs = Math.min(tally.soldOutUs, snapshot.soldOutUs ?? Number.POSITIVE_INFINITY);
}

function record<K extends string, V>(names: readonly K[], of: (name: K) => V): Record<K, V> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<K, V>;
}
