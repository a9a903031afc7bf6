/** A crowd whose gateways lose their Redis: killed, frozen, emptied, cut off, slow. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { buildGateway, disposeBuild } from '../claims/built-gateway.js';
import { pause } from '../claims/kit.js';
import { type RedisServer, startRedis } from '../support/redis-server.js';
import { tell } from '../support/redis-topologies.js';
import { expectServed, longestPauseMs, normalMs } from './crowd-figures.js';
import { SIZE } from './crowd-size.js';
import { CrowdStage, LEDGER, type StageOptions, type Strike } from './crowd-stage.js';
import { LinkProxy } from './link-proxy.js';

jest.setTimeout(180_000);

let build: string;
let redis: RedisServer;
let link: LinkProxy;
let stage: CrowdStage | undefined;
beforeAll(() => {
  build = buildGateway();
});
afterAll(() => disposeBuild(build));
afterEach(async () => {
  redis.thaw();
  await stage?.clear();
  await link.stop();
  await redis.stop();
});

async function set(options: Partial<StageOptions>, deadlineMs: number = SIZE.deadlineMs): Promise<CrowdStage> {
  redis = await startRedis({ appendonly: true, args: ['--appendfsync', 'everysec'] });
  link = await LinkProxy.before(redis.port, Math.random);
  stage = await CrowdStage.set(build, { gateways: 2, ...options, store: { url: link.url, deadlineMs } });
  return stage;
}

const killed = async (): Promise<undefined> => {
  await redis.kill();
  await pause(SIZE.faultMs);
  await redis.start();
};
const frozen = async (): Promise<undefined> => {
  redis.freeze();
  await pause(SIZE.faultMs);
  redis.thaw();
};
const cutOff = async (): Promise<undefined> => {
  link.partitioned = true;
  await pause(SIZE.faultMs);
  link.partitioned = false;
};

const FAULTS: ReadonlyArray<readonly [string, Strike]> = [
  ['Redis killed, started again', killed],
  ['Redis frozen', frozen],
  ['Redis cut off, and nobody told', cutOff],
];
const POLICIES: ReadonlyArray<readonly [string, Partial<StageOptions>]> = [
  ['a ledger, so closed', LEDGER],
  ['local', {}],
];
const DEADLINES: ReadonlyArray<readonly [string, number]> = [
  ['a deadline of 500 ms: the store is used', 500],
  ['a deadline of 40 ms: the policy holds', 40],
];
/** The matrix has the others with a crowd as small as here. */
const chosen = <T>(rows: readonly T[]): readonly T[] => (SIZE.measured ? rows : rows.slice(0, 1));

describe.each(chosen(FAULTS))('%s', (fault, strike) => {
  it.each(chosen(POLICIES))('%s: everybody is served, none twice, never over the door', async (policy, options) => {
    const run = await (await set(options)).run(strike);
    expectServed(`${fault}; ${policy}`, run);
    if (!SIZE.measured) return;
    expect(run.witness.ownUs.maxValue / 1000).toBeLessThanOrEqual(SIZE.deadlineMs + SIZE.holdMs + 50);
    expect(normalMs(run)).toBeLessThanOrEqual(3000);
  });
});

describe('Redis emptied (FLUSHALL) while people join', () => {
  it('who keeps a ticket keeps the place, no number is given out twice, nothing is minted', async () => {
    const run = await (await set(LEDGER)).run(async () => {
      await tell(redis.port, 'flushall');
      return undefined;
    });
    expectServed('Redis emptied (FLUSHALL) while people join', run);
    if (SIZE.measured) expect(run.report.fairness).toBeGreaterThanOrEqual(0.98);
  });
});

describe('5 % loss and 100 ms latency to Redis', () => {
  const lossy = async (): Promise<undefined> => {
    link.latencyMs = 50;
    link.loss = 0.05;
    await pause(2 * SIZE.faultMs);
    link.latencyMs = 0;
    link.loss = 0;
  };
  it.each(chosen(DEADLINES))('%s; nothing collapses', async (what, deadlineMs) => {
    const run = await (await set({}, deadlineMs)).run(lossy);
    // When the way becomes shorter, what left late meets what leaves on time.
    expectServed(`5 % loss, 100 ms latency to Redis; ${what}`, run, { overBy: 0.1 * SIZE.ratePerSecond });
    if (SIZE.measured && deadlineMs > 100) expect(longestPauseMs(run)).toBeLessThanOrEqual(3000);
  });
});
