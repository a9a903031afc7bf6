import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SlotAccount } from '../../src/admission/slot-account.js';
import { StoreClock } from '../../src/kernel/store-clock.js';
import { FakeClock } from '../support/fake-clock.js';

describe('SlotAccount', () => {
  it('has as many slots in use as were brought and not given back', () => {
    const account = new SlotAccount();
    account.close(account.open(), 3, 3);
    account.release();
    expect([account.inUse, account.taken, account.released]).toEqual([2, 3, 1]);
  });

  it('gives back what a lost reply had brought, and not before no older call can still bring it', () => {
    const account = new SlotAccount();
    const [lost, older, newer] = [account.open(), account.open(), account.open()];
    account.abandon(lost);
    account.close(newer, 1, 4);
    expect(account.released).toBe(0);
    account.close(older, 1, 3);
    account.close(account.open(), 0, 4);
    expect([account.released, account.inUse]).toEqual([2, 2]);
  });

  it('never loses or mints a slot, whichever replies are lost', () => {
    const call = fc.record({ granted: fc.nat(4), fate: fc.constantFrom('answered', 'answered', 'lost', 'never ran') });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 40 }), fc.nat(3), (calls, inFlight) => {
        const account = new SlotAccount();
        let taken = 0;
        let brought = 0;
        const replies: Array<() => void> = [];
        for (const { granted, fate } of calls) {
          const number = account.open();
          if (fate !== 'never ran') taken += granted;
          const takenThen = taken;
          if (fate === 'answered') brought += granted;
          replies.push(() =>
            fate === 'answered' ? account.close(number, granted, takenThen) : account.abandon(number),
          );
          if (replies.length > inFlight) replies.shift()!();
        }
        for (const reply of replies) reply();
        account.close(account.open(), 0, taken);
        expect(account.inUse).toBe(brought);
        expect(taken - account.released).toBe(brought);
        account.release(brought);
        expect(account.taken).toBe(account.released);
      }),
    );
  });
});

describe('StoreClock', () => {
  const OFFSET_US = 123_456_789;

  it('never places the store’s now later than it is, whatever the network does', async () => {
    const trip = fc.record({ thereMs: fc.nat(50), backMs: fc.nat(50), idleMs: fc.nat(4000) });
    await fc.assert(
      fc.asyncProperty(fc.array(trip, { minLength: 1, maxLength: 20 }), async (trips) => {
        const clock = new FakeClock();
        const store = new StoreClock(clock);
        for (const { thereMs, backMs, idleMs } of trips) {
          const sentUs = clock.monotonicUs();
          await clock.advance(thereMs);
          const storeUs = clock.monotonicUs() + OFFSET_US;
          await clock.advance(backMs);
          store.learn(storeUs, sentUs);
          expect(store.nowUs()).toBeLessThanOrEqual(clock.monotonicUs() + OFFSET_US);
          expect(store.nowUs()).toBeGreaterThanOrEqual(clock.monotonicUs() + OFFSET_US - backMs * 1000);
          expect(store.toLocalUs(storeUs)).toBeGreaterThanOrEqual(storeUs - OFFSET_US);
          await clock.advance(idleMs);
        }
      }),
    );
  });

  it('is unknown until the first reply', () => {
    const clock = new FakeClock();
    const store = new StoreClock(clock);
    expect(store.known).toBe(false);
    store.learn(5, clock.monotonicUs());
    expect(store.known).toBe(true);
  });

  it('follows at once a store whose clock steps back, and one that runs ahead', () => {
    const clock = new FakeClock();
    const store = new StoreClock(clock);
    store.learn(clock.monotonicUs(), clock.monotonicUs());
    for (const stepUs of [-3_600_000_000, 7_200_000_000]) {
      store.learn(clock.monotonicUs() + stepUs, clock.monotonicUs());
      expect(store.nowUs()).toBe(clock.monotonicUs() + stepUs);
    }
  });

  it('follows a way that has become longer within a second, and a single late reply not at all', async () => {
    const clock = new FakeClock();
    const store = new StoreClock(clock);
    const behindMs = (): number => (clock.monotonicUs() - store.nowUs()) / 1000;
    const hear = (backMs: number): void =>
      store.learn(clock.monotonicUs() - backMs * 1000, clock.monotonicUs() - 100_000);
    hear(1);
    for (const backMs of [60, 50, 1, 50, 60]) {
      await clock.advance(400);
      hear(backMs);
    }
    expect(behindMs()).toBe(1);
    for (let reply = 0; reply < 12; reply++) {
      await clock.advance(100);
      hear(reply % 3 === 0 ? 250 : 50);
    }
    expect(behindMs()).toBe(50);
    hear(1);
    expect(behindMs()).toBe(1);
  });

  it('forgets a bound within two windows, so that a slower clock is followed', async () => {
    const clock = new FakeClock();
    const store = new StoreClock(clock);
    store.learn(clock.monotonicUs(), clock.monotonicUs());
    for (let second = 1; second <= 12; second++) {
      await clock.advance(1000);
      const behindUs = second * 100;
      store.learn(clock.monotonicUs() - behindUs, clock.monotonicUs() - 10_000);
    }
    expect(clock.monotonicUs() - store.nowUs()).toBeGreaterThanOrEqual(100);
  });
});
