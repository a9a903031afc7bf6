import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CampaignDocument, placeFromCampaignDocument } from '../../src/client/client.js';
import { standingOf } from '../../src/waiting-room/standing.js';
import { etaSeconds } from '../../src/waiting-room/ticket-document.js';

const DOCUMENT: CampaignDocument = {
  campaign: 'lny',
  state: 'open',
  epoch: 1,
  head: 100,
  tail: 900,
  waiting: 800,
  callsPerSecond: 10,
  opensAt: null,
  closesAt: null,
  poll: { nearMs: 250, maxMs: 30_000, shareOfWait: 0.7 },
  updatedAt: '2026-02-17T00:00:00.000Z',
};

describe('a place computed from the campaign document', () => {
  it('is the place that the gateway would tell: same position, same range', () => {
    const line = fc.record({
      head: fc.nat(1000),
      ahead: fc.integer({ min: 1, max: 100_000 }),
      behind: fc.nat(1000),
      returning: fc.nat(50),
      callsPerSecond: fc.integer({ min: 1, max: 5000 }),
    });
    fc.assert(
      fc.property(line, ({ head, ahead, behind, returning, callsPerSecond }) => {
        const tail = head + ahead + behind;
        const document = { ...DOCUMENT, head, tail, waiting: tail - head + returning, callsPerSecond };
        const view = {
          epoch: 1,
          heads: [head, 0] as const,
          tails: [tail, returning] as const,
          lapsed: [0, 0] as const,
          gaps: [],
          lottery: null,
          lineMs: 0,
          atDoor: 0,
          callsPerSecond,
          gateways: 1,
        };
        const told = standingOf({ line: 0, number: head + ahead, returns: 0 }, 0, view, {
          graceMs: 45_000,
          ratePerSecond: 1,
          openInMs: 0,
          recentPace: { orBetter: (pace) => pace },
        });
        if (told.kind !== 'waiting') throw new Error(told.kind);
        expect(placeFromCampaignDocument(document, head + ahead)).toMatchObject({
          state: 'waiting',
          position: told.position,
          etaSeconds: etaSeconds(told.waitMs),
        });
      }),
    );
  });

  it('is called when the head has reached the number', () => {
    expect(placeFromCampaignDocument(DOCUMENT, 100)).toEqual({ state: 'called', position: 0 });
    expect(placeFromCampaignDocument(DOCUMENT, 101)).toMatchObject({ state: 'waiting', position: 1 });
  });

  it('asks again within the bounds that the document gives', () => {
    fc.assert(
      fc.property(fc.integer({ min: 101, max: 1_000_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (n, r) => {
        const place = placeFromCampaignDocument(DOCUMENT, n, () => r);
        if (place.state !== 'waiting') throw new Error(place.state);
        expect(place.pollAfterMs).toBeGreaterThanOrEqual(250);
        expect(place.pollAfterMs).toBeLessThanOrEqual(30_000);
      }),
    );
  });

  it('promises no time while the line stands', () => {
    for (const standing of [{ state: 'paused' as const }, { callsPerSecond: 0 }]) {
      const place = placeFromCampaignDocument({ ...DOCUMENT, ...standing }, 200, () => 0);
      expect(place).toEqual({ state: 'waiting', position: 100, etaSeconds: null, pollAfterMs: 30_000 });
    }
  });

  it('adds the time until the opening', () => {
    const prequeue = { ...DOCUMENT, state: 'prequeue' as const, opensAt: '2026-02-17T00:10:00Z' };
    expect(placeFromCampaignDocument(prequeue, 200)).toMatchObject({ etaSeconds: { min: 549, max: 703 } });
  });

  it('says when it is all over', () => {
    expect(placeFromCampaignDocument({ ...DOCUMENT, state: 'sold-out' }, 200)).toEqual({ state: 'sold-out' });
    expect(placeFromCampaignDocument({ ...DOCUMENT, state: 'ended' }, 50)).toEqual({ state: 'ended' });
  });
});
