/** The pictures of a report. */
import type { BurstReport } from '../burst-report.js';
import type { Chart } from './svg.js';

/** Points of a long burst share a pixel: this many are drawn at most. */
const MOST_POINTS = 600;

export function picturesOf(report: BurstReport): Chart[] {
  return [doorChart(report), lineChart(report), waitChart(report), fairnessChart(report)];
}

function doorChart({ seconds, options }: BurstReport): Chart {
  const { received, granted } = seconds;
  const last = Math.max(seconds.offered.length, granted.length, received?.length ?? 0);
  return {
    title: 'Offered against admitted',
    xUnit: 'seconds',
    yUnit: 'people a second',
    series: [
      { name: 'people arriving', kind: 'offered', draw: 'area', points: perSecond(seconds.offered) },
      {
        name: received === null ? 'granted' : 'claims at the service',
        kind: 'admitted',
        draw: 'line',
        points: perSecond(received ?? granted),
      },
      {
        name: `rate set (${options.bounds.ratePerSecond}/s)`,
        kind: 'rate',
        draw: 'line',
        points: [
          [0, options.bounds.ratePerSecond],
          [last, options.bounds.ratePerSecond],
        ],
      },
    ],
  };
}

function lineChart({ seconds }: BurstReport): Chart {
  return {
    title: 'People in line, and requests a second',
    xUnit: 'seconds',
    yUnit: 'people; requests a second',
    series: [
      { name: 'in line', kind: 'waiting', draw: 'area', points: perSecond(seconds.waiting) },
      { name: 'requests a second', kind: 'sent', draw: 'line', points: perSecond(seconds.sent) },
    ],
  };
}

function waitChart({ waits }: BurstReport): Chart {
  return {
    title: 'How long people waited',
    xUnit: 'seconds from arrival to grant',
    yUnit: 'people',
    series: [
      {
        name: 'granted',
        kind: 'admitted',
        draw: 'bars',
        points: waits.map(({ upToMs, people }) => [upToMs / 1000, people] as const),
      },
    ],
  };
}

function fairnessChart({ served }: BurstReport): Chart {
  return {
    title: 'First come, first called: a straight rise means nobody was overtaken',
    xUnit: 'arrived, seconds',
    yUnit: 'granted, seconds',
    series: [{ name: 'one person', kind: 'waiting', draw: 'dots', points: served }],
  };
}

/** One point a second; of a long burst, the mean of those that share a point. */
function perSecond(values: readonly number[]): Array<readonly [number, number]> {
  const every = Math.max(1, Math.ceil(values.length / MOST_POINTS));
  const points: Array<readonly [number, number]> = [];
  for (let at = 0; at < values.length; at += every) {
    const group = values.slice(at, at + every);
    points.push([at, group.reduce((sum, value) => sum + value, 0) / group.length]);
  }
  return points;
}
