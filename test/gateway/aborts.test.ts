import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, type RunningGateway, sumOf } from '../support/gateway.js';
import { until } from '../support/until.js';
import { claim, send } from './client.js';
import { claimBytes, RawClient } from './raw-client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const limits = [{ name: 'per-user', key: 'claimant', capacity: 3, refillPerSecond: 0.001 }];
const inFlight = async ({ metrics }: RunningGateway): Promise<number> =>
  sumOf(await metrics(), 'spillway_upstream_in_flight');
const admissions = async ({ metrics }: RunningGateway): Promise<number> =>
  sumOf(await metrics(), 'spillway_admissions_total');
const left = (answer: { headers: Readonly<Record<string, unknown>> }): string | undefined =>
  /r=(\d+)/.exec(String(answer.headers.ratelimit))?.[1];

/** One slot, held by `first` until `release` is called; further claims are called and held at the door. */
async function oneSlot(queue: Record<string, unknown> = { holdMs: 10_000 }) {
  const answers: Array<() => void> = [];
  const upstream = await bench.recording(({ headers }, response) => {
    answers.push(() => response.writeHead(201).end(`for ${headers['spillway-claimant']}`));
  });
  const gateway = await bench.open(upstream.url, {
    upstream: { concurrency: { limit: 1 }, timeoutMs: 20_000 },
    campaign: { limits, queue },
  });
  const first = claim(gateway.port, 'first');
  await upstream.arrived(1);
  const { door } = gateway.gateway.campaigns.get('lny')!;
  await until(() => answers.length === 1);
  /** Lets the service answer the claim it has, once it has one whole. */
  const release = async (): Promise<void> => {
    await until(() => answers.length > 0);
    answers.shift()?.();
  };
  return { upstream, gateway, first, door, answers, release };
}

async function vanishing(gateway: RunningGateway, user: string): Promise<RawClient> {
  const client = await RawClient.open(gateway.port);
  client.write(claimBytes(user));
  return client;
}

describe('a slow sender', () => {
  it('owns neither token nor slot while the body comes', async () => {
    const upstream = await bench.recording();
    const gateway = await bench.open(upstream.url, { upstream: { concurrency: { limit: 1 } } });
    const slow = await RawClient.open(gateway.port);
    slow.write(claimBytes('slow', 'x'.repeat(1000)).slice(0, -1));
    for (let at = 0; at < 5; at++) expect((await claim(gateway.port, `u${at}`)).status).toBe(201);
    expect(await inFlight(gateway)).toBe(0);
    slow.write('x');
    await slow.until(/201 /);
    slow.vanish();
  });
});

