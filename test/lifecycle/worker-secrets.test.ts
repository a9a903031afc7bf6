/** Secrets exchanged in their files under two workers, as real processes before a real Redis. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { AdmissionProof } from '../../src/proxy/admission-proof.js';
import { buildGateway, disposeBuild } from '../claims/built-gateway.js';
import { ledgered, onRedis } from '../claims/kit.js';
import { claim, send } from '../gateway/client.js';
import { FakeClock } from '../support/fake-clock.js';
import { GatewayBench, gatewayYaml } from '../support/gateway.js';
import { GatewayMachine } from '../support/gateway-machine.js';
import type { Recorded } from '../support/recording-upstream.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';

const bench = new GatewayBench();
const redis = sharedRedis();
const folder = mkdtempSync(join(tmpdir(), 'spillway-worker-secrets-'));
const file = join(folder, 'spillway.yaml');
const inFolder = (name: string): string => join(folder, name);
const put = (name: string, secret: string): void => writeFileSync(inFolder(name), secret.padEnd(40, '.'));
const key = (id: string) => ({ id, secretFile: inFolder(id) });
const tokens = (token: string) => [
  { name: 'ops', sha256: createHash('sha256').update(token).digest('hex'), role: 'operator' },
];
/** A connection a request: they are handed to the workers in turn, and so many reach both several times. */
const agent = new Agent({ keepAlive: false });
const SEVERAL = Array.from({ length: 6 }, (_, i) => i);
const PEOPLE = ['ann', 'bob', 'cid', 'dan'];
const STAYS = 'The new configuration needs a restart; the one before stays in force';

interface Plain {
  readonly upstreams: readonly object[];
  readonly admin: object;
}

let build = '';
let machine: GatewayMachine;
beforeAll(() => {
  build = buildGateway();
}, 60_000);
afterEach(async () => {
  await machine.kill();
  await bench.stopAll();
});
afterAll(() => {
  disposeBuild(build);
  rmSync(folder, { recursive: true });
});

async function workerPids(): Promise<number[]> {
  const { details } = (await (await fetch(`${machine.adminUrl}/readyz`)).json()) as {
    readonly details: { readonly workers: ReadonlyArray<{ readonly pid: number; readonly state: string }> };
  };
  return details.workers.filter(({ state }) => state === 'ready').map(({ pid }) => pid);
}

const joined = async (user: string) => {
  const headers = { 'x-user-id': user };
  return (await send(machine.port, { method: 'POST', path: '/queue/lny/tickets', headers, agent })).json();
};

/** As several connections are told of a ticket, whichever worker answers. */
async function placesOf(ticket: unknown): Promise<unknown[]> {
  const looks = SEVERAL.map(() => send(machine.port, { path: `/queue/lny/tickets/${ticket}`, agent }));
  return (await Promise.all(looks)).map((answer) => answer.json().number ?? answer.json().code);
}

async function mayAsk(token: string): Promise<number[]> {
  const headers = { authorization: `Bearer ${token}` };
  const asked = SEVERAL.map(async () => (await fetch(`${machine.adminUrl}/admin/v1/me`, { headers })).status);
  return [...new Set(await Promise.all(asked))];
}

async function change(state: 'paused' | 'open', token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ state, reason: 'a test' });
  const url = `${machine.adminUrl}/admin/v1/campaigns/lny`;
  expect((await fetch(url, { method: 'PATCH', headers, body })).status).toBe(200);
}

/** Whether the request carries the proof that this secret makes. */
function provenBy(secret: string, { method, url, headers }: Recorded): boolean {
  const proof = String(headers['spillway-proof']);
  const clock = new FakeClock(Number(proof.split('.')[2]) * 1000);
  const said = (name: string): string => String(headers[name] ?? '');
  const request = { method, target: url, campaign: said('spillway-campaign'), claimant: said('spillway-claimant') };
  const maker = new AdmissionProof({ id: 'proof', secret: Buffer.from(secret.padEnd(40, '.')) }, clock);
  return proof === maker.of({ ...request, idempotencyKey: said('idempotency-key') });
}

it('Ticket keys, tokens and proof keys change under two workers: both take them up, and nobody loses a place', async () => {
  for (const name of ['old', 'last', 'proof']) put(name, `${name} of before`);
  const service = await bench.recording();
  const settings = { ...onRedis(redis().url), server: { workers: 2, leaveMs: 200 }, ...ledgered() };
  const plain = parse(gatewayYaml(service.url, settings)) as Plain;
  const write = (keys: string[], token: string): void => {
    const upstreams = [{ ...plain.upstreams[0], proofKeys: [key('proof')] }];
    const admin = { ...plain.admin, tokens: tokens(token) };
    writeFileSync(file, stringify({ ...plain, upstreams, admin, tickets: { keys: keys.map(key) } }));
  };
  write(['old', 'last'], 'token-of-before');
  machine = await GatewayMachine.start({ build, file });
  const { port } = machine;
  expect((await claim(port, 'first', { agent })).status).toBe(201);
  await change('paused', 'token-of-before');
  const tickets: unknown[] = [];
  for (const user of PEOPLE) tickets.push((await joined(user)).ticket);
  const before = await workerPids();

  put('new', 'new');
  put('proof', 'another proof');
  write(['new', 'old', 'last'], 'token-of-after');
  await machine.says('New workers have taken over; the ones before finish and stop');
  await until(
    async () => (await workerPids()).length === 2 && !(await workerPids()).some((pid) => before.includes(pid)),
  );
  expect([await mayAsk('token-of-before'), await mayAsk('token-of-after')]).toEqual([[401], [200]]);
  tickets.push((await joined('eve')).ticket);
  for (const [at, ticket] of tickets.entries()) expect(await placesOf(ticket)).toEqual(SEVERAL.map(() => at + 1));

  // The last key names claimants and claims in the store: it stays, and so it does for whoever replaces a worker.
  const now = await workerPids();
  put('last', 'exchanged by mistake');
  expect(await machine.says(STAYS)).toMatchObject({ settings: ['tickets.keys'] });
  expect(await workerPids()).toEqual(now);
  process.kill(now[0]!, 'SIGKILL');
  await until(async () => (await workerPids()).length === 2 && !(await workerPids()).includes(now[0]!));
  const all = [...PEOPLE, 'eve'];
  for (const [at, user] of [...all, ...all].entries()) expect((await joined(user)).number).toBe(1 + (at % all.length));
  await change('open', 'token-of-after');
  for (const user of all) await until(async () => (await claim(port, user, { agent })).status === 201);
  for (const _ of SEVERAL) expect((await claim(port, 'first', { agent })).headers['idempotency-replayed']).toBe('true');
  expect(service.requests.length).toBe(1 + PEOPLE.length + 1);
  expect(service.requests.map((one) => provenBy('another proof', one))).toEqual([false, ...tickets.map(() => true)]);
  expect(machine.child.exitCode).toBeNull();
}, 120_000);
