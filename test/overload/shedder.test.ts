import { describe, expect, it } from '@jest/globals';
import type { Load } from '../../src/overload/load-probe.js';
import { Room } from '../../src/overload/room.js';
import { SHED_CLASSES, type ShedClass, Shedder } from '../../src/overload/shedder.js';
import { FakeClock } from '../support/fake-clock.js';

const CALM: Load = { utilization: 0.3, loopDelayMs: 1, queueWaitMs: 0 };
const BUSY: Load = { utilization: 1, loopDelayMs: 10, queueWaitMs: 0 };
const DROWNING: Load = { utilization: 1, loopDelayMs: 400, queueWaitMs: 0 };
const PEOPLE = Array.from({ length: 1000 }, (_, at) => `person-${at}`);

function shedderOf(maxDelayMs = 50): { shedder: Shedder; clock: FakeClock } {
  const clock = new FakeClock();
  return { clock, shedder: new Shedder(clock, { look: () => CALM }, { maxDelayMs }) };
}

const turnedAway = (shedder: Shedder, shedClass: ShedClass): string[] =>
  PEOPLE.filter((person) => shedder.sheds(shedClass, person));

describe('A shedder', () => {
  it('turns nobody away while the loop is on time, or is late for a reason of the machine', () => {
    const { shedder } = shedderOf();
    for (const load of [CALM, BUSY, { ...DROWNING, utilization: 0.5 }]) {
      for (let look = 0; look < 20; look++) shedder.look(load);
    }
    expect(turnedAway(shedder, 'pass')).toEqual([]);
  });

  it('gives up class after class, and never all of those in line', () => {
    const { shedder } = shedderOf();
    const before: number[] = [];
    for (let look = 0; look < 40; look++) {
      for (const shedClass of SHED_CLASSES) shedder.sheds(shedClass, 'somebody');
      shedder.look(DROWNING);
      const shares = SHED_CLASSES.map((shedClass) => turnedAway(shedder, shedClass).length / PEOPLE.length);
      for (let rank = 1; rank < shares.length; rank++) if (shares[rank]! > 0) expect(shares[rank - 1]).toBe(1);
      before.push(shares[4]!);
    }
    expect(before.at(-1)).toBeGreaterThan(0.8);
    expect(before.at(-1)).toBeLessThan(0.95);
  });

  it('passes over classes in which nobody comes', () => {
    const { shedder } = shedderOf();
    shedder.sheds('claim', 'somebody');
    shedder.look(DROWNING);
    expect(shedder.threshold).toBeGreaterThan(2);
    expect(shedder.threshold).toBeLessThan(2.5);
  });

  it('lets the same people through all of an hour, and others in the next', async () => {
    const { shedder, clock } = shedderOf();
    shedder.threshold = 2.5;
    const away = turnedAway(shedder, 'claim');
    expect(away.length).toBeGreaterThan(430);
    expect(away.length).toBeLessThan(570);
    expect(turnedAway(shedder, 'claim')).toEqual(away);
    await clock.advance(3_600_000);
    shedder.look(BUSY);
    shedder.threshold = 2.5;
    const next = new Set(turnedAway(shedder, 'claim'));
    const both = away.filter((person) => next.has(person)).length;
    expect(both / away.length).toBeGreaterThan(0.35);
    expect(both / away.length).toBeLessThan(0.65);
  });

  it('is at rest again within two seconds of calm, and comes down slowly while there is no time to spare', () => {
    const { shedder } = shedderOf();
    shedder.threshold = 4.9;
    shedder.look(BUSY);
    expect(shedder.threshold).toBeCloseTo(4.88, 9);
    for (let look = 0; look < 20; look++) shedder.look(CALM);
    expect(shedder.threshold).toBe(0);
  });

  it('says what was late: the loop, or the way to the store', () => {
    const { shedder } = shedderOf();
    shedder.look(DROWNING);
    expect(shedder.reason).toBe('event_loop');
    shedder.look({ ...CALM, queueWaitMs: 300 });
    expect([shedder.reason, shedder.threshold > 0]).toEqual(['queue_wait', true]);
  });

  it('turns nobody away when it is off', () => {
    const { shedder } = shedderOf(0);
    shedder.look(DROWNING);
    expect(shedder.threshold).toBe(0);
  });
});

describe('Room', () => {
  it('has a number of requests and of bytes, and what leaves makes place', () => {
    const room = new Room({ maxInFlight: 3, maxBufferedBytes: 100 });
    expect([room.enter(60), room.enter(60), room.enter(40), room.enter(0), room.enter(0)]).toEqual([
      true,
      false,
      true,
      true,
      false,
    ]);
    room.leave(60);
    expect([room.inFlight, room.enter(60)]).toEqual([2, true]);
  });
});
