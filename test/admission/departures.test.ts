/** The last look before a claim leaves: what was let go in time, and is written later. */
import { describe, expect, it } from '@jest/globals';
import { Departures, type Leaver } from '../../src/admission/departures.js';
import { bucketRate } from '../../src/buckets/gcra.js';
import { AdmissionKit, type Asked } from './admission-kit.js';
import { DOOR } from './door-kit.js';
import { excessOverBound } from './measures.js';
import { SimulatedClock } from './simulated-clock.js';

/** Something that is written as soon as it may. */
class Letter implements Leaver {
  leftUs: number | null = null;
  stayed = false;

  constructor(
    private readonly clock: SimulatedClock,
    private readonly mayLeave: (leaver: Leaver) => boolean,
  ) {}

  leave(): void {
    if (this.mayLeave(this)) this.leftUs = this.clock.monotonicUs();
  }

  stay(): void {
    this.stayed = true;
  }
}

describe('Departures', () => {
  it('let what was held up go in order, and no faster than the bucket allows', async () => {
    const clock = new SimulatedClock();
    const departures = new Departures(clock, () => ({ ...DOOR, leaving: bucketRate(5, 100) }));
    const letters = Array.from({ length: 40 }, (_, at) => {
      const departureUs = clock.monotonicUs() + at * 10_000;
      return new Letter(clock, (leaver) => departures.mayLeave(departureUs, leaver) === 'now');
    });
    // Those of the first 200 ms are held up, and come together with those that are on time.
    letters.forEach((letter, at) => void clock.after(Math.max(200, at * 10), () => letter.leave()));
    await clock.advance(600);
    const leftUs = letters.map((letter) => letter.leftUs!);
    expect(excessOverBound(leftUs, 100, 5)).toBeLessThanOrEqual(1e-3);
    const heldUp = leftUs.slice(0, 20);
    expect([...heldUp].sort((a, b) => a - b)).toEqual(heldUp);
    expect(clock.timers).toBe(0);
  });

  it('go by a new rate as soon as there is one', async () => {
    const clock = new SimulatedClock();
    let leaving = bucketRate(1, 0.1);
    const departures = new Departures(clock, () => ({ ...DOOR, leaving }));
    const next = (): Letter =>
      new Letter(clock, (leaver) => departures.mayLeave(clock.monotonicUs(), leaver) === 'now');
    next().leave();
    leaving = bucketRate(1, 100);
    const second = next();
    second.leave();
    expect(second.leftUs).toBeNull();
    await clock.advance(11);
    expect(second.leftUs).not.toBeNull();
  });
});

describe('A claim that comes too late for its permit, where others depart too', () => {
  /** Admitted, and 20 ms later about to be written; 5 ms would have been in time. */
  async function lateClaim(): Promise<{ kit: AdmissionKit; claim: Asked; letter: Letter }> {
    const kit = await new AdmissionKit({ door: { lateUs: 5000 } }).start();
    const claim = kit.claim('ann');
    await kit.clock.advance(2);
    const letter = new Letter(kit.clock, (leaver) => claim.pass.mayLeave(leaver));
    kit.clock.pause(20);
    letter.leave();
    return { kit, claim, letter };
  }

  it('gives its slot back, and leaves with the next permit', async () => {
    const { kit, claim, letter } = await lateClaim();
    expect([letter.leftUs, kit.slots.inUse]).toEqual([null, 0]);
    await kit.clock.advance(20);
    expect(letter.leftUs).not.toBeNull();
    expect(kit.slots.inUse).toBe(1);
    claim.pass.finish('final', 'success');
    expect([kit.slots.inUse, kit.door.held]).toEqual([0, 0]);
    kit.stop();
  });

  it('asks for nothing more when it is over meanwhile', async () => {
    const { kit, claim, letter } = await lateClaim();
    claim.pass.finish('open', 'ignored');
    await kit.clock.advance(100);
    expect([letter.leftUs, kit.slots.inUse, kit.door.held]).toEqual([null, 0, 0]);
    kit.stop();
  });

  it('stays when the door sends everybody back', async () => {
    const { kit, claim, letter } = await lateClaim();
    kit.door.sendAllBack();
    expect(letter.stayed).toBe(true);
    claim.pass.finish('open', 'ignored');
    await kit.clock.advance(100);
    expect([letter.leftUs, kit.slots.inUse]).toEqual([null, 0]);
    kit.stop();
  });
});
