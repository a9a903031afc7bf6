import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../../src/kernel/logger.js';
import type { ToPrimary, ToWorker, WorkerProcess } from '../../src/lifecycle/worker-messages.js';
import { WorkerPool } from '../../src/lifecycle/worker-pool.js';
import { FakeClock } from '../support/fake-clock.js';

/** A process that does what the test says. */
class FakeWorker implements WorkerProcess {
  readonly told: ToWorker[] = [];
  #hear: (message: ToPrimary) => void = () => {};
  #exit: (end: number | string) => void = () => {};

  constructor(readonly pid: number) {}

  tell(message: ToWorker): void {
    this.told.push(message);
  }
  onMessage(listener: (message: ToPrimary) => void): void {
    this.#hear = listener;
  }
  onExit(listener: (end: number | string) => void): void {
    this.#exit = listener;
  }
  says(...messages: ToPrimary[]): void {
    for (const message of messages) this.#hear(message);
  }
  ends(end: number | string): void {
    this.#exit(end);
  }
  get stops(): number {
    return this.told.filter(({ kind }) => kind === 'stop').length;
  }
}

const READY: ToPrimary = { kind: 'ready', port: 8080 };
const PLAN = { configText: 'a', files: new Map([['/key', Buffer.from('s')]]), count: 2 };

describe('the workers of a machine', () => {
  let clock: FakeClock;
  let forked: FakeWorker[];
  let departed: unknown[];
  let drains: number;
  let pool: WorkerPool;

  beforeEach(() => {
    clock = new FakeClock();
    forked = [];
    departed = [];
    drains = 0;
    pool = new WorkerPool({
      fork: () => {
        const worker = new FakeWorker(100 + forked.length);
        forked.push(worker);
        return worker;
      },
      adminPathOf: (worker) => `/${worker}.sock`,
      onDrain: () => drains++,
      onDeparted: (metrics) => departed.push(metrics),
      clock,
      random: () => 0.5,
      logger: createLogger('silent'),
    });
  });

  async function begun(plan = PLAN): Promise<void> {
    const from = forked.length;
    const begin = pool.begin(plan);
    await clock.settle();
    for (const worker of forked.slice(from)) worker.says({ kind: 'hello' }, READY);
    expect(await begin).toEqual({ kind: 'ready', port: 8080 });
  }

  it('are told what to serve when they say that they listen, and are begun when each is ready', async () => {
    let done = false;
    const begin = pool.begin(PLAN).then(() => {
      done = true;
    });
    await clock.settle();
    expect(forked[0]!.told).toEqual([]);
    forked[0]!.says({ kind: 'hello' }, READY);
    expect(forked[0]!.told).toEqual([
      { kind: 'begin', worker: 1, configText: 'a', files: { '/key': 'cw==' }, adminPath: '/1.sock' },
    ]);
    await clock.settle();
    expect(done).toBe(false);
    forked[1]!.says({ kind: 'hello' }, READY);
    await begin;
    expect(pool.workers.map(({ state }) => state)).toEqual(['ready', 'ready']);
  });

  it('are started again when one ends by itself, later and later while it does not live', async () => {
    await begun();
    for (const pauseMs of [100, 200, 400]) {
      const before = forked.length;
      forked.at(-1)!.ends('SIGSEGV');
      await clock.advance(pauseMs - 1);
      expect(forked.length).toBe(before);
      await clock.advance(1);
      expect(forked.length).toBe(before + 1);
      forked.at(-1)!.says({ kind: 'hello' }, READY);
    }
    await clock.advance(10_000);
    forked.at(-1)!.ends(1);
    await clock.advance(0);
    expect(forked.length).toBe(6);
    expect(forked[0]!.stops).toBe(0);
  });

  it('drain only when all of those that take over are ready', async () => {
    await begun();
    const begin = pool.begin({ ...PLAN, configText: 'b' });
    await clock.settle();
    forked[2]!.says({ kind: 'hello' }, READY);
    await clock.settle();
    expect([forked[0]!.stops, forked[1]!.stops]).toEqual([0, 0]);
    forked[3]!.says({ kind: 'hello' }, READY);
    await begin;
    expect(forked.map(({ stops }) => stops)).toEqual([1, 1, 0, 0]);
    forked[0]!.ends(0);
    await clock.advance(10_000);
    expect(forked.length).toBe(4);
  });

  it('stay when one of those that were to take over cannot start', async () => {
    await begun();
    const begin = pool.begin({ ...PLAN, configText: 'b' });
    await clock.settle();
    forked[2]!.says({ kind: 'hello' }, READY);
    forked[3]!.says({ kind: 'hello' }, { kind: 'failed', problem: 'The port is taken.' });
    forked[3]!.ends(1);
    expect(await begin).toEqual({ kind: 'failed', problem: 'The port is taken.' });
    expect(forked.map(({ stops }) => stops)).toEqual([0, 0, 1, 0]);
    forked[2]!.ends(0);
    forked[0]!.ends(1);
    await clock.advance(10_000);
    expect(forked.length).toBe(5);
    forked[4]!.says({ kind: 'hello' });
    expect(forked[4]!.told).toMatchObject([{ kind: 'begin', configText: 'a' }]);
  });

  it('are all told to stop, once a signal; the worst status is the whole status', async () => {
    await begun();
    const stop = pool.stop();
    void pool.stop();
    expect(forked.map(({ stops }) => stops)).toEqual([2, 2]);
    forked[0]!.ends(0);
    forked[1]!.ends(1);
    expect(await stop).toBe(1);
    await clock.advance(10_000);
    expect(forked.length).toBe(2);
  });

  it('say what they counted last before they go, and pass on that an operator wants them to drain', async () => {
    await begun();
    forked[0]!.says({ kind: 'drain' }, { kind: 'farewell', metrics: [] });
    forked[0]!.ends(0);
    expect([drains, departed]).toEqual([1, [[]]]);
  });

  it('are left out of a report when they do not answer within a second', async () => {
    await begun();
    const reports = pool.reports();
    const asked = forked[1]!.told.at(-1) as Extract<ToWorker, { kind: 'report' }>;
    const readiness = { ready: true, state: 'ready', configured: true, listening: true, details: {} } as const;
    forked[1]!.says({ kind: 'reported', id: asked.id, report: { metrics: [], readiness } });
    await clock.advance(1000);
    expect((await reports).map(({ worker }) => worker.number)).toEqual([2]);
  });
});
