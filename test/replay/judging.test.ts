import { describe, expect, it } from '@jest/globals';
import { burstOptions, DEFAULT_BOUNDS } from '../../src/replay/burst-options.js';
import { reportBurst } from '../../src/replay/burst-report.js';
import { leastUse, overBound } from '../../src/replay/door-use.js';
import { renderHtml } from '../../src/replay/html/html-report.js';
import { pictureSvg } from '../../src/replay/html/picture.js';
import { niceCeiling, niceTime, shortTime } from '../../src/replay/html/scale.js';
import { chartSvg } from '../../src/replay/html/svg.js';
import { Pace } from '../../src/replay/pace.js';
import { sparkline } from '../../src/replay/sparkline.js';
import { Tally } from '../../src/replay/tally.js';
import { mergeSnapshot, snapshotOf } from '../../src/replay/tally-snapshot.js';
import { meets, parseThreshold, parseThresholds } from '../../src/replay/thresholds.js';
import { emptyTimeline } from '../../src/replay/timeline.js';
import { type Arrival, ArrivalLog } from '../../src/sample/arrival-log.js';
import { reply } from './replies.js';

const PACE = new Pace({ ratePerSecond: 100, burst: 10, changes: [] });

function arrivals(timesUs: readonly number[]): readonly Arrival[] {
  const log = new ArrivalLog();
  for (const us of timesUs) log.add(us, 'ann', 1);
  return log.since(0);
}

describe('never over', () => {
  const everyTenMs = Array.from({ length: 300 }, (_, i) => i * 10_000);

  it('holds for the burst and the rate, and 10 ms of rate for the network', () => {
    const burst = Array.from({ length: 11 }, () => 0);
    expect(overBound(arrivals([...burst, ...everyTenMs.slice(1)]), PACE, 0)).toBeLessThanOrEqual(0);
    expect(overBound(arrivals([0, ...burst, ...everyTenMs.slice(1)]), PACE, 0)).toBeCloseTo(1);
  });

  it('is broken by any window, however short, in the middle of quiet', () => {
    const crowd = Array.from({ length: 14 }, () => 1_500_000);
    const seldom = everyTenMs.filter((_, i) => i % 10 === 0);
    expect(overBound(arrivals([...seldom, ...crowd].sort((a, b) => a - b)), PACE, 0)).toBeGreaterThan(1);
  });
});

describe('a pace that is changed', () => {
  const changes = [
    { atSeconds: 10, ratePerSecond: 300, burst: 30 },
    { atSeconds: 20, ratePerSecond: 0, burst: 30 },
  ];
  const pace = new Pace({ ratePerSecond: 100, burst: 10, changes });

  it('allows what each rate allows, and what it was for a second after it was lowered', () => {
    expect([0, 10, 11, 20, 21, 30].map((second) => pace.tokensUpTo(second))).toEqual([0, 1000, 1300, 4000, 4300, 4300]);
    expect([pace.burst, pace.mostPerSecond, pace.rateAt(9.9), pace.rateAt(10), pace.rateAt(25)]).toEqual([
      ...[30, 300, 100, 300, 0],
    ]);
  });

  it('is what the door is judged by', () => {
    const atRate = (rate: number, from: number, to: number): number[] =>
      Array.from({ length: (to - from) * rate }, (_, i) => from * 1e6 + (i * 1e6) / rate);
    const kept = arrivals([...atRate(100, 0, 10), ...atRate(300, 10, 20)]);
    expect(overBound(kept, pace, 0)).toBeLessThanOrEqual(0);
    expect(overBound(arrivals(atRate(300, 0, 10)), pace, 0)).toBeGreaterThan(1000);
    expect(overBound(arrivals(atRate(300, 10, 22)), pace, 0)).toBeGreaterThan(200);
    // The service's clock runs 5 s ahead of the burst's.
    expect(overBound(arrivals(atRate(300, 15, 25)), pace, -5e6)).toBeLessThanOrEqual(0);
  });

  it('excuses a door whose people are still away, told by the pace before', () => {
    const waiting = { ...emptyTimeline(), liveJoined: [90_000], offered: new Array<number>(60).fill(1) };
    const raised = new Pace({
      ratePerSecond: 100,
      burst: 10,
      changes: [{ atSeconds: 10, ratePerSecond: 300, burst: 30 }],
    });
    const received: number[] = Array.from({ length: 60 }, (_, second) => (second < 10 ? 100 : second < 40 ? 150 : 300));
    const none = new Array<number>(60).fill(0);
    expect(leastUse(waiting, received, none, raised)).toBe(1);
    received[50] = 0;
    expect(leastUse(waiting, received, none, raised)).toBeCloseTo(0.8);
  });
});

