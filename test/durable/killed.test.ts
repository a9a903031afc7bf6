/**
 * A gateway on the embedded store with a folder, killed without warning in the middle of claims and started again. Its
 * service honours the keys it is sent. `TEST_KILL_SECONDS` makes it longer.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildGateway, disposeBuild, freePort, GatewayProcess } from '../claims/built-gateway.js';
import { GrantingService } from '../claims/granting-service.js';
import { ledgered } from '../claims/kit.js';
import { closePeople, person } from '../claims/people.js';
import { claim } from '../gateway/client.js';
import { GatewayBench, type GatewaySettings, gatewayYaml } from '../support/gateway.js';
import { until } from '../support/until.js';

const SECONDS = Number(process.env.TEST_KILL_SECONDS ?? 3);
const PEOPLE = 20 * SECONDS;

const bench = new GatewayBench();
const folder = mkdtempSync(join(tmpdir(), 'spillway-durable-'));
let build = '';
let gateway: GatewayProcess;
let port: number;
beforeAll(() => {
  build = buildGateway();
}, 60_000);
afterAll(async () => {
  await gateway.kill();
  await bench.stopAll();
  closePeople();
  disposeBuild(build);
  rmSync(folder, { recursive: true });
});

async function start(url: string, name: string, settings: GatewaySettings): Promise<void> {
  const file = join(folder, `${name}.yaml`);
  writeFileSync(file, gatewayYaml(url, { ...settings, store: { path: join(folder, name) } }));
  port = await freePort();
  gateway = new GatewayProcess(build, file, port);
  await gateway.start();
}

async function killAndStart(): Promise<void> {
  await gateway.kill();
  await gateway.start();
}

describe('a gateway on a folder of its own, killed and started again', () => {
  it('pays nobody twice, and answers whoever was paid as before', async () => {
    const service = new GrantingService(100);
    const { url } = await bench.recording(service.respond);
    await start(url, 'ledger', {
      ...ledgered({}, { timeoutMs: 1000 }),
      campaign: {
        claims: { mode: 'per-claimant' },
        admission: { ratePerSecond: PEOPLE / SECONDS, burst: 5 },
        queue: { holdMs: 50, poll: { nearMs: 200, maxMs: 1000 } },
      },
    });
    const people = Array.from({ length: 2 * PEOPLE }, (_, i) => person([port], `user-${i >> 1}`));
    for (let share = 1; share <= 3; share++) {
      await until(() => service.granted >= (share * PEOPLE) / 4, 120_000);
      await killAndStart();
    }
    const outcomes = await Promise.all(people);
    expect(outcomes.every(({ end }) => end === 'granted')).toBe(true);
    expect(service.granted).toBe(PEOPLE);
    const told = new Map<string, string>();
    for (const { user, body } of outcomes) {
      expect(told.get(user) ?? body).toBe(body);
      told.set(user, body);
    }
    await killAndStart();
    const [received, again] = [service.received, await claim(port, 'user-0')];
    expect([again.body.toString(), again.headers['idempotency-replayed']]).toEqual([told.get('user-0'), 'true']);
    expect(service.received).toBe(received);
    await gateway.kill();
  }, 120_000);

  it('loses no place: numbers are those of before, with a ticket and without, and go on from there', async () => {
    const { url } = await bench.recording();
    const campaign = { admission: { ratePerSecond: 0.01, burst: 1 }, queue: { holdMs: 0 } };
    await start(url, 'line', { campaign });
    // The door begins empty, and stays so for as long as this test lasts.
    const before = await Promise.all(Array.from({ length: 20 }, (_, i) => claim(port, `user-${i}`)));
    await killAndStart();
    for (const [i, answer] of before.entries()) {
      const headers = i % 2 === 0 ? {} : { 'spillway-ticket': String(answer.json().ticket) };
      const { number, code } = (await claim(port, `user-${i}`, { headers })).json();
      expect([number, code]).toEqual([answer.json().number, 'QUEUED']);
    }
    expect((await claim(port, 'newcomer')).json().number).toBe(21);
  }, 60_000);
});
