import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claim } from '../gateway/client.js';
import { GatewayBench, gatewayYaml, type RunningGateway } from '../support/gateway.js';
import { until } from '../support/until.js';
import { call, LNY, operated } from './operator.js';

interface Operation {
  readonly summary: string;
  readonly responses: Record<string, { description: string }>;
  readonly requestBody?: { content: Record<string, { schema: { properties: object } }> };
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
}
type Method = 'get' | 'put' | 'patch' | 'post' | 'delete';

const SESSIONS = { session: { ttlMs: 60_000, maxActive: 10 } };
const bench = new GatewayBench();
/** One that works, one that keeps a ledger, one that shut this address out, two whose store is away. */
let [gateway, keeping, shut, away, keepingAway]: RunningGateway[] = [];
let document: Document;
let file = '';
const readers = new AbortController();
/** Nobody knows how it ended, until the first to ask says so. */
let unknownClaim = '';

beforeAll(async () => {
  const { url } = await bench.recording((_request, response) => response.destroy());
  const ledger = { campaign: { claims: { mode: 'per-claimant' } }, upstream: { idempotent: true } };
  keeping = await bench.open(url, operated(ledger));
  file = gatewayYaml(url, operated({ campaign: SESSIONS }));
  gateway = await bench.openYaml(file, undefined, () => file);
  shut = await bench.open(url, operated());
  for (let at = 0; at < 10; at++) await call(shut, 'get', '/admin/v1/me', `guess${at}`);
  away = await bench.open(url, operated({ campaign: SESSIONS, redisUrl: 'redis://127.0.0.1:1' }));
  keepingAway = await bench.open(url, operated({ ...ledger, redisUrl: 'redis://127.0.0.1:1' }));
  await claim(keeping.port, 'ann');
  const listed = await call(keeping, 'get', `${LNY}/claims/unknown`).expect(200);
  unknownClaim = JSON.parse(listed.text).id;
  await claim(keeping.port, 'eve');
  document = (await call(gateway, 'get', '/admin/v1/openapi.json', 'look-only').expect(200)).body;
});
afterAll(async () => {
  readers.abort();
  await bench.stopAll();
});

const operations = (): Array<[Method, string, Operation]> =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => method !== 'parameters')
      .map(([method, one]): [Method, string, Operation] => [method as Method, path, one]),
  );

/** The call that is well made, by its last segment. */
const BODIES: Readonly<Record<string, object>> = {
  reset: { reason: 'a test', confirm: 'lny' },
  release: { reason: 'a test', count: 1 },
  resolve: { reason: 'a test', outcome: 'granted' },
  erase: { reason: 'a test', claimant: 'bob', path: '/campaigns/lny/claims' },
  log: { reason: 'a test', level: 'silent' },
};

/** Makes the call go wrong in the documented way. @returns the status it was answered with */
async function provoke(status: string, method: Method, path: string): Promise<number> {
  const named = path.replace('{campaign}', status === '404' ? 'other' : 'lny').replace('{claim}', unknownClaim);
  const url = `/admin/v1${named}`;
  const erases = path.endsWith('/erase');
  const shutOrAway = { '429': shut!, '503': erases ? keepingAway! : away! };
  const at = shutOrAway[status as keyof typeof shutOrAway] ?? (path.includes('/claims') ? keeping! : gateway!);
  const token = { '401': '', '403': 'look-only' }[status];
  if (path === '/live') return live(status, url, token);
  const limit = status === '422' && path === '/audit' ? '?limit=0' : '';
  const test = call(at, method, url + limit, token);
  if (status === '412') void test.set('If-Match', '"99"');
  if (/\/(place|session)$/.test(path) && status !== '422') void test.set('Spillway-Claimant', 'ann');
  if (status === '409' && path === '/reload') file = file.replace('port: 0', 'port: 0\n  basePath: /elsewhere');
  if (method === 'get') return (await test).status;
  const body = status === '422' ? { no: 1 } : (BODIES[path.split('/').at(-1)!] ?? { reason: 'a test' });
  return (await test.send(erases && status === '409' ? { ...body, claimant: 'eve' } : body)).status;
}

/** A stream of events does not end by itself. */
async function live(status: string, url: string, token = 'turn-the-wheel'): Promise<number> {
  const at = status === '429' ? shut! : gateway!;
  const open = () =>
    fetch(`${at.adminUrl}${url}`, { headers: { authorization: `Bearer ${token}` }, signal: readers.signal });
  if (status === '503') for (let reader = 0; reader < 64; reader++) await open();
  return (await open()).status;
}

describe('The OpenAPI document', () => {
  it('names no answer that cannot be provoked', async () => {
    const { url } = gateway!;
    expect(operations().length).toBeGreaterThan(17);
    const wrong: string[] = [];
    let asked = 0;
    for (const [method, path, { responses }] of operations()) {
      for (const status of Object.keys(responses)) {
        // A drain ends the gateway: it is asked for last, and by its own test.
        if (path.endsWith('/drain') && status === '202') continue;
        if (path.endsWith('/place') && status === '200') {
          await fetch(`${url}/queue/lny/tickets`, { method: 'POST', headers: { 'x-user-id': 'ann' } });
        }
        const got = await provoke(status, method, path);
        asked++;
        if (String(got) !== status) wrong.push(`${method} ${path}: ${got} instead of ${status}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(asked).toBeGreaterThan(80);
  }, 60_000);

  it('names all that can be changed, with its limits', () => {
    const { properties } =
      document.paths['/campaigns/{campaign}']!.patch!.requestBody!.content['application/json']!.schema;
    expect(Object.keys(properties).sort()).toEqual(
      [
        ...['burst', 'concurrencyLimit', 'graceMs', 'maxWaiting', 'ratePerSecond', 'reason', 'revertAfterSeconds'],
        'state',
      ].sort(),
    );
    expect(properties).toMatchObject({
      ratePerSecond: { anyOf: [{ minimum: 0.01, maximum: 1_000_000 }, { type: 'null' }] },
    });
  });
});

describe('A drain', () => {
  it('of no campaign that there is, or as a dry run, drains nothing; else it ends the gateway', async () => {
    const reason = { reason: 'r' };
    await call(gateway!, 'post', '/admin/v1/campaigns/other/drain').send(reason).expect(404);
    const dry = await call(gateway!, 'post', `${LNY}/drain?dryRun=true`).send(reason).expect(200);
    expect(dry.body).toMatchObject({ draining: false, effect: [expect.stringContaining('stops')] });
    expect((await call(gateway!, 'get', '/admin/v1/gateways')).body.self.draining).toBe(false);
    for (const [path, drained] of [
      [`${LNY}/drain`, gateway!],
      ['/admin/v1/drain', away!],
    ] as const) {
      await call(drained, 'post', path).send(reason).expect(202);
      await until(async () => (await fetch(drained.adminUrl).catch(() => null)) === null);
    }
  });
});