describe('never idle', () => {
  /** 300 people who come join in the first second, and stay. */
  const timeline = { ...emptyTimeline(), liveJoined: [300], offered: new Array<number>(12).fill(1) };
  const full = new Array<number>(12).fill(0);

  it('is the worst five seconds, from two seconds after the line formed', () => {
    const received = [0, 0, 100, 100, 100, 100, 100, 100, 50, 100, 100, 100];
    expect(leastUse(timeline, received, full, PACE)).toBe(0.9);
  });

  it('is excused where the slots were the bound, and not seen without a line', () => {
    const received = new Array<number>(12).fill(50);
    expect(leastUse(timeline, received, new Array<number>(12).fill(40), PACE)).toBeNull();
    expect(leastUse({ ...timeline, liveJoined: [150] }, received, full, PACE)).toBeNull();
  });
});

describe('no one waits in vain', () => {
  it('is broken by an answer that says otherwise more than a second after the end', () => {
    const tally = new Tally(3);
    tally.heard('poll', reply(200, { state: 'waiting' }), 0, 1);
    tally.heard('claim', reply(410, { code: 'SOLD_OUT' }), 1e6, 2e6);
    tally.heard('poll', reply(200, { state: 'waiting' }), 2.9e6, 3e6);
    expect(tally.toldOtherwise).toBe(0);
    tally.heard('poll', reply(200, { state: 'waiting' }), 3.1e6, 3.2e6);
    expect(tally.toldOtherwise).toBe(1);
    tally.finished(0, { kind: 'refused', code: 'SOLD_OUT' }, 3.2e6);
    const { verdicts } = reportBurst(burstOptions({ people: 3 }), tally, null);
    expect(verdicts.find(({ promise }) => promise === 'no one waits in vain')?.held).toBe(false);
  });
});

describe('thresholds', () => {
  it('on a figure that is none are broken: a slip of the pen must not pass', () => {
    const bounds = { ...DEFAULT_BOUNDS, thresholds: [parseThreshold('waitms.p99<1')] };
    const { verdicts } = reportBurst(burstOptions({ bounds }), new Tally(1), null);
    expect(verdicts.at(-1)).toMatchObject({ held: false, finding: expect.stringContaining('no such figure') });
  });

  it('bound any figure of the report, and say when there is none', () => {
    const figures = { waitMs: { p99: 1500 }, granted: 10, upstream: null };
    const held = (text: string) => meets(parseThreshold(text), figures).held;
    expect([held('waitMs.p99<2000'), held('waitMs.p99 > 2000'), held('granted=10'), held('granted >= 11')]).toEqual([
      true,
      false,
      true,
      false,
    ]);
    expect(meets(parseThreshold('upstream.crashes<1'), figures)).toEqual({ value: null, held: null });
    expect(meets(parseThreshold('waitms.p99<1'), figures)).toEqual({ value: undefined, held: null });
    expect(() => parseThreshold('waitMs.p99')).toThrow('no threshold');
  });

  it('are read from a file, one a line', () => {
    expect(parseThresholds('# bounds\n\ngranted>=10 # all\nslipMs.p99<20\n')).toHaveLength(2);
  });

  it('are verdicts of the report', () => {
    const bounds = { ...DEFAULT_BOUNDS, thresholds: [parseThreshold('granted>=1')] };
    expect(reportBurst(burstOptions({ bounds }), new Tally(1), null)).toMatchObject({
      outcome: 'broken',
      exitStatus: 99,
    });
  });
});

