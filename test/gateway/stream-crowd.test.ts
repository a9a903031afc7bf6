import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it } from '@jest/globals';
import { GatewayBench } from '../support/gateway.js';

const bench = new GatewayBench();
let readers: Worker | null = null;
afterEach(async () => {
  await readers?.terminate();
  await bench.stopAll();
});

const PEOPLE = 2000;
const SECONDS = 5;

interface Heard {
  /** Positions heard by all of them in `SECONDS`. */
  readonly events: number;
  /** Of the readers: the fewest and the most that one of them heard. */
  readonly fewest: number;
  readonly most: number;
}

it(`tells ${PEOPLE} readers where they stand each second, in little memory and without holding the loop up`, async () => {
  const upstream = await bench.recording();
  const gateway = await bench.open(upstream.url, {
    // Slow enough that few are called while this lasts, though none of them comes: who is called hears no more positions.
    campaign: { admission: { ratePerSecond: 4, burst: 1 }, queue: { holdMs: 0, graceMs: 60_000 } },
  });
  const { context } = gateway.gateway.campaigns.get('lny')!;
  const settings = { port: gateway.port, people: PEOPLE, seconds: SECONDS, path: '/queue/lny/tickets' };
  const before = process.memoryUsage().rss;
  readers = new Worker(fileURLToPath(new URL('./stream-crowd.mjs', import.meta.url)), { workerData: settings });
  const messages: Array<(heard: Heard) => void> = [];
  readers.on('message', (heard: Heard) => messages.shift()?.(heard));
  const next = (): Promise<Heard> => new Promise((resolve) => messages.push(resolve));
  await next();
  const lag = monitorEventLoopDelay({ resolution: 5 });
  lag.enable();
  const heard = await next();
  lag.disable();
  expect(context.link.view?.tails[0]).toBeGreaterThanOrEqual(PEOPLE);
  // Everybody's position changes all the time; the round takes a second.
  expect(heard.fewest).toBeGreaterThanOrEqual(SECONDS - 2);
  expect(heard.most).toBeLessThanOrEqual(SECONDS + 2);
  // The readers live in this process, too.
  expect((process.memoryUsage().rss - before) / PEOPLE).toBeLessThan(150_000);
  expect(lag.percentile(99) / 1e6).toBeLessThan(100);
});
