import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, sumOf } from '../support/gateway.js';
import { until } from '../support/until.js';
import { send } from './client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const PATH = '/campaigns/lny/info';

async function open(cache: object | null = {}) {
  const service = await bench.recording();
  const campaign = { pass: [{ path: PATH, methods: ['GET'] }], cache };
  return { service, gateway: await bench.open(service.url, { campaign }) };
}

describe('A pass route with a cache', () => {
  it('asks the service once for a crowd, as by nobody, and tells everybody how old the answer is', async () => {
    const { service, gateway } = await open({ ttlMs: 60_000 });
    let answerNow = (): void => {};
    service.respond = (_request, response) => {
      answerNow = () => response.writeHead(200, { 'content-type': 'application/json', etag: '"1"' }).end('{"prize":1}');
    };
    const crowd = Promise.all(
      Array.from({ length: 50 }, (_, at) =>
        send(gateway.port, {
          path: PATH,
          headers: { 'x-user-id': `u${at}`, cookie: `sid=${at}`, 'accept-language': 'de' },
        }),
      ),
    );
    await until(async () => sumOf(await gateway.metrics(), 'spillway_requests_in_flight') >= 50);
    answerNow();
    for (const { status, headers, body } of await crowd) {
      expect([status, headers['content-type'], headers.etag, String(body)]).toEqual([
        ...[200, 'application/json', '"1"', '{"prize":1}'],
      ]);
      expect(headers['cache-status']).toMatch(/^spillway; /);
    }
    expect(service.requests).toHaveLength(1);
    const { headers } = service.requests[0]!;
    expect([headers.cookie, headers['x-user-id'], headers['spillway-claimant']]).toEqual(Array(3).fill(undefined));
    expect(headers['accept-language']).toBe('de');
    // Whoever came first is nobody to the service, so that it answers nobody by an address.
    expect([headers['x-forwarded-for'], headers.forwarded]).toEqual([
      'unknown',
      expect.stringMatching(/^for=unknown;/),
    ]);
    const again = await send(gateway.port, { path: PATH });
    expect([again.headers['cache-status'], again.headers.age]).toEqual(['spillway; hit', '0']);
    const head = await send(gateway.port, { method: 'HEAD', path: PATH });
    expect([head.status, head.headers['content-length'], String(head.body)]).toEqual([200, '11', '']);
    expect(service.requests).toHaveLength(1);
    const metrics = await gateway.metrics();
    expect(sumOf(metrics, 'spillway_cache_requests_total')).toBe(52);
    expect(sumOf(metrics, 'spillway_cache_requests_total', { result: 'miss' })).toBe(1);
  });

  it('leaves what is somebody’s own alone', async () => {
    const { service, gateway } = await open();
    service.respond = (request, response) => response.end(String(request.headers.authorization ?? 'nobody'));
    const mine = (who: string) => send(gateway.port, { path: PATH, headers: { authorization: who } });
    expect((await Promise.all(['a', 'b'].map(mine))).map(({ body }) => String(body))).toEqual(['a', 'b']);
    expect(String((await send(gateway.port, { path: PATH })).body)).toBe('nobody');
    service.respond = (_request, response) => response.writeHead(200, { 'set-cookie': 'a=b' }).end('own');
    const others = await Promise.all([1, 2, 3].map((at) => send(gateway.port, { path: `${PATH}?${at % 2}` })));
    expect(others.map(({ headers }) => headers['set-cookie'])).toEqual([['a=b'], ['a=b'], ['a=b']]);
  });

  it('passes on answers that are too large or fail, and serves the old one while the service fails', async () => {
    const { service, gateway } = await open({ ttlMs: 10, maxBodyBytes: 100 });
    const large = Buffer.alloc(200_000, 'x');
    service.respond = (_request, response) => response.end(large);
    expect((await send(gateway.port, { path: `${PATH}?large` })).body.equals(large)).toBe(true);
    service.respond = (_request, response) => response.destroy();
    const failed = await send(gateway.port, { path: PATH });
    expect(failed.headers['spillway-code']).toBe('UPSTREAM_UNAVAILABLE');
    service.respond = (_request, response) => response.end('good');
    expect(String((await send(gateway.port, { path: PATH })).body)).toBe('good');
    service.respond = (_request, response) => response.writeHead(503).end('bad');
    await until(async () => (await send(gateway.port, { path: PATH })).headers['cache-status'] !== 'spillway; hit');
    for (let at = 0; at < 3; at++) {
      const { headers, body } = await send(gateway.port, { path: PATH });
      expect([headers['cache-status'], String(body)]).toEqual(['spillway; hit; detail=stale', 'good']);
    }
  });
});
