import { afterEach, describe, expect, it } from '@jest/globals';
import { CLAIMS, GatewayBench, type GatewaySettings, type RunningGateway, sumOf } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';

const bench = new GatewayBench();
const redis = sharedRedis();
afterEach(() => bench.stopAll());

let serial = 0;

/** Settings of a ledger campaign; `redisUrl` for the store that gateways share. */
function ledger(campaign: Record<string, unknown> = {}, more: Partial<GatewaySettings> = {}): GatewaySettings {
  return {
    campaign: { claims: { mode: 'per-claimant' }, ...campaign },
    upstream: { idempotent: true },
    ...more,
  };
}

function onRedis(): Partial<GatewaySettings> {
  return { redisUrl: redis().url, store: { keyPrefix: `l${serial++}`, deadlineMs: 500 } };
}

interface Said {
  readonly status: number;
  readonly code: string | null;
  readonly replayed: boolean;
  readonly headers: Headers;
  readonly body: string;
}

async function claim(
  { url }: RunningGateway,
  user: string,
  headers: Record<string, string> = {},
  body = '{"want":1}',
): Promise<Said> {
  const response = await fetch(url + CLAIMS, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user-id': user, ...headers },
    body,
  });
  return {
    status: response.status,
    code: response.headers.get('spillway-code'),
    replayed: response.headers.get('idempotency-replayed') === 'true',
    headers: response.headers,
    body: await response.text(),
  };
}

describe.each([
  ['memory', () => ({})],
  ['Redis', onRedis],
] as const)('the ledger on %s', (_store, more) => {
  it('answers a repeat with the first answer, byte for byte, and without the service', async () => {
    const service = await bench.recording();
    const gateway = await bench.open(service.url, ledger({}, more()));
    const first = await claim(gateway, 'ann');
    const second = await claim(gateway, 'ann');
    expect([first.status, first.replayed]).toEqual([201, false]);
    expect([second.status, second.replayed, second.body]).toEqual([201, true, first.body]);
    expect(second.headers.get('content-type')).toBe('application/json');
    expect(service.requests).toHaveLength(1);
    const metrics = await gateway.metrics();
    expect(sumOf(metrics, 'spillway_claims_total', { outcome: 'duplicate' })).toBe(1);
    expect(sumOf(metrics, 'spillway_requests_total', { outcome: 'replayed' })).toBe(1);
  });

  it('lets one of many simultaneous claims through; the others are told to repeat it', async () => {
    const refused: Said[] = [];
    let othersTold = (): void => {};
    const others = new Promise<void>((resolve) => {
      othersTold = resolve;
    });
    const service = await bench.recording((_request, response) => {
      void others.then(() => response.writeHead(201, { 'content-length': 2 }).end('ok'));
    });
    const gateway = await bench.open(service.url, ledger({}, more()));
    const said = Array.from({ length: 8 }, async () => {
      const one = await claim(gateway, 'ann');
      // The service answers once all the others have been told.
      if (one.status === 409 && refused.push(one) === 7) othersTold();
      return one;
    });
    const granted = (await Promise.all(said)).filter(({ status }) => status === 201);
    expect(service.requests).toHaveLength(1);
    expect(granted).toMatchObject([{ replayed: false, body: 'ok' }]);
    expect(refused).toHaveLength(7);
    for (const { code, headers } of refused) {
      expect(code).toBe('CLAIM_IN_PROGRESS');
      expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
  });

  it('sends the service a key that is the same for every attempt and none for other claimants', async () => {
    const service = await bench.recording((_request, response) => response.writeHead(503).end());
    const gateway = await bench.open(service.url, ledger({}, more()));
    await claim(gateway, 'ann', { 'idempotency-key': 'of the client' });
    await claim(gateway, 'ann');
    await claim(gateway, 'bob');
    const [one, two, three] = service.requests.map(({ headers }) => headers['idempotency-key']);
    expect(one).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(two).toBe(one);
    expect(three).not.toBe(one);
  });

  it('stores what the service rejects with 409, and frees what it fails at', async () => {
    const service = await bench.recording((_request, response) => response.writeHead(409).end('had it'));
    const gateway = await bench.open(service.url, ledger({}, more()));
    expect(await claim(gateway, 'ann')).toMatchObject({ status: 409, replayed: false, body: 'had it' });
    expect(await claim(gateway, 'ann')).toMatchObject({ status: 409, replayed: true, body: 'had it' });
    service.respond = (_request, response) => response.writeHead(503, { 'retry-after': '7' }).end('later');
    const failed = await claim(gateway, 'bob');
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '7']);
    service.respond = (_request, response) => response.writeHead(201).end('coupon');
    expect(await claim(gateway, 'bob')).toMatchObject({ status: 201, replayed: false, body: 'coupon' });
    expect(service.requests).toHaveLength(3);
  });

  it('gives a stored answer only to a request with the credentials of the first', async () => {
    const service = await bench.recording();
    const gateway = await bench.open(service.url, ledger({}, more()));
    await claim(gateway, 'ann', { authorization: 'Bearer a', cookie: 's=1' });
    expect(await claim(gateway, 'ann')).toMatchObject({ status: 409, code: 'CLAIM_OF_ANOTHER' });
    expect(await claim(gateway, 'ann', { authorization: 'Bearer b', cookie: 's=1' })).toMatchObject({ status: 409 });
    expect(await claim(gateway, 'ann', { authorization: 'Bearer a' })).toMatchObject({ status: 409 });
    const again = await claim(gateway, 'ann', { authorization: 'Bearer a', cookie: 'new=2; s=1; spillway-lny=x' });
    expect(again).toMatchObject({ status: 201, replayed: true });
    expect(service.requests).toHaveLength(1);
  });

  it('never replays a claim of one campaign in another', async () => {
    const service = await bench.recording();
    const other = {
      id: 'other',
      upstream: 'incentives',
      routes: [{ path: '/campaigns/other/claims' }],
      claimant: { from: 'header', name: 'x-user-id', unverified: true },
      claims: { mode: 'per-claimant' },
    };
    const gateway = await bench.open(service.url, ledger({}, { ...more(), campaigns: [other] }));
    await claim(gateway, 'ann');
    const said = await fetch(`${gateway.url}/campaigns/other/claims`, {
      method: 'POST',
      headers: { 'x-user-id': 'ann' },
    });
    expect([said.status, said.headers.get('idempotency-replayed')]).toEqual([201, null]);
    expect(service.requests).toHaveLength(2);
    expect(service.requests[0]?.headers['idempotency-key']).not.toBe(service.requests[1]?.headers['idempotency-key']);
  });

  it('costs a repeat nothing of the limits', async () => {
    const service = await bench.recording();
    const limits = [{ name: 'per-user', key: 'claimant', capacity: 1, refillPerSecond: 0.001 }];
    const gateway = await bench.open(service.url, ledger({ limits }, more()));
    expect((await claim(gateway, 'ann')).status).toBe(201);
    for (let i = 0; i < 3; i++) expect(await claim(gateway, 'ann')).toMatchObject({ status: 201, replayed: true });
  });
});
