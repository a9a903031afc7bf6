import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { campaignSchema } from '../../src/config/campaign-schema.js';
import { Moments } from '../../src/simulate/moments.js';
import { crowdStretch } from '../../src/waiting-room/poll-schedule.js';
import type { LineView } from '../../src/waiting-room/standing.js';

const campaign = campaignSchema.parse({
  id: 'lny',
  upstream: 'incentives',
  routes: [{ methods: ['POST'], path: '/claims' }],
  admission: { ratePerSecond: 390 },
  queue: { graceMs: 40_000 },
});
const VIEW: LineView = {
  epoch: 1,
  heads: [1000, 5],
  tails: [3000, 8],
  lapsed: [0, 0],
  gaps: [{ line: 0, from: 2001, to: 2100 }],
  lottery: null,
  lineMs: 0,
  atDoor: 0,
  callsPerSecond: 0,
  gateways: 2,
};
const WAITING = 2000 - 100 + 3;

/** Rooms of which everything can be changed by hand, and that count how often somebody looked. */
function rooms() {
  const world = { nowUs: 0, view: VIEW, best: 0, over: false, touched: 0, ratePerSecond: 390 };
  let effective = effectiveAt(390);
  const link = {
    get view() {
      return world.view as never;
    },
    touch: () => void world.touched++,
  };
  const moments = new Moments(
    {
      link,
      live: {
        get effective() {
          return effective;
        },
      } as never,
      recentPace: { orBetter: (pace: number) => Math.max(pace, world.best) } as never,
      over: () => world.over,
      opensInMs: () => 700,
    },
    { monotonicUs: () => world.nowUs },
  );
  const setRate = (ratePerSecond: number): void => {
    effective = effectiveAt(ratePerSecond);
  };
  return { world, moments, setRate };
}

function effectiveAt(ratePerSecond: number) {
  return { campaign: { ...campaign, admission: { ...campaign.admission, ratePerSecond } } } as never;
}

describe('a moment', () => {
  it('says of the line what the line is, by the pace that is told', () => {
    const { world, moments } = rooms();
    const now = moments.now();
    expect(now).toMatchObject({ atUs: 0, view: VIEW, isOver: false, waiting: WAITING, poll: campaign.queue.poll });
    expect(now.standing).toMatchObject({ graceMs: 40_000, ratePerSecond: 390, openInMs: 700 });
    expect(now.stretch).toBe(crowdStretch(WAITING, 390, 2, campaign.queue.poll));
    world.nowUs = 1;
    world.view = { ...VIEW, callsPerSecond: 100, tails: [2_000_000, 8] };
    expect(moments.now().stretch).toBe(crowdStretch(1_998_903, 100, 2, campaign.queue.poll));
    world.nowUs = 2;
    world.best = 5000;
    expect(moments.now().stretch).toBe(crowdStretch(1_998_903, 5000, 2, campaign.queue.poll));
    expect(moments.now().stretch).toBeGreaterThan(1);
  });

  it('is looked up anew when time, line or settings are others, and else told again as it is', () => {
    const change = fc.constantFrom('time', 'view', 'rate', 'nothing');
    fc.assert(
      fc.property(fc.array(change), (changes) => {
        const { world, moments, setRate } = rooms();
        let last = moments.now();
        let looks = 1;
        for (const what of changes) {
          if (what === 'time') world.nowUs++;
          else if (what === 'view') world.view = { ...world.view };
          else if (what === 'rate') setRate(++world.ratePerSecond);
          const now = moments.now();
          if (what === 'nothing') expect(now).toBe(last);
          else looks++;
          expect([now.atUs, now.view, now.standing.ratePerSecond]).toEqual([
            world.nowUs,
            world.view,
            world.ratePerSecond,
          ]);
          expect(world.touched).toBe(looks);
          last = now;
        }
      }),
    );
  });

  it('ends when the campaign is over', () => {
    const { world, moments } = rooms();
    expect(moments.now().isOver).toBe(false);
    world.over = true;
    world.nowUs++;
    expect(moments.now().isOver).toBe(true);
  });
});
