/**
 * A service that fails in every way, before a gateway that is a process of its own: each claim gets the contract's code
 * in time, and nothing of it is left behind: no slot, no connection.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { buildGateway, disposeBuild } from '../claims/built-gateway.js';
import { gatewayYaml } from '../support/gateway.js';
import { GatewayMachine } from '../support/gateway-machine.js';
import { until } from '../support/until.js';
import { BareClaimant } from './bare-claimant.js';
import { SIZE } from './crowd-size.js';
import { LEDGER } from './crowd-stage.js';
import { FailingService, type Manner } from './failing-service.js';
import { record } from './record.js';

jest.setTimeout(180_000);

const { slots: SLOTS, measured } = SIZE;
const TIMEOUT_MS = measured ? 300 : 1000;
/** Of each of five ways: ten thousand in all where it is measured. */
const CLAIMS = measured ? 2000 : 100;
/** Fewer in a row than keep a target from being asked at all. */
const IN_A_ROW = 500;

const service = new FailingService(SLOTS);
const folder = mkdtempSync(join(tmpdir(), 'spillway-service-'));
let build: string;
let machine: GatewayMachine;
let claimants: BareClaimant[];
let serial = 0;

beforeAll(async () => {
  build = buildGateway();
  await service.listen();
  const file = join(folder, 'spillway.yaml');
  const breaker = { faults: 1000, openMs: 50, maxOpenMs: 50 };
  const upstream = {
    ...LEDGER.upstream,
    timeoutMs: TIMEOUT_MS,
    concurrency: { limit: SLOTS },
    health: { breaker, successRate: { maxRejectShare: 0 } },
  };
  writeFileSync(file, gatewayYaml(service.url, { ...LEDGER, upstream }));
  machine = await GatewayMachine.start({ build, file });
  claimants = await Promise.all(Array.from({ length: SLOTS }, () => BareClaimant.connect(machine.port)));
});
afterAll(async () => {
  for (const claimant of claimants) claimant.close();
  await machine.kill();
  await service.close();
  disposeBuild(build);
  rmSync(folder, { recursive: true });
});

const descriptors = (): number => readdirSync(`/proc/${machine.child.pid}/fd`).length;

/** `count` claims, as many at once as there are slots. @returns what they were told, and how long the slowest took */
async function claims(count: number): Promise<{ told: Set<string>; slowestMs: number }> {
  const told = new Set<string>();
  let [left, slowestMs] = [count, 0];
  const one = async (claimant: BareClaimant): Promise<void> => {
    while (left-- > 0) {
      const { code, tookMs } = await claimant.claim(`user-${serial++}`);
      slowestMs = Math.max(slowestMs, tookMs);
      told.add(code);
    }
  };
  await Promise.all(claimants.map(one));
  return { told, slowestMs };
}

async function failing(manner: Manner): Promise<{ told: Set<string>; slowestMs: number }> {
  const all = { told: new Set<string>(), slowestMs: 0 };
  for (let left = CLAIMS; left > 0; left -= IN_A_ROW) {
    service.manner = manner;
    if (manner === 'refuses') await service.close();
    const { told, slowestMs } = await claims(Math.min(left, IN_A_ROW));
    for (const what of told) all.told.add(what);
    all.slowestMs = Math.max(all.slowestMs, slowestMs);
    service.manner = 'grants';
    if (manner === 'refuses') await service.listen();
    expect(await claims(1)).toMatchObject({ told: new Set(['granted']) });
  }
  return all;
}

describe.each<[Manner, string]>([
  ['refuses', 'UPSTREAM_UNAVAILABLE'],
  ['resets', 'UPSTREAM_INVALID'],
  ['hangs', 'UPSTREAM_TIMEOUT'],
  ['answers garbage', 'UPSTREAM_INVALID'],
  ['answers half', 'UPSTREAM_INVALID'],
])('A service that %s', (manner, code) => {
  it(`is told as ${code}; its slots come back, and no connection stays`, async () => {
    await claims(SLOTS);
    const before = descriptors();
    const { told, slowestMs } = await failing(manner);
    service.manner = 'gathers';
    const gathered = await claims(SLOTS);
    service.manner = 'grants';
    await until(() => service.connections === 0);
    const left = Math.max(0, descriptors() - before);
    const figures = { claims: CLAIMS, told: [...told].join(' '), slowestMs: Math.round(slowestMs), left };
    record({ fault: `the service ${manner}`, moment: 'crowd', figures });
    expect(told).toEqual(new Set([code]));
    expect(gathered.told).toEqual(new Set(['granted']));
    expect(left).toBeLessThan(8);
    if (measured) expect(slowestMs).toBeLessThanOrEqual(TIMEOUT_MS + 50);
  });
});
