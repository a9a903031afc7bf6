/**
 * A budget that runs out before a crowd, over two gateways as processes of their own. The small size is part of every
 * test run; `TEST_PEOPLE=20000 TEST_BUDGET=1000` is the size that docs/exactly-once.md reports.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayBench, gatewayYaml } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { buildGateway, disposeBuild, freePort, GatewayProcess } from './built-gateway.js';
import { GrantingService } from './granting-service.js';
import { ledgered, onRedis } from './kit.js';
import { closePeople, type Outcome, person } from './people.js';

const PEOPLE = Number(process.env.TEST_PEOPLE ?? 1200);
const BUDGET = Number(process.env.TEST_BUDGET ?? 150);
/** The whole budget in about ten seconds. */
const RATE = Math.max(30, BUDGET / 10);
const SLACK_MS = 1000;

const bench = new GatewayBench();
const redis = sharedRedis();
const folder = mkdtempSync(join(tmpdir(), 'spillway-sold-out-'));
let build = '';
beforeAll(() => {
  build = buildGateway();
}, 60_000);
afterAll(async () => {
  await bench.stopAll();
  closePeople();
  disposeBuild(build);
  rmSync(folder, { recursive: true });
});

describe(`a budget of ${BUDGET} before ${PEOPLE} people at two gateways`, () => {
  it('is granted exactly; everybody else hears of it at the next poll or the one after, and nothing goes on', async () => {
    const service = new GrantingService();
    const { url } = await bench.recording(service.respond);
    const campaign = {
      budget: { claims: BUDGET },
      admission: { ratePerSecond: RATE, burst: 20 },
      queue: { poll: { nearMs: 250, maxMs: 10_000 } },
    };
    const file = join(folder, 'spillway.yaml');
    writeFileSync(
      file,
      gatewayYaml(url, { ...ledgered({}, { timeoutMs: 20_000 }, campaign), ...onRedis(redis().url) }),
    );
    const gateways = [
      new GatewayProcess(build, file, await freePort()),
      new GatewayProcess(build, file, await freePort()),
    ];
    try {
      await Promise.all(gateways.map((gateway) => gateway.start()));
      const ports = gateways.map(({ port }) => port);
      const outcomes = await Promise.all(Array.from({ length: PEOPLE }, (_, i) => person(ports, `user-${i}`, i)));
      report(outcomes, service);
      expect(service).toMatchObject({ received: BUDGET, granted: BUDGET });
      expect(outcomes.filter(({ end }) => end === 'granted')).toHaveLength(BUDGET);
      for (const { end, atMs, lastPollMs } of others(outcomes)) {
        expect(['SOLD_OUT', 'sold-out']).toContain(end);
        expect(atMs - service.lastGrantMs).toBeLessThan(2 * lastPollMs + SLACK_MS);
      }
      expect(service.lastArrivalMs).toBeLessThan(service.lastGrantMs + SLACK_MS);
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.kill()));
    }
  }, 400_000);
});

const others = (outcomes: readonly Outcome[]): Outcome[] => outcomes.filter(({ end }) => end !== 'granted');

/** What the documentation says of the full size. */
function report(outcomes: readonly Outcome[], service: GrantingService): void {
  if (process.env.TEST_PEOPLE === undefined) return;
  const late = others(outcomes).map(({ atMs, lastPollMs }) => ({
    ms: atMs - service.lastGrantMs,
    spare: 2 * lastPollMs + SLACK_MS - (atMs - service.lastGrantMs),
  }));
  const facts = {
    granted: service.granted,
    received: service.received,
    lastHeardAfterMs: Math.round(Math.max(...late.map(({ ms }) => ms))),
    leastToSpareMs: Math.round(Math.min(...late.map(({ spare }) => spare))),
    handedOverAfterMs: Math.round(service.lastArrivalMs - service.lastGrantMs),
    requests: outcomes.reduce((sum, { requests }) => sum + requests, 0),
  };
  process.stdout.write(`${JSON.stringify(facts)}\n`);
}