describe('a client that goes away before its claim is handed over', () => {
  it('costs nothing while its body comes', async () => {
    const upstream = await bench.recording();
    const gateway = await bench.open(upstream.url, { campaign: { limits } });
    const client = await RawClient.open(gateway.port);
    client.write(claimBytes('ann', 'x'.repeat(100)).slice(0, -1));
    await until(async () => ((await gateway.metrics()).get('spillway_connections') ?? 0) >= 1);
    client.vanish();
    await until(
      async () => sumOf(await gateway.metrics(), 'spillway_requests_total', { outcome: 'client_abort' }) === 1,
    );
    expect([upstream.requests.length, await admissions(gateway), await inFlight(gateway)]).toEqual([0, 0, 0]);
    expect(left(await claim(gateway.port, 'ann'))).toBe('2');
  });

  it('costs nothing while it is held: the slot goes to the next, the place stays, the limit is charged once', async () => {
    const { upstream, gateway, first, door, release } = await oneSlot();
    const ann = await vanishing(gateway, 'ann');
    await until(() => door.held === 1);
    const ben = claim(gateway.port, 'ben');
    await until(() => door.held === 2);
    ann.vanish();
    await until(() => door.held === 1);
    await release();
    expect((await first).status).toBe(201);
    await upstream.arrived(2);
    expect(upstream.requests[1]?.headers['spillway-claimant']).toBe('ben');
    await release();
    expect((await ben).status).toBe(201);
    const place = await send(gateway.port, { path: '/queue/lny/tickets/me', headers: { 'x-user-id': 'ann' } });
    expect(place.json()).toMatchObject({ state: 'called', number: 1, position: 0 });
    const again = claim(gateway.port, 'ann');
    await upstream.arrived(3);
    await release();
    const granted = await again;
    expect([granted.status, left(granted)]).toEqual([201, '2']);
    expect(await inFlight(gateway)).toBe(0);
  });

  it('leaves no slot taken when nobody else waits', async () => {
    const { upstream, gateway, first, door, release } = await oneSlot();
    const ann = await vanishing(gateway, 'ann');
    await until(() => door.held === 1);
    ann.vanish();
    await until(() => door.held === 0);
    await release();
    await first;
    await until(async () => (await inFlight(gateway)) === 0);
    expect(upstream.requests.length).toBe(1);
  });

  it('leaves every slot and place in order when it goes in the very moment of its turn, forty times', async () => {
    const { upstream, gateway, first, door, answers, release } = await oneSlot();
    await release();
    await first;
    for (let round = 0; round < 40; round++) {
      const busy = claim(gateway.port, `busy${round}`);
      await until(() => answers.length === 1);
      const ann = await vanishing(gateway, `ann${round}`);
      await until(() => door.held === 1);
      if (round % 2 === 0) ann.vanish();
      answers.shift()?.();
      if (round % 2 === 1) ann.vanish();
      expect((await busy).status).toBe(201);
      await until(async () => {
        answers.shift()?.();
        return door.held === 0 && (await inFlight(gateway)) === 0;
      });
    }
    expect(await admissions(gateway)).toBe(upstream.requests.length);
    const last = claim(gateway.port, 'last');
    await release();
    expect((await last).status).toBe(201);
  });
});

describe('a client that goes away after its claim was handed over', () => {
  it('keeps its slot until the service is done: the next is not handed over before', async () => {
    const { upstream, gateway, door, release } = await oneSlot();
    await release();
    const ann = await vanishing(gateway, 'ann');
    await upstream.arrived(2);
    const ben = claim(gateway.port, 'ben');
    await until(() => door.held === 1);
    ann.vanish();
    await until(
      async () => sumOf(await gateway.metrics(), 'spillway_requests_total', { outcome: 'client_abort' }) === 1,
    );
    expect([upstream.requests.length, door.held, await inFlight(gateway)]).toEqual([2, 1, 1]);
    await release();
    await upstream.arrived(3);
    expect(upstream.requests[2]?.headers['spillway-claimant']).toBe('ben');
    await release();
    expect((await ben).status).toBe(201);
    expect(await inFlight(gateway)).toBe(0);
  });
});

describe('one claimant who taps twice', () => {
  it('while held: one claim goes on, the other is CLAIM_IN_PROGRESS, and one reaches the service', async () => {
    const { upstream, gateway, first, door, release } = await oneSlot();
    const taps = [claim(gateway.port, 'ann'), claim(gateway.port, 'ann'), claim(gateway.port, 'ann')];
    const progress = await Promise.race(taps);
    expect([progress.status, progress.headers['spillway-code']]).toEqual([409, 'CLAIM_IN_PROGRESS']);
    expect(Number(progress.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    await until(() => door.held === 1);
    await release();
    await first;
    await upstream.arrived(2);
    const inside = await claim(gateway.port, 'ann');
    expect([inside.status, inside.headers['spillway-code']]).toEqual([409, 'CLAIM_IN_PROGRESS']);
    await release();
    const statuses = (await Promise.all(taps)).map(({ status }) => status);
    expect(statuses.sort()).toEqual([201, 409, 409]);
    expect(upstream.requests.length).toBe(2);
  });
});
