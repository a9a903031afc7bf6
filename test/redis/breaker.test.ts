import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type BreakerState, StoreBreaker } from '../../src/redis/breaker.js';
import { FakeClock } from '../support/fake-clock.js';

const OPTIONS = { failuresToOpen: 3, pauseMs: 100, maxPauseMs: 400 };

/** A breaker over a store that is up or down, or says nothing until told. */
function setUp(random = () => 0.5) {
  const clock = new FakeClock();
  const store = { up: true, silent: false, probesAtMs: [] as number[] };
  let answer: (answered: boolean) => void = () => {};
  const probe = (): Promise<unknown> => {
    store.probesAtMs.push(clock.wallMs() - startMs);
    if (!store.silent) return store.up ? Promise.resolve('PONG') : Promise.reject(new Error('down'));
    return new Promise((resolve, reject) => {
      answer = (answered) => (answered ? resolve('PONG') : reject(new Error('down')));
    });
  };
  const startMs = clock.wallMs();
  const breaker = new StoreBreaker(probe, clock, random, OPTIONS);
  const changes: string[] = [];
  breaker.onChange((state, reason) => changes.push(`${state}: ${reason}`));
  return { breaker, clock, store, changes, answer: (answered: boolean) => answer(answered) };
}

function fail(breaker: StoreBreaker, times: number): void {
  for (let i = 0; i < times; i++) breaker.failed(breaker.pass() ?? 0);
}

describe('StoreBreaker', () => {
  it('opens at the third failure in a row; a success in between starts the count again', () => {
    const { breaker } = setUp();
    fail(breaker, 2);
    breaker.succeeded(breaker.pass() ?? 0);
    fail(breaker, 2);
    expect(breaker.state).toBe('closed');
    fail(breaker, 1);
    expect(breaker.state).toBe('open');
    expect(breaker.pass()).toBeNull();
  });

  it('opens at once when the connection is lost, and closes when a probe is answered', async () => {
    const { breaker, clock, changes, store } = setUp();
    breaker.connectionLost();
    expect(breaker.pass()).toBeNull();
    await clock.advance(99);
    expect(store.probesAtMs).toEqual([]);
    await clock.advance(1);
    expect(changes).toEqual(['open: connection-lost', 'half-open: pause-over', 'closed: probe-answered']);
    expect(breaker.pass()).not.toBeNull();
  });

  it('doubles its pause with every failed probe up to the longest, and begins anew after a success', async () => {
    const { breaker, clock, store } = setUp();
    store.up = false;
    breaker.connectionLost();
    await clock.advance(1600);
    expect(store.probesAtMs).toEqual([100, 300, 700, 1100, 1500]);
    store.up = true;
    await clock.advance(400);
    expect(breaker.state).toBe('closed');
    store.up = false;
    breaker.connectionLost();
    await clock.advance(100);
    expect(store.probesAtMs.at(-1)).toBe(2000 + 100);
  });

  it('lets nobody but one probe through while half-open', async () => {
    const { breaker, clock, store, answer } = setUp();
    store.silent = true;
    breaker.connectionLost();
    await clock.advance(5000);
    expect(breaker.state).toBe('half-open');
    expect(store.probesAtMs).toEqual([100]);
    expect(breaker.pass()).toBeNull();
    answer(true);
    await clock.settle();
    expect(breaker.state).toBe('closed');
  });

  it('ignores a probe that is answered after its connection was lost', async () => {
    const { breaker, clock, store, answer } = setUp();
    store.silent = true;
    breaker.connectionLost();
    await clock.advance(100);
    breaker.connectionLost();
    answer(true);
    await clock.settle();
    expect(breaker.state).toBe('open');
  });

  it('ignores what calls of an earlier closed time report', async () => {
    const { breaker, clock } = setUp();
    const old = breaker.pass() ?? 0;
    breaker.connectionLost();
    await clock.advance(100);
    expect(breaker.state).toBe('closed');
    for (let i = 0; i < 10; i++) breaker.failed(old);
    expect(breaker.state).toBe('closed');
    fail(breaker, 2);
    breaker.succeeded(old);
    fail(breaker, 1);
    expect(breaker.state).toBe('open');
  });

  it('moves its pauses by up to a quarter, so that gateways do not probe in step', async () => {
    const early = setUp(() => 0);
    const late = setUp(() => 0.999999);
    for (const one of [early, late]) {
      one.breaker.connectionLost();
      await one.clock.advance(200);
    }
    expect(early.store.probesAtMs).toEqual([75]);
    expect(late.store.probesAtMs[0]).toBeGreaterThanOrEqual(124);
  });

  it('sends no probe after it was stopped', async () => {
    const { breaker, clock, store } = setUp();
    breaker.connectionLost();
    breaker.stop();
    await clock.advance(1000);
    expect(store.probesAtMs).toEqual([]);
  });

  it('follows its state machine whatever happens, gives passes only while closed, and always recovers', async () => {
    const allowed = new Set(['closed open', 'open half-open', 'half-open closed', 'half-open open']);
    const step = fc.oneof(
      fc.constantFrom('succeed', 'fail', 'lose', 'store up', 'store down').map((kind) => ({ kind, ms: 0 })),
      fc.integer({ min: 1, max: 300 }).map((ms) => ({ kind: 'advance', ms })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const { breaker, clock, store } = setUp();
        let last: BreakerState = 'closed';
        breaker.onChange((state) => {
          expect(allowed).toContain(`${last} ${state}`);
          last = state;
        });
        const passes: number[] = [];
        for (const { kind, ms } of steps) {
          const pass = breaker.pass();
          expect(pass !== null).toBe(breaker.state === 'closed');
          if (pass !== null) passes.push(pass);
          const one = passes[Math.floor(passes.length / 2)] ?? 0;
          if (kind === 'succeed') breaker.succeeded(one);
          if (kind === 'fail') breaker.failed(pass ?? one);
          if (kind === 'lose') breaker.connectionLost();
          if (kind === 'store up') store.up = true;
          if (kind === 'store down') store.up = false;
          if (kind === 'advance') await clock.advance(ms);
        }
        store.up = true;
        await clock.advance(OPTIONS.maxPauseMs * 1.25);
        expect(breaker.state).toBe('closed');
      }),
      { numRuns: 200 },
    );
  });
});
