import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../src/kernel/clock.js';
import { StoreUnavailableError } from '../../src/kernel/errors.js';
import { Deadlines } from '../../src/redis/deadline.js';
import { FakeClock } from '../support/fake-clock.js';

interface Reply<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (err: unknown) => void;
}

function reply<T = string>(): Reply<T> {
  let resolve: (value: T) => void = () => {};
  let reject: (err: unknown) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** What became of a promise, readable at any moment. */
function outcome(promise: Promise<unknown>): { value?: unknown; error?: unknown } {
  const seen: { value?: unknown; error?: unknown } = {};
  promise.then(
    (value) => {
      seen.value = value;
    },
    (error: unknown) => {
      seen.error = error;
    },
  );
  return seen;
}

/** A clock whose process can be busy: time passes and no timer runs. */
class BusyClock extends FakeClock {
  #lostUs = 0;
  override monotonicUs(): number {
    return super.monotonicUs() + this.#lostUs;
  }
  busyFor(ms: number): void {
    this.#lostUs += ms * 1000;
  }
}

/** A clock whose turn ends, once 40 ms have passed, only when told. */
class LongTurnClock extends FakeClock {
  readonly #startUs = this.monotonicUs();
  #held: Array<() => void> = [];
  override afterTurn(run: () => void): void {
    if (this.monotonicUs() - this.#startUs >= 40_000) this.#held.push(run);
    else super.afterTurn(run);
  }
  finishTurn(): void {
    for (const run of this.#held.splice(0)) run();
  }
}

describe('Deadlines', () => {
  it('passes a reply in time on, and gives a call up at its deadline with what it waited', async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(40, clock);
    const quick = reply();
    const answered = outcome(deadlines.watch('take', quick.promise));
    const silent = outcome(deadlines.watch('join', reply().promise));
    await clock.advance(39);
    quick.resolve('ok');
    await clock.settle();
    expect(answered.value).toBe('ok');
    expect(silent.error).toBeUndefined();
    await clock.advance(1);
    expect(silent.error).toBeInstanceOf(StoreUnavailableError);
    expect(silent.error).toMatchObject({ operation: 'join', waitedMs: 40 });
    expect(deadlines.outstanding).toBe(0);
  });

  it('passes a fault of the call on as it is', async () => {
    const fault = new Error('WRONGTYPE');
    await expect(new Deadlines(40, new FakeClock()).watch('take', Promise.reject(fault))).rejects.toBe(fault);
  });

  it('tells what a late reply granted, and drops a late fault', async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(40, clock);
    const late: string[] = [];
    const [first, second] = [reply(), reply()];
    const givenUp = outcome(deadlines.watch('take', first.promise, (value) => late.push(value)));
    outcome(deadlines.watch('take', second.promise, (value) => late.push(value)));
    await clock.advance(50);
    first.resolve('granted');
    second.reject(new Error('connection closed'));
    await clock.settle();
    expect(late).toEqual(['granted']);
    expect(givenUp.error).toBeInstanceOf(StoreUnavailableError);
  });

  it('counts from the moment the wait began, whatever the order of the calls', async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(40, clock);
    const startUs = clock.monotonicUs();
    await clock.advance(20);
    const younger = outcome(deadlines.watch('take', reply().promise));
    const gathered = outcome(deadlines.watch('take', reply().promise, undefined, startUs));
    await clock.advance(20);
    expect(gathered.error).toMatchObject({ waitedMs: 40 });
    expect(younger.error).toBeUndefined();
    await clock.advance(20);
    expect(younger.error).toMatchObject({ waitedMs: 40 });
  });

  it('judges at the end of the turn, so that replies waiting in the socket come first', async () => {
    const clock = new LongTurnClock();
    const deadlines = new Deadlines(40, clock);
    const waiting = reply();
    const seen = outcome(deadlines.watch('take', waiting.promise));
    const silent = outcome(deadlines.watch('take', reply().promise));
    await clock.advance(45);
    waiting.resolve('read in this turn');
    await clock.settle();
    clock.finishTurn();
    await clock.settle();
    expect(seen).toEqual({ value: 'read in this turn' });
    expect(silent.error).toBeInstanceOf(StoreUnavailableError);
  });

  it('adds a pause of its own process to the deadline, and still blames a store that then stays silent', async () => {
    const clock = new BusyClock();
    const deadlines = new Deadlines(40, clock);
    const seen = outcome(deadlines.watch('take', reply().promise));
    clock.busyFor(30);
    await clock.advance(35);
    expect(seen.error).toBeUndefined();
    await clock.advance(10);
    expect(seen.error).toMatchObject({ code: 'STORE_UNAVAILABLE', cause: { ownFault: false } });
  });

  it('grants a pause at most one deadline more, and does not blame the store then', async () => {
    const clock = new BusyClock();
    const deadlines = new Deadlines(40, clock);
    const seen = outcome(deadlines.watch('take', reply().promise));
    clock.busyFor(500);
    await clock.advance(10);
    expect(seen.error).toMatchObject({ code: 'STORE_UNAVAILABLE', cause: { ownFault: true } });
  });

  it('declares no healthy call dead over a real pause of 60 ms, and no timer is left behind', async () => {
    const deadlines = new Deadlines(40, systemClock);
    const calls = Array.from({ length: 20 }, () => {
      const answer = new Promise<string>((resolve) => setTimeout(resolve, 5, 'ok'));
      return deadlines.watch('take', answer);
    });
    const until = performance.now() + 60;
    while (performance.now() < until);
    expect(await Promise.all(calls)).toEqual(Array(20).fill('ok'));
    expect(deadlines.outstanding).toBe(0);
  });

  it('keeps the deadline of each of thousands of calls answered in any order', async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(40, clock);
    const outcomes: Array<{ value?: unknown; error?: unknown }> = [];
    for (let i = 0; i < 3000; i++) {
      const one = reply<number>();
      outcomes.push(outcome(deadlines.watch('take', one.promise)));
      const afterMs = (i * 7919) % 80;
      if (afterMs !== 40) clock.after(afterMs, () => one.resolve(i));
      if (i % 100 === 99) await clock.advance(1);
    }
    await clock.advance(200);
    outcomes.forEach((seen, i) => {
      const inTime = (i * 7919) % 80 < 40;
      expect(inTime ? seen.value : seen.error).toEqual(inTime ? i : expect.any(StoreUnavailableError));
    });
    expect(deadlines.outstanding).toBe(0);
  });
});
