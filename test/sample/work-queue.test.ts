import { describe, expect, it } from '@jest/globals';
import { WorkQueue, type WorkQueueOptions } from '../../src/sample/work-queue.js';
import { FakeClock } from '../support/fake-clock.js';

const CALM: WorkQueueOptions = { serviceMs: 50, parallel: 2, crashAbove: 10, slowdown: 0 };

function setUp(options: Partial<WorkQueueOptions> = {}) {
  const clock = new FakeClock();
  const queue = new WorkQueue({ ...CALM, ...options }, clock);
  const startUs = clock.monotonicUs();
  const endedMs: number[] = [];
  const submit = (extraMs = 0) => queue.submit(extraMs, () => endedMs.push((clock.monotonicUs() - startUs) / 1000));
  return { clock, queue, endedMs, submit };
}

describe('WorkQueue', () => {
  it('serves `parallel` jobs at a time and lets the others wait in order', async () => {
    const { clock, queue, endedMs, submit } = setUp();
    for (let i = 0; i < 5; i++) submit();
    expect(queue.inFlight).toBe(5);
    await clock.advance(200);
    expect(endedMs).toEqual([50, 50, 100, 100, 150]);
    expect(queue.inFlight).toBe(0);
  });

  it('adds the extra time of a job to that job alone', async () => {
    const { clock, endedMs, submit } = setUp();
    submit(30);
    submit();
    await clock.advance(200);
    expect(endedMs).toEqual([50, 80]);
  });

  it('takes 1 + `slowdown` times as long at the edge of falling, and the square of it on the way', async () => {
    const { clock, endedMs, submit } = setUp({ slowdown: 8, parallel: 1, crashAbove: 5 });
    for (let i = 0; i < 5; i++) submit();
    await clock.advance(1000);
    // Started with 1, 4, 3, 2 and 1 in flight: 0, 3/4, 2/4, 1/4 and 0 of the way to the edge.
    const tookMs = endedMs.map((ms, i) => ms - (endedMs[i - 1] ?? 0));
    expect(tookMs).toEqual([50, 275, 150, 75, 50]);
  });

  it('keeps its pace when timers come late', async () => {
    const { clock, endedMs, submit } = setUp({ parallel: 1 });
    for (let i = 0; i < 4; i++) submit();
    const lateClock = clock.after.bind(clock);
    clock.after = (delayMs, run) => lateClock(delayMs + 3, run);
    await clock.advance(300);
    expect(endedMs).toEqual([50, 103, 153, 203]);
  });

  it('falls over on one job more than `crashAbove` and loses all', async () => {
    const { clock, queue, endedMs, submit } = setUp();
    for (let i = 0; i < 10; i++) expect(submit()).toBe('taken');
    expect(submit()).toBe('fell');
    expect(queue.inFlight).toBe(0);
    await clock.advance(1000);
    expect(endedMs).toEqual([]);
  });

  it('serves again after a fall, undisturbed by the jobs that were lost', async () => {
    const { clock, endedMs, submit } = setUp();
    for (let i = 0; i < 11; i++) submit();
    await clock.advance(20);
    submit();
    await clock.advance(500);
    expect(endedMs).toEqual([70]);
  });

  it('ends nothing while frozen, and what was due meanwhile right after', async () => {
    const { clock, queue, endedMs, submit } = setUp();
    submit();
    await clock.advance(10);
    queue.freeze(1000);
    submit();
    submit();
    await clock.advance(1009);
    // The two at the desk end with the thaw; the third is served from then on.
    expect(endedMs).toEqual([1010, 1010]);
    await clock.advance(100);
    expect(endedMs).toEqual([1010, 1010, 1060]);
  });
});
