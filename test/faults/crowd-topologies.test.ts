/** A crowd whose Redis moves: a failover by Sentinel, one in a Cluster, and a slot that goes to another master. */
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { buildGateway, disposeBuild } from '../claims/built-gateway.js';
import {
  eventually,
  moveSlot,
  type RedisCluster,
  type Sentinels,
  startCluster,
  startSentinels,
  tell,
} from '../support/redis-topologies.js';
import { expectServed, nextClaimMs } from './crowd-figures.js';
import { SIZE } from './crowd-size.js';
import { CrowdStage, LEDGER } from './crowd-stage.js';

jest.setTimeout(180_000);

let build: string;
let stage: CrowdStage | undefined;
beforeAll(() => {
  build = buildGateway();
});
afterAll(() => disposeBuild(build));
afterEach(async () => {
  await stage?.clear();
  stage = undefined;
});

async function set(store: Record<string, unknown>): Promise<CrowdStage> {
  stage = await CrowdStage.set(build, { gateways: 2, ...LEDGER, store });
  return stage;
}

async function promoted(port: number): Promise<undefined> {
  await eventually('the replica is a master', async () =>
    JSON.stringify(await tell(port, 'role')).startsWith('["master"'),
  );
  return undefined;
}

describe('Sentinel', () => {
  let sentinels: Sentinels;
  beforeAll(async () => {
    sentinels = await startSentinels();
  }, 60_000);
  afterAll(() => sentinels.stop());

  it('fails over: claims go on within 3 s, and nobody is granted twice', async () => {
    const { name, nodes, master, replica } = sentinels;
    const run = await (await set({ url: 'redis://127.0.0.1', sentinel: { name, nodes } })).run(async () => {
      await master.kill();
      return promoted(replica.port);
    });
    expectServed('Sentinel fails over', run);
    expect(run.report.upstream!.grantedTwice).toBe(0);
    if (SIZE.measured) expect(nextClaimMs(run)).toBeLessThanOrEqual(3000);
  });
});

describe('a Cluster', () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster('incentives');
  }, 60_000);
  afterAll(() => cluster.stop());

  it('moves a slot under load: claims go on, and nobody is granted twice', async () => {
    const run = await (await set({ cluster: cluster.nodes, keyPrefix: 'moving' })).run(async () => {
      await moveSlot(cluster, cluster.owner, cluster.other, 1000);
      return undefined;
    });
    expectServed('Cluster: a slot moves to another master', run);
    expect(run.report.upstream!.grantedTwice).toBe(0);
    if (SIZE.measured) expect(nextClaimMs(run)).toBeLessThanOrEqual(3000);
    await moveSlot(cluster, cluster.other, cluster.owner, 1000);
  });

  it('loses a master: claims go on within 3 s of the promotion, and nobody is granted twice', async () => {
    const run = await (await set({ cluster: cluster.nodes, keyPrefix: 'killed' })).run(async () => {
      await cluster.owner.kill();
      return promoted(cluster.replica.port);
    });
    expectServed('Cluster: a master is killed', run);
    expect(run.report.upstream!.grantedTwice).toBe(0);
    if (SIZE.measured) expect(nextClaimMs(run)).toBeLessThanOrEqual(3000);
  });
});
