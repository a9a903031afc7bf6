/** A gateway that is killed without warning, again and again, in the middle of claims. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openClaimsAudit } from '../../src/compose-audit.js';
import { loadConfig } from '../../src/config/load.js';
import { GatewayBench, gatewayYaml } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { buildGateway, disposeBuild, freePort, GatewayProcess } from './built-gateway.js';
import { ledgered, onRedis, pause, until } from './kit.js';
import { closePeople, person } from './people.js';

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

describe('two gateways, one of which is killed every second', () => {
  it('grant every claimant once, with one answer, and leave no entry open', async () => {
    const service = await bench.sample({ serviceMs: 120, parallel: 100, crashAbove: 5000 });
    const pace = { admission: { ratePerSecond: 50, burst: 5 }, queue: { poll: { nearMs: 200, maxMs: 1000 } } };
    const settings = {
      ...ledgered({}, { timeoutMs: 1000, concurrency: { limit: 30 } }, pace),
      ...onRedis(redis().url),
    };
    const file = join(folder, 'spillway.yaml');
    writeFileSync(file, gatewayYaml(service.url, settings));
    const gateways = [];
    for (let i = 0; i < 2; i++) gateways.push(new GatewayProcess(build, file, await freePort()));
    try {
      await Promise.all(gateways.map((gateway) => gateway.start()));
      const ports = gateways.map(({ port }) => port);
      let going = true;
      const people = Promise.all(Array.from({ length: 250 }, (_, i) => person(ports, `user-${i}`, i)));
      const killing = (async () => {
        let kills = 0;
        for (; going; kills++) {
          await pause(1000);
          await gateways[1]!.kill();
          await gateways[1]!.start();
        }
        return kills;
      })();
      const outcomes = await people;
      going = false;
      expect(await killing).toBeGreaterThanOrEqual(3);
      expect(outcomes.every(({ end }) => end === 'granted')).toBe(true);
      expect(service.stats()).toMatchObject({ granted: 250, grantedTwice: 0 });
      const again = await Promise.all(outcomes.map(({ user }, i) => person(ports, user, i + 1)));
      for (const [i, { body }] of again.entries()) expect(JSON.parse(body)).toEqual(JSON.parse(outcomes[i]!.body));
      expect(service.stats().granted).toBe(250);
      const opened = await openClaimsAudit(loadConfig({ file, env: {} }), 'lny');
      try {
        await until(async () => (await opened.audit.figures()).inFlight === 0);
        expect(await opened.audit.figures()).toMatchObject({ granted: 250, unknown: 0, losses: 0 });
      } finally {
        await opened.close();
      }
    } finally {
      await Promise.all(gateways.map((gateway) => gateway.kill()));
    }
  }, 90_000);
});
