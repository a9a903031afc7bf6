import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { turnOf } from '../../src/waiting-room/lottery.js';
import { type LineView, standingOf, waitingIn } from '../../src/waiting-room/standing.js';
import { etaSeconds, ticketDocument } from '../../src/waiting-room/ticket-document.js';

const VIEW: LineView = {
  epoch: 1,
  heads: [100, 10],
  tails: [500, 25],
  lapsed: [40, 4],
  gaps: [],
  lottery: null,
  lineMs: 1_000_000,
  atDoor: 30,
  callsPerSecond: 50,
  gateways: 2,
};
const GRACE_MS = 45_000;
const STEADY = { orBetter: (pace: number) => pace };
const SETTINGS = { graceMs: GRACE_MS, ratePerSecond: 390, openInMs: 0, recentPace: STEADY };
const place = (number: number, line: 0 | 1 = 0) => ({ line, number, returns: 0 });
const standing = (number: number, toldMs = 0, line: 0 | 1 = 0) =>
  standingOf(place(number, line), toldMs, VIEW, SETTINGS);

describe('standingOf', () => {
  it('counts those ahead: in the own line, and in the return line, which goes first', () => {
    expect(standing(101)).toMatchObject({ kind: 'waiting', position: 16 });
    expect(standing(500)).toMatchObject({ kind: 'waiting', position: 415 });
    expect(standing(11, 0, 1)).toMatchObject({ kind: 'waiting', position: 1 });
  });

  it('is called up to the head, and lapsed up to where grace is over', () => {
    expect(standing(100).kind).toBe('called');
    expect(standing(41).kind).toBe('called');
    expect(standing(40).kind).toBe('lapsed');
    expect(standing(5, 0, 1).kind).toBe('called');
    expect(standing(4, 0, 1).kind).toBe('lapsed');
  });

  it('gives whoever was told the whole grace from then, to the millisecond', () => {
    expect(standing(40, VIEW.lineMs - GRACE_MS).kind).toBe('called');
    expect(standing(40, VIEW.lineMs - GRACE_MS - 1).kind).toBe('lapsed');
  });

  it('counts the wait by the pace of calls, and by the rate until there is one', () => {
    expect(standing(485)).toMatchObject({ position: 400, waitMs: 8000 });
    const still = { ...VIEW, callsPerSecond: 0 };
    expect(standingOf(place(490), 0, still, { ...SETTINGS, ratePerSecond: 405 })).toMatchObject({
      position: 405,
      waitMs: 1000,
    });
  });

  it('is waiting at the pace of now, from the opening on, and soonest at the better pace that was', () => {
    const settings = { ...SETTINGS, openInMs: 5000, recentPace: { orBetter: () => 100 } };
    expect(standingOf(place(485), 0, VIEW, settings)).toMatchObject({ waitMs: 13_000, soonestMs: 9000 });
  });

  it('tells the called how long those at the door will keep it busy, at the better pace but never above the rate', () => {
    const doorMs = (pace: number, ratePerSecond: number) =>
      standingOf(place(100), 0, VIEW, { ...SETTINGS, ratePerSecond, recentPace: { orBetter: () => pace } });
    expect(doorMs(60, 390)).toMatchObject({ kind: 'called', doorMs: 500 });
    expect(doorMs(600, 100)).toMatchObject({ kind: 'called', doorMs: 300 });
  });

  it('is lapsed without any grace for who was never told, however young the line', () => {
    expect(standingOf(place(40), 0, { ...VIEW, lineMs: 1000 }, SETTINGS).kind).toBe('lapsed');
  });

  it('counts nobody where numbers were left out', () => {
    const view: LineView = {
      ...VIEW,
      gaps: [
        { line: 0, from: 201, to: 300 },
        { line: 1, from: 11, to: 12 },
      ],
    };
    expect(standingOf(place(150), 0, view, SETTINGS)).toMatchObject({ position: 50 + 13 });
    expect(standingOf(place(400), 0, view, SETTINGS)).toMatchObject({ position: 300 - 100 + 13 });
    expect(waitingIn(view)).toBe(415 - 102);
  });

  it('is undrawn until lots are drawn, and then where the draw has put it', () => {
    const lottery = { key: '00112233445566778899aabbccddeeff00112233', from: 0, to: 0 };
    const soon = { ...SETTINGS, openInMs: 7000 };
    expect(standingOf(place(120), 0, { ...VIEW, lottery }, soon)).toEqual({ kind: 'undrawn', openInMs: 7000 });
    const drawn = { ...VIEW, lottery: { ...lottery, from: 101, to: 500 } };
    expect(standingOf(place(120), 0, drawn, SETTINGS)).toMatchObject({
      kind: 'waiting',
      turn: turnOf(place(120), drawn.lottery),
    });
  });

  it('never gets worse for anybody while heads move on', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.nat(400), (number, moved) => {
        const later: LineView = { ...VIEW, heads: [100 + moved, 10] };
        const before = standingOf(place(number), 0, VIEW, SETTINGS);
        const after = standingOf(place(number), 0, later, SETTINGS);
        if (before.kind === 'waiting' && after.kind === 'waiting') {
          expect(after.position).toBeLessThanOrEqual(before.position);
        } else if (before.kind !== 'waiting') expect(after.kind).toBe(before.kind);
      }),
    );
  });

  it('counts all who wait, in both lines', () => {
    expect(waitingIn(VIEW)).toBe(415);
  });
});

