/** A crowd whose gateways go: killed one after another without warning, and replaced in an orderly way. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { buildGateway, disposeBuild } from '../claims/built-gateway.js';
import { pause } from '../claims/kit.js';
import { sharedRedis } from '../support/redis-server.js';
import { expectServed } from './crowd-figures.js';
import { SIZE } from './crowd-size.js';
import { CrowdStage, LEDGER, type StageOptions } from './crowd-stage.js';

jest.setTimeout(180_000);

const redis = sharedRedis();
let build: string;
let stage: CrowdStage;
beforeAll(() => {
  build = buildGateway();
});
afterAll(() => disposeBuild(build));
afterEach(() => stage.clear());

async function set(keyPrefix: string, options: StageOptions): Promise<void> {
  stage = await CrowdStage.set(build, { ...options, store: { url: redis().url, keyPrefix } });
}

describe('Three gateways', () => {
  it('of which one is killed every two seconds: everybody is served, never over the door, nobody granted twice', async () => {
    await set('killed', { gateways: 3, store: {}, ...LEDGER });
    const kills = SIZE.measured ? 6 : 2;
    const run = await stage.run(async () => {
      for (let kill = 0; kill < kills; kill++) {
        const [at, sinceMs] = [kill % 3, performance.now()];
        await stage.gateways[at]!.kill();
        await stage.start(at);
        await pause(Math.max(0, (SIZE.measured ? 2000 : 500) - (performance.now() - sinceMs)));
      }
      return undefined;
    });
    expectServed('3 gateways, one killed each 2 s', run, { more: { kills } });
    expect(run.report.upstream!.grantedTwice).toBe(0);
  });
});

describe('A rolling restart of two gateways behind a balancer that asks for readiness', () => {
  it('fails not one claim', async () => {
    await set('rolling', { gateways: 2, store: {}, server: { leaveMs: 500 } });
    const ready = [true, true];
    const asking = setInterval(() => {
      for (const [i, { adminUrl }] of stage.gateways.entries()) {
        void fetch(`${adminUrl}/readyz`).then(
          ({ ok }) => (ready[i] = ok),
          () => (ready[i] = false),
        );
      }
    }, 100);
    const run = await stage.run(async () => {
      stage.isIn = (gateway) => ready[gateway]!;
      for (const i of [0, 1]) {
        stage.gateways[i]!.signal('SIGTERM');
        expect(await stage.gateways[i]!.ended).toBe(0);
        await stage.start(i);
      }
      return undefined;
    });
    clearInterval(asking);
    const failed = [...run.witness.failed.values()].reduce((sum, count) => sum + count, 0);
    expectServed('rolling restart of two gateways', run, { more: { failed } });
    expect([...run.witness.failed]).toEqual([]);
  });
});