describe('tallies of several processes', () => {
  it('add up to the tally of one', () => {
    const whole = new Tally(4);
    const parts = [new Tally(4), new Tally(4)] as const;
    for (let person = 0; person < 4; person++) {
      for (const tally of [whole, parts[person % 2] as Tally]) {
        tally.sent(person, 'claim', person * 1e6, person * 1e6 + 500);
        tally.heard(
          'claim',
          reply(person === 3 ? 410 : 201, { code: person === 3 ? 'SOLD_OUT' : undefined }),
          person * 1e6,
          person * 1e6 + 1000,
        );
        tally.finished(
          person,
          person === 3 ? { kind: 'refused', code: 'SOLD_OUT' } : { kind: 'granted' },
          person * 1e6 + 1000,
        );
        if (person !== 3) tally.waited(person * 1e6, { minMs: 0, maxMs: 10 }, person * 1e6 + 1000);
      }
    }
    const merged = new Tally(4);
    for (const part of parts) mergeSnapshot(merged, JSON.parse(JSON.stringify(snapshotOf(part))));
    const options = burstOptions({ people: 4 });
    expect(reportBurst(options, merged, null)).toEqual(reportBurst(options, whole, null));
    expect(merged.granted).toBe(3);
  });
});

describe('a promised wait', () => {
  it.each([
    ['is kept within its range', { minMs: 10_000, maxMs: 14_000 }, 12_000, true],
    ['is kept up to a quarter before it', { minMs: 10_000, maxMs: 14_000 }, 7500, true],
    ['is kept up to a quarter beyond it', { minMs: 10_000, maxMs: 14_000 }, 17_500, true],
    ['is broken before that', { minMs: 10_000, maxMs: 14_000 }, 7499, false],
    ['is broken after that', { minMs: 10_000, maxMs: 14_000 }, 17_501, false],
    ['is worth nothing where its range is wide', { minMs: 10_000, maxMs: 17_001 }, 12_000, false],
  ])('%s', (_title, promised, waitedMs, kept) => {
    const tally = new Tally(2);
    tally.waited(1e6, promised, 1e6 + waitedMs * 1000);
    tally.waited(1e6, null, 2e6);
    expect(reportBurst(burstOptions({ people: 2 }), tally, null).promisesKept).toBe(kept ? 1 : 0);
  });
});

describe('the HTML report', () => {
  const tally = new Tally(2);
  tally.sent(0, 'claim', 0, 0);
  tally.finished(0, { kind: 'granted' }, 2e6);
  const html = renderHtml(reportBurst(burstOptions({ people: 2, campaign: '<lny>' }), tally, null));

  it('needs nothing but itself', () => {
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|src=/);
    expect(html.match(/<svg /g)).toHaveLength(5);
  });

  it('says each promise in words, and what was not seen', () => {
    expect(html).toContain('Everybody got a final answer.');
    expect(html).toContain('Could not be seen: never over the rate.');
  });

  it('shows names as text', () => {
    expect(html).toContain('&lt;lny&gt;');
    expect(html).not.toContain('<lny>');
  });
});

describe('small pictures', () => {
  it('show the highest of those who share a bar', () => {
    expect(sparkline([0, 4, 8], 10)).toBe('▁▅█');
    expect(sparkline([1, 8, 1, 1], 2)).toBe('█▂');
    expect(sparkline([], 5)).toBe('');
  });

  it('have times that suit the whole axis', () => {
    expect([shortTime(45, 60), shortTime(400, 800), shortTime(0, 800), shortTime(6660, 32_400)]).toEqual([
      ...['45', '6:40', '0:00', '1:51 h'],
    ]);
    expect([100, 181, 3600, 30_000, 90_000].map(niceTime)).toEqual([100, 240, 3600, 36_000, 172_800]);
  });

  it('cut off what is higher than their ceiling, and say so', () => {
    const points = [[0, 10] as const, [1, 1000] as const];
    const chart = {
      title: 't',
      xUnit: 's',
      yUnit: 'n',
      series: [{ name: 'one', kind: 'sent', draw: 'line' as const, points }],
    };
    const heights = (ceiling?: number) =>
      [...chartSvg(ceiling === undefined ? chart : { ...chart, ceiling }).matchAll(/points="[\d.]+,([\d.]+) /g)].map(
        ([, y]) => Number(y),
      );
    expect(heights(20)[0]).toBeLessThan(heights()[0] as number);
    expect(pictureSvg('two', [chart, chart]).match(/<polyline/g)).toHaveLength(2);
  });

  it('have round axes', () => {
    expect([0, 0.7, 3.5, 23, 99, 1000].map(niceCeiling)).toEqual([1, 0.8, 4, 24, 100, 1000]);
  });
});
