/** Gateways whose campaign is kept in lanes: on one Redis, and on a Cluster of three masters that loses some. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from 'ioredis';
import { laneOf } from '../../src/admission/lane.js';
import { laneTag } from '../../src/redis/keys.js';
import { GrantingService } from '../claims/granting-service.js';
import { ledgered } from '../claims/kit.js';
import { claim, send } from '../gateway/client.js';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import type { RedisServer } from '../support/redis-server.js';
import { moveSlot, type RedisCluster, startCluster, tell } from '../support/redis-topologies.js';
import { until } from '../support/until.js';

const LANES = 12;
const LIMITS = [{ name: 'per-user', capacity: 2, refillPerSecond: 0.001 }];
const bench = new GatewayBench();
afterEach(() => bench.stopAll());

describe('Lanes on a Redis Cluster', () => {
  let cluster: RedisCluster;
  let client: Cluster;
  /** Masters by lane. */
  let masters: RedisServer[];

  beforeAll(async () => {
    cluster = await startCluster('incentives');
    client = new Cluster([...cluster.nodes]);
    client.on('error', () => {});
    masters = [];
    for (let lane = 0; lane < LANES; lane++) {
      const slot = Number(await tell(cluster.owner.port, 'cluster', 'keyslot', `{${laneTag('lny', lane)}}`));
      masters.push(cluster.masters[slot <= 5460 ? 0 : slot <= 10_922 ? 1 : 2]!);
    }
  }, 60_000);
  afterAll(async () => {
    client.disconnect();
    await cluster.stop();
  });

  async function open(service = new GrantingService(0), campaign = {}): Promise<RunningGateway> {
    const upstream = await bench.recording(service.respond);
    const store = { kind: 'redis', cluster: cluster.nodes, lanes: LANES, deadlineMs: 1500 };
    return bench.open(upstream.url, { ...ledgered({}, {}, campaign), store });
  }

  const keysOf = async (master: RedisServer, pattern: string): Promise<string[]> =>
    (await tell(master.port, 'keys', pattern)) as string[];

  it('spread buckets and stored answers over all masters, while everybody is granted once', async () => {
    expect(new Set(masters).size).toBe(3);
    const service = new GrantingService(0);
    const [one, two] = [await open(service, { limits: LIMITS }), await open(service, { limits: LIMITS })];
    const people = Array.from({ length: 30 }, (_, i) => `spread-${i}`);
    const firsts = await Promise.all(people.map((who, i) => untilAnswered(() => claim((i % 2 ? one : two).port, who))));
    expect(firsts.map(({ status }) => status)).toEqual(people.map(() => 201));
    expect(service.granted).toBe(people.length);
    await until(async () => {
      const kept = await Promise.all(cluster.masters.map((master) => keysOf(master, 'spillway:{lny:*}:claim:*')));
      return kept.flat().length === people.length && kept.every(({ length }) => length > 0);
    });
    for (const master of cluster.masters) {
      expect(await keysOf(master, 'spillway:{incentives}:lny:bucket:*')).toEqual([]);
      expect((await keysOf(master, 'spillway:{lny:*}:bucket:*')).length).toBeGreaterThan(0);
    }
    // The line's own copies are about to end. At the other gateway everybody hears the same, and pays nothing.
    const copies = (): Promise<string[]> => keysOf(cluster.owner, 'spillway:{incentives}:lny:claim:*');
    await until(async () =>
      (await Promise.all((await copies()).map((key) => client.pttl(key)))).every((ms) => ms <= 15_000),
    );
    for (const key of await copies()) await client.del(key);
    const again = await Promise.all(people.map((who, i) => claim((i % 2 ? two : one).port, who)));
    expect(again.map(({ body }) => body)).toEqual(firsts.map(({ body }) => body));
    expect(again.every(({ headers }) => headers['idempotency-replayed'] === 'true')).toBe(true);
    expect(service.received).toBe(people.length);
  }, 60_000);

  it('are as many as the first gateway was told: one with another number does not start', async () => {
    await open();
    const store = { kind: 'redis', cluster: cluster.nodes, lanes: LANES + 1, deadlineMs: 1500 };
    const other = bench.open('http://127.0.0.1:9', { ...ledgered(), store });
    await expect(other).rejects.toThrow(`Set store.lanes to ${LANES}`);
  }, 60_000);

  it('are followed while the slot of the line moves to another master and back', async () => {
    const { port } = await open();
    await untilAnswered(() => claim(port, 'before-move'));
    for (const [from, to] of [
      [cluster.owner, cluster.other],
      [cluster.other, cluster.owner],
    ] as const) {
      expect(await moveSlot(cluster, from, to)).toBeGreaterThan(0);
      await untilAnswered(() => claim(port, `moved-to-${to.port}`));
    }
    expect((await claim(port, 'before-move')).headers['idempotency-replayed']).toBe('true');
  }, 60_000);

  it('that are away cost nobody a place in line', async () => {
    const gateway = await open(new GrantingService(0), { admission: { ratePerSecond: 0.01, burst: 1 } });
    const { port } = gateway;
    const hasher = gateway.gateway.campaigns.get('lny')!.context.hasher;
    const killed = masters.find((master) => master !== cluster.owner)!;
    const isLost = ({ who }: { who: string }): boolean => masters[laneOf(hasher.hash(who), LANES)] === killed;
    const codeOf = ({ headers }: Awaited<ReturnType<typeof claim>>) => headers['spillway-code'];
    await until(async () => [undefined, 'QUEUED'].includes(codeOf(await claim(port, 'first-in')) as string));
    const waiting = [];
    for (let person = 0; person < 20; person++) {
      const who = `waits-${person}`;
      const answer = await claim(port, who);
      expect(codeOf(answer)).toBe('QUEUED');
      const { ticket, number } = answer.json() as { ticket: string; number: number };
      waiting.push({ who, ticket, number });
    }
    await killed.kill();
    for (const { ticket, number } of waiting) {
      const poll = await send(port, { path: `/queue/lny/tickets/${ticket}` });
      expect(poll.json()).toMatchObject({ state: 'waiting', number });
    }
    expect(waiting.filter(isLost).length).toBeGreaterThan(0);
    // Its claimants' places were kept there, and are gone with it; their tickets say where they stand.
    await killed.restart();
    const newcomers = Array.from({ length: 40 }, (_, i) => ({ who: `comes-later-${i}` })).filter(isLost);
    await until(async () => codeOf(await claim(port, newcomers[0]!.who)) === 'QUEUED');
    const behind = (await claim(port, newcomers[1]!.who)).json().number;
    for (const { who, ticket, number } of waiting) {
      expect(number).toBeLessThan(behind as number);
      const answer = await claim(port, who, { headers: { 'spillway-ticket': ticket } });
      expect(answer.json()).toMatchObject({ code: 'QUEUED', number });
    }
  }, 60_000);

  it('that are away cost their own claimants their claims, and nobody else', async () => {
    const gateway = await open();
    const { port } = gateway;
    await untilAnswered(() => claim(port, 'before-kill'));
    const hasher = gateway.gateway.campaigns.get('lny')!.context.hasher;
    const masterOf = (who: string): RedisServer => masters[laneOf(hasher.hash(who), LANES)]!;
    const killed = masters.find((master) => master !== cluster.owner)!;
    await killed.kill();
    const people = Array.from({ length: 40 }, (_, i) => `after-${i}`);
    const [lost, others] = [
      people.filter((who) => masterOf(who) === killed),
      people.filter((who) => masterOf(who) !== killed),
    ];
    for (const who of others) await untilAnswered(() => claim(port, who));
    const refused = await Promise.all(lost.map((who) => claim(port, who)));
    expect(new Set(refused.map(({ headers }) => headers['spillway-code']))).toEqual(new Set(['STORE_UNAVAILABLE']));
    expect(lost.length).toBeGreaterThan(0);
  }, 60_000);
});

/** Asks until the answer is a grant: a store that just moved refuses for a moment. */
async function untilAnswered(ask: () => ReturnType<typeof claim>): ReturnType<typeof claim> {
  let answer = await ask();
  await until(async () => {
    if (answer.status !== 201) answer = await ask();
    return answer.status === 201;
  });
  return answer;
}