describe('etaSeconds', () => {
  it('holds the wait, and is at most half as much again and two seconds wide', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), (waitMs) => {
        const { min, max } = etaSeconds(waitMs);
        expect(Number.isInteger(min) && Number.isInteger(max)).toBe(true);
        expect(min).toBeLessThanOrEqual(waitMs / 1000);
        expect(max).toBeGreaterThanOrEqual(waitMs / 1000);
        expect(max).toBeLessThanOrEqual(1.5 * min + 2);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('ticketDocument', () => {
  const facts = {
    campaign: 'lny',
    ticket: 't',
    graceLeftMs: null,
    stretch: 1,
    wallMs: 1_770_000_000_000,
    waiting: 9,
    gateways: 1,
  };
  const poll = { nearMs: 250, maxMs: 30_000, budgetPerSecond: 5000 };
  const documentOf = (changes: Partial<Parameters<typeof ticketDocument>[0]>) =>
    ticketDocument({ ...facts, standing: { kind: 'lapsed', turn: 7 }, ...changes }, poll, () => 0.5);

  it('tells the called to claim now, until when, and at position 0', () => {
    const document = documentOf({ standing: { kind: 'called', turn: 7, doorMs: 0 }, graceLeftMs: 45_000 });
    expect(document).toMatchObject({ state: 'called', position: 0, pollAfterMs: 250, etaSeconds: { min: 0, max: 1 } });
    expect(document.expiresAt).toBe('2026-02-02T02:40:45.000Z');
  });

  it('sends whoever meets a crowd at the door back for longer than near it', () => {
    expect(documentOf({ standing: { kind: 'called', turn: 7, doorMs: 2000 } }).pollAfterMs).toBe(1400);
  });

  it('tells nobody a number or a position before lots are drawn, only when to look', () => {
    const document = documentOf({ standing: { kind: 'undrawn', openInMs: 60_000 }, chance: 'likely' });
    expect(document).toEqual({
      campaign: 'lny',
      state: 'waiting',
      ticket: 't',
      number: null,
      position: null,
      etaSeconds: null,
      pollAfterMs: 27_000,
      chance: 'likely',
      expiresAt: null,
    });
  });

  it('says how likely it is that something will be left, where there is a budget, and when no place ends by itself', () => {
    const called = { kind: 'called', turn: 7, doorMs: 0 } as const;
    expect(documentOf({ standing: called, chance: 'unlikely' })).toMatchObject({ chance: 'unlikely', expiresAt: null });
    expect(documentOf({})).toMatchObject({ chance: null });
  });

  it('tells the waiting their position, and the lapsed to claim again at once', () => {
    const standing = { kind: 'waiting', turn: 47, position: 40, waitMs: 10_000, soonestMs: 10_000 } as const;
    const waiting = documentOf({ standing });
    expect(waiting).toMatchObject({ state: 'waiting', position: 40, pollAfterMs: 7000, expiresAt: null });
    expect(documentOf({})).toMatchObject({ state: 'lapsed', position: null, pollAfterMs: 250 });
  });
});
