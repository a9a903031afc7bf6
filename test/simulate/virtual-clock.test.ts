import { describe, expect, it } from '@jest/globals';
import { DelayLine, type Passing } from '../../src/simulate/delay-line.js';
import { VirtualClock } from '../../src/simulate/virtual-clock.js';

const NEVER = () => false;

describe('VirtualClock', () => {
  it('runs timers by their time, and as they were set where that is the same', async () => {
    const clock = new VirtualClock(1000);
    const ran: string[] = [];
    for (const [name, ms] of [
      ['c', 30],
      ['a', 10],
      ['b', 10],
      ['d', 5000],
    ] as const) {
      clock.after(ms, () => ran.push(`${name} ${clock.wallMs()}`));
    }
    clock.after(20, () => ran.push('cancelled')).cancel();
    await clock.runUntil(NEVER);
    expect(ran).toEqual(['a 1010', 'b 1010', 'c 1030', 'd 6000']);
  });

  it('hears what a turn set off, promises too, before time goes on', async () => {
    const clock = new VirtualClock(0);
    const ran: string[] = [];
    clock.after(5, () =>
      clock.afterTurn(() => {
        void (async () => {
          for (let i = 0; i < 3; i++) await Promise.resolve();
          clock.afterTurn(() => ran.push(`turn ${clock.wallMs()}`));
        })();
      }),
    );
    clock.after(8, () => ran.push(`timer ${clock.wallMs()}`));
    await clock.runUntil(NEVER);
    expect(ran).toEqual(['turn 5', 'timer 8']);
  });

  it('stops when it is over', async () => {
    const clock = new VirtualClock(0);
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      clock.after(100, tick);
    };
    tick();
    await clock.runUntil(() => ticks === 4);
    expect([ticks, clock.wallMs()]).toEqual([4, 300]);
  });
});

describe('DelayLine', () => {
  it('lets everything out in order, each after the same delay', async () => {
    const clock = new VirtualClock(0);
    const line = new DelayLine<Passing>(clock, 10);
    const came: string[] = [];
    for (const ms of [0, 3, 3, 9, 40]) {
      const out = (): void => void came.push(`${ms}→${clock.wallMs()}`);
      clock.after(ms, () => line.pass({ outUs: 0, out }));
    }
    await clock.runUntil(NEVER);
    expect(came).toEqual(['0→10', '3→13', '3→13', '9→19', '40→50']);
  });
});
