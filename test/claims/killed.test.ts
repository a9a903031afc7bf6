/**
 * A gateway that is killed without warning, again and again, in the middle of claims. The small size is part of every
 * test run; `TEST_KILL_SECONDS=20` is the size that docs/exactly-once.md reports: 300 people, eight claims each.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openClaimsAudit } from '../../src/compose/audit.js';
import { loadConfig } from '../../src/config/load.js';
import { GatewayBench, gatewayYaml } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { buildGateway, disposeBuild, freePort, GatewayProcess } from './built-gateway.js';
import { GrantingService } from './granting-service.js';
import { ledgered, onRedis, pause } from './kit.js';
import { closePeople, person } from './people.js';

const SECONDS = Number(process.env.TEST_KILL_SECONDS ?? 3);
const PEOPLE = 15 * SECONDS;
const CLAIMS_EACH = 8;

const bench = new GatewayBench();
const redis = sharedRedis();
const folder = mkdtempSync(join(tmpdir(), 'spillway-killed-'));
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

describe(`three gateways, one of which is killed every second for ${SECONDS} s`, () => {
  it('grant every claimant once, with one answer to all simultaneous claims, and leave no entry open', async () => {
    const service = new GrantingService(200);
    const { url } = await bench.recording(service.respond);
    const pace = {
      admission: { ratePerSecond: PEOPLE / SECONDS, burst: 5 },
      queue: { poll: { nearMs: 250, maxMs: 2000 } },
    };
    const settings = { ...ledgered({}, { timeoutMs: 3000 }, pace), ...onRedis(redis().url) };
    const file = join(folder, 'spillway.yaml');
    writeFileSync(file, gatewayYaml(url, settings));
    const gateways: GatewayProcess[] = [];
    for (let at = 0; at < 3; at++) gateways.push(new GatewayProcess(build, file, await freePort()));
    try {
      await Promise.all(gateways.map((gateway) => gateway.start()));
      const ports = gateways.map(({ port }) => port);
      const killing = killEverySecond(gateways.slice(1));
      const claims = Array.from({ length: PEOPLE * CLAIMS_EACH }, (_, i) =>
        person(ports, `user-${Math.floor(i / CLAIMS_EACH)}`, i),
      );
      const outcomes = await Promise.all(claims);
      const kills = await killing.stop();
      expect(kills).toBeGreaterThanOrEqual(2);
      expect(outcomes.every(({ end }) => end === 'granted')).toBe(true);
      expect(service.granted).toBe(PEOPLE);
      const answers = new Map<string, Set<string>>();
      for (const { user, body } of outcomes) answers.set(user, (answers.get(user) ?? new Set()).add(body));
      expect([...answers.values()].every(({ size }) => size === 1)).toBe(true);
      const again = await Promise.all([...answers.keys()].map((user, i) => person(ports, user, i)));
      for (const { user, body } of again) expect(answers.get(user)).toEqual(new Set([body]));
      expect(service.granted).toBe(PEOPLE);
      const opened = await openClaimsAudit(loadConfig({ file, env: {} }), 'lny');
      try {
        // Of attempts that were killed nothing is in flight for longer than their lease.
        await until(async () => (await opened.desk.figures()).inFlight === 0, 10_000);
        const figures = await opened.desk.figures();
        expect(figures).toMatchObject({ granted: PEOPLE, unknown: 0, losses: 0 });
        report({ kills, received: service.received, repeated: service.received - PEOPLE, ...figures });
      } finally {
        await opened.close();
      }
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.kill()));
    }
  }, 300_000);
});

/** By turns: one that was killed has until its next turn to come back. */
function killEverySecond(gateways: readonly GatewayProcess[]): { stop(): Promise<number> } {
  let going = true;
  const back = gateways.map(() => Promise.resolve());
  const killing = (async () => {
    let kills = 0;
    for (; going; kills++) {
      const turn = kills % gateways.length;
      await Promise.all([pause(1000), back[turn]]);
      await gateways[turn]!.kill();
      back[turn] = gateways[turn]!.start();
    }
    await Promise.all(back);
    return kills;
  })();
  return {
    stop: () => {
      going = false;
      return killing;
    },
  };
}

/** What the documentation says of the full size. */
function report(facts: Record<string, unknown>): void {
  if (process.env.TEST_KILL_SECONDS !== undefined) process.stdout.write(`${JSON.stringify(facts)}\n`);
}
