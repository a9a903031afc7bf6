/** Several workers on one port, as real processes before a real Redis. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { buildGateway, disposeBuild } from '../claims/built-gateway.js';
import { onRedis, pause } from '../claims/kit.js';
import { claim } from '../gateway/client.js';
import { GatewayBench, type GatewaySettings, gatewayYaml, sumOf } from '../support/gateway.js';
import { GatewayMachine } from '../support/gateway-machine.js';
import type { RecordingUpstream } from '../support/recording-upstream.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';

// Three processes that start on a busy machine.
jest.setTimeout(120_000);

const bench = new GatewayBench();
const redis = sharedRedis();
const folder = mkdtempSync(join(tmpdir(), 'spillway-workers-'));
const file = join(folder, 'spillway.yaml');
const TOKEN = '2f9c1c4bf4fca0ed2c2ea0e2c4d7f83c7ea9b0c9f6a9a6ad4e0f4d1f61cdb6ac';
let build = '';
let upstream: RecordingUpstream;
let machine: GatewayMachine;

beforeAll(() => {
  build = buildGateway();
}, 60_000);
afterAll(() => {
  disposeBuild(build);
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  upstream = await bench.recording();
});
afterEach(async () => {
  await machine.kill();
  await bench.stopAll();
});

function write(settings: GatewaySettings = {}): void {
  const tokens = [{ name: 'ops', sha256: TOKEN, role: 'operator' }];
  const server = { workers: 2, ...settings.server };
  writeFileSync(file, gatewayYaml(upstream.url, { ...settings, server, admin: { tokens } }));
}

async function start(settings: GatewaySettings = {}): Promise<GatewayMachine> {
  write({ ...onRedis(redis().url), ...settings });
  machine = await GatewayMachine.start({ build, file });
  return machine;
}

async function metrics(): Promise<Map<string, number>> {
  const text = await (await fetch(`${machine.adminUrl}/metrics`)).text();
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.split(' ').at(-1))]));
}

async function workerPids(): Promise<number[]> {
  const { details } = (await (await fetch(`${machine.adminUrl}/readyz`)).json()) as {
    readonly details: { readonly workers: ReadonlyArray<{ readonly pid: number; readonly state: string }> };
  };
  return details.workers.filter(({ state }) => state === 'ready').map(({ pid }) => pid);
}

describe('two workers', () => {
  it('serve one port in turn, count together and have one admin API', async () => {
    const { port, adminUrl } = await start();
    for (let i = 0; i < 20; i++) expect((await claim(port, `user-${i}`)).status).toBe(201);
    const samples = await metrics();
    expect(sumOf(samples, 'spillway_admissions_total')).toBe(20);
    expect(sumOf(samples, 'spillway_workers')).toBe(2);
    // Both report it; a sum would say 20,000.
    expect(sumOf(samples, 'spillway_admission_configured_rate')).toBe(10_000);
    expect(sumOf(samples, 'spillway_store_up')).toBe(1);
    expect(sumOf(samples, 'spillway_request_duration_seconds_count', { outcome: 'proxied' })).toBe(20);
    expect((await fetch(`${adminUrl}/admin/v1/campaigns`)).status).toBe(401);
  });

  it('lose one by a crash: the other keeps its connections, a new one comes, and totals do not fall', async () => {
    const { port } = await start();
    const agents = Array.from({ length: 4 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    for (const [i, agent] of agents.entries()) expect((await claim(port, `a${i}`, { agent })).status).toBe(201);
    await metrics();
    const before = await workerPids();
    process.kill(before[0]!, 'SIGKILL');
    await machine.says('A worker ended by itself');
    const answers = await Promise.allSettled(agents.map((agent, i) => claim(port, `b${i}`, { agent })));
    const ok = answers.filter((answer) => answer.status === 'fulfilled' && answer.value.status === 201);
    // Half of the connections were the dead one's; those of the other never noticed.
    expect(ok.length).toBeGreaterThanOrEqual(2);
    await until(async () => (await workerPids()).length === 2, 20_000);
    expect(await workerPids()).toContain(before[1]);
    expect(sumOf(await metrics(), 'spillway_admissions_total')).toBe(4 + ok.length);
    for (const agent of agents) agent.destroy();
  });

  it('tick the line as often as one gateway would', async () => {
    const { port } = await start({ campaign: { admission: { ratePerSecond: 1, burst: 1 }, queue: { holdMs: 0 } } });
    for (let i = 0; i < 5; i++) await claim(port, `user-${i}`);
    const ticksOf = async () => sumOf(await metrics(), 'spillway_tick_duration_seconds_count');
    const [before, sinceMs] = [await ticksOf(), performance.now()];
    await pause(2000);
    const perSecond = ((await ticksOf()) - before) / ((performance.now() - sinceMs) / 1000);
    expect(perSecond).toBeLessThanOrEqual(20);
  });
});

describe('a new configuration', () => {
  it('comes with new workers, and no connection is refused and no claim lost meanwhile', async () => {
    // Clients that keep their connections are asked to let go of them while the old workers leave.
    const store = { ...onRedis(redis().url), server: { workers: 2, leaveMs: 500 } };
    const { port } = await start(store);
    const old = await workerPids();
    upstream.respond = (_request, response) => {
      setTimeout(() => response.writeHead(201).end('{"coupon":"RED-1"}'), 50);
    };
    let going = true;
    let answered = 0;
    const clients = Array.from({ length: 4 }, async (_, client) => {
      for (let i = 0; going; i++) {
        // A moment in line is no refusal: the claim is repeated, as its owner was told.
        let status = 429;
        while (status === 429) ({ status } = await claim(port, `user-${client}-${i}`));
        expect(status).toBe(201);
        answered++;
      }
    });
    write({ ...store, campaign: { admission: { ratePerSecond: 5000, burst: 1000 } } });
    machine.signal('SIGHUP');
    await machine.says('New workers have taken over; the ones before finish and stop');
    await until(async () => {
      const now = await workerPids();
      return now.length === 2 && now.every((pid) => !old.includes(pid));
    }, 20_000);
    going = false;
    await Promise.all(clients);
    const samples = await metrics();
    expect(sumOf(samples, 'spillway_admission_configured_rate')).toBe(5000);
    expect(sumOf(samples, 'spillway_admissions_total')).toBe(answered);
    expect(sumOf(samples, 'spillway_config_reloads_total', { result: 'applied' })).toBe(1);
    expect(sumOf(samples, 'spillway_config_last_reload_successful')).toBe(1);
  }, 60_000);

  it('that is wrong, or would spread claims over two stores, changes nothing', async () => {
    const { port } = await start();
    const old = await workerPids();
    writeFileSync(file, 'campaigns: []');
    machine.signal('SIGUSR2');
    await machine.says('The new configuration is refused; the one before stays in force');
    write({ ...onRedis(redis().url), store: { kind: 'redis', url: redis().url, keyPrefix: 'elsewhere' } });
    machine.signal('SIGHUP');
    const said = await machine.says('The new configuration needs a restart; the one before stays in force');
    expect(said.settings).toContain('store.keyPrefix');
    expect(await workerPids()).toEqual(old);
    expect((await claim(port, 'ann')).status).toBe(201);
    const samples = await metrics();
    for (const result of ['invalid', 'restart-needed'])
      expect(sumOf(samples, 'spillway_config_reloads_total', { result })).toBe(1);
    expect(sumOf(samples, 'spillway_config_last_reload_successful')).toBe(0);
  });
});

describe('stopping a machine', () => {
  it('finishes what is in flight and ends with status 0', async () => {
    const { port } = await start();
    upstream.respond = (_request, response) => {
      setTimeout(() => response.writeHead(201).end('{"coupon":"RED-1"}'), 500);
    };
    const claims = Promise.all(['ann', 'ben', 'cid'].map((user) => claim(port, user)));
    await upstream.arrived(3);
    machine.signal('SIGTERM');
    expect((await claims).map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(await machine.ended).toBe(0);
  });

  it('is cut short by a second signal, with status 1', async () => {
    const { port } = await start();
    upstream.respond = () => {};
    const cut = claim(port, 'ann').then(
      () => 'answered',
      () => 'cut off',
    );
    await upstream.arrived(1);
    machine.signal('SIGTERM');
    await machine.says('Stopping: no longer ready');
    machine.signal('SIGTERM');
    expect(await machine.ended).toBe(1);
    expect(await cut).toBe('cut off');
  });

  it('leaves no worker behind when the primary is killed, and their claims are finished', async () => {
    const { port } = await start();
    const pids = await workerPids();
    let finish: () => void = () => {};
    upstream.respond = (_request, response) => {
      finish = () => response.writeHead(201).end('{"coupon":"RED-1"}');
    };
    const claimed = claim(port, 'ann');
    await upstream.arrived(1);
    await machine.kill();
    finish();
    expect((await claimed).status).toBe(201);
    await until(() => pids.every((pid) => !isAlive(pid)), 20_000);
  });

  it('that cannot listen says what to do, and ends with status 1', async () => {
    write({ ...onRedis(redis().url), server: { port: redis().port } });
    machine = new GatewayMachine({ build, file });
    expect(await machine.ended).toBe(1);
    expect(machine.errors).toContain('another process has it');
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
