/** The pictures of a report. */
import type { BurstReport } from '../burst-report.js';
import { Pace } from '../pace.js';
import { whole } from '../report-text.js';
import type { Chart, Series } from './svg.js';

/** Points of a long burst share a pixel: this many are drawn at most. */
const MOST_POINTS = 600;
/** A crowd that is many times the rate would leave the door at the bottom of its picture: it is cut off there. */
const CEILING_OF_RATE = 3;

export function picturesOf(report: BurstReport): Chart[] {
  return [doorChart(report), lineChart(report), requestChart(report), waitChart(report), fairnessChart(report)];
}

function doorChart({ seconds, options }: BurstReport): Chart {
  const { received, granted, offered } = seconds;
  const length = Math.max(offered.length, granted.length, received?.length ?? 0);
  const rate = new Pace(options.bounds).mostPerSecond;
  const peak = offered.reduce((most, one) => Math.max(most, one), 0);
  const cut = peak > CEILING_OF_RATE * rate;
  return {
    title: 'At the door: who came, and who was let through',
    note: 'The green line hugs the orange one while people wait, and never rises above it for long.',
    xUnit: 'since the start',
    yUnit: 'a second',
    ...(cut ? { ceiling: CEILING_OF_RATE * rate } : {}),
    series: [
      {
        name: cut ? `people arriving (up to ${whole(peak)}/s, cut off)` : 'people arriving',
        kind: 'offered',
        draw: 'area',
        points: perSecond(offered),
      },
      {
        name: received === null ? 'granted' : 'claims at the service',
        kind: 'admitted',
        draw: 'line',
        points: perSecond(received ?? granted),
      },
      rateSeries(options.bounds, length),
    ],
  };
}

/** Steps, where operators changed it. */
function rateSeries(bounds: BurstReport['options']['bounds'], length: number): Series {
  const { changes, ratePerSecond } = bounds;
  const points: Array<readonly [number, number]> = [[0, ratePerSecond]];
  for (const change of changes) {
    points.push([change.atSeconds, points.at(-1)![1]], [change.atSeconds, change.ratePerSecond]);
  }
  points.push([Math.max(length, points.at(-1)![0]), points.at(-1)![1]]);
  const name = changes.length === 0 ? `rate set (${whole(ratePerSecond)}/s)` : 'rate set';
  return { name, kind: 'rate', draw: 'line', points };
}

function lineChart({ seconds, soldOutAtMs }: BurstReport): Chart {
  return {
    title: 'In line',
    xUnit: 'since the start',
    yUnit: 'people',
    series: [{ name: 'people in line', kind: 'waiting', draw: 'area', points: perSecond(seconds.waiting) }],
    ...(soldOutAtMs === null ? {} : { marks: [{ x: soldOutAtMs / 1000, label: 'all is gone' }] }),
  };
}

function requestChart({ seconds }: BurstReport): Chart {
  const claims = seconds.sent.map((sent, second) => sent - (seconds.polls[second] ?? 0));
  return {
    title: 'Requests to the gateways',
    note: 'What gateways must carry. Polls ask no store.',
    xUnit: 'since the start',
    yUnit: 'a second',
    series: [
      { name: 'all', kind: 'sent', draw: 'area', points: perSecond(seconds.sent) },
      { name: 'claims', kind: 'rate', draw: 'line', points: perSecond(claims) },
    ],
  };
}

function waitChart({ waits, waitMs }: BurstReport): Chart {
  const marks = [
    { x: waitMs.p50 / 1000, label: 'half' },
    { x: waitMs.p90 / 1000, label: '90 %' },
    { x: waitMs.p99 / 1000, label: '99 %' },
  ];
  const points = waits.map(({ upToMs, people }) => [upToMs / 1000, people] as const);
  return {
    title: 'How long people waited',
    xUnit: 'from arrival to grant',
    yUnit: 'people',
    series: [{ name: 'granted', kind: 'admitted', draw: 'bars', points }],
    ...(waitMs.p99 > 0 ? { marks } : {}),
  };
}

function fairnessChart({ served }: BurstReport): Chart {
  return {
    title: 'First come, first called',
    note: 'One dot a person: a thin line that only rises means that nobody was overtaken.',
    xUnit: 'arrived',
    yUnit: 'granted',
    yTime: true,
    series: [{ name: 'one person', kind: 'waiting', draw: 'dots', points: served }],
  };
}

/** One point a second; of a long burst, the mean of those that share a point. */
export function perSecond(values: readonly number[]): Array<readonly [number, number]> {
  const every = Math.max(1, Math.ceil(values.length / MOST_POINTS));
  const points: Array<readonly [number, number]> = [];
  for (let at = 0; at < values.length; at += every) {
    const group = values.slice(at, at + every);
    points.push([at, group.reduce((sum, value) => sum + value, 0) / group.length]);
  }
  return points;
}
