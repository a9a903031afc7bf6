/** Every point at which a claim can be cut off, and what its repeat meets: the table of docs/exactly-once.md. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { claim } from '../gateway/client.js';
import { GatewayBench } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { ledgered, onRedis } from './kit.js';

const bench = new GatewayBench();
const redis = sharedRedis();
afterEach(() => bench.stopAll());

describe('a claim that is cut off', () => {
  it('before sending, by its client: is free at once', async () => {
    const answers: Array<() => void> = [];
    const service = await bench.recording((_request, response) => {
      answers.push(() => response.writeHead(201).end('coupon'));
    });
    const upstream = { timeoutMs: 10_000, concurrency: { limit: 1 } };
    const gateway = await bench.open(service.url, ledgered({}, upstream, { queue: { holdMs: 8000 } }));
    const ann = claim(gateway.port, 'ann');
    await until(() => answers.length === 1);
    // Bob is held at the door, leaves, and is back: his own entry is not in his way.
    const abort = new AbortController();
    const { door } = gateway.gateway.campaigns.get('lny')!;
    const held = claim(gateway.port, 'bob', { signal: abort.signal });
    await until(() => door.held === 1);
    abort.abort();
    await expect(held).rejects.toThrow();
    await until(() => door.held === 0);
    const bob = claim(gateway.port, 'bob');
    await until(() => door.held === 1);
    answers[0]?.();
    expect((await ann).status).toBe(201);
    await until(() => answers.length === 2);
    answers[1]?.();
    expect((await bob).status).toBe(201);
    expect(service.requests).toHaveLength(2);
  });

  it('before sending, because the service is not there: is free, and says not-sent', async () => {
    const service = await bench.recording();
    const gateway = await bench.open('http://127.0.0.1:9', ledgered());
    for (let i = 0; i < 2; i++) {
      const said = await claim(gateway.port, 'ann');
      expect(said.json()).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE', outcome: 'not-sent' });
    }
    expect(service.requests).toHaveLength(0);
  });

  it.each([
    ['while sending or after it: the connection breaks', 'break', 'UPSTREAM_UNAVAILABLE'],
    ['after sending: no answer in time', 'silence', 'UPSTREAM_TIMEOUT'],
    ['while answering: half an answer', 'half', 'UPSTREAM_INVALID'],
  ])('%s: is unknown, and its repeat goes with the same key and says so', async (_what, how, code) => {
    const service = await bench.recording((_request, response) => {
      if (how === 'break') response.destroy();
      if (how !== 'half') return;
      response.writeHead(201, { 'content-length': '100' }).write('half', () => response.destroy());
    });
    const gateway = await bench.open(service.url, ledgered({}, { timeoutMs: how === 'silence' ? 2000 : 20_000 }));
    const first = await claim(gateway.port, 'ann', { headers: { authorization: 'Bearer a' } });
    expect(first.json()).toMatchObject({ code, outcome: 'unknown' });
    // Whoever only knows her id does not get to ask in her name.
    expect((await claim(gateway.port, 'ann')).json()).toMatchObject({ code: 'CLAIM_OF_ANOTHER' });
    service.respond = (_request, response) => response.writeHead(201).end('coupon');
    const second = await claim(gateway.port, 'ann', { headers: { authorization: 'Bearer a' } });
    expect([second.status, second.body.toString()]).toEqual([201, 'coupon']);
    const [one, two] = service.requests.map(({ headers }) => headers);
    expect([one?.['spillway-retry'], two?.['spillway-retry']]).toEqual([undefined, 'unknown']);
    expect(two?.['idempotency-key']).toBe(one?.['idempotency-key']);
    const third = await claim(gateway.port, 'ann', { headers: { authorization: 'Bearer a' } });
    expect([third.body.toString(), third.headers['idempotency-replayed']]).toEqual(['coupon', 'true']);
  });

  it('with an unknown outcome, and the repeat fails too: stays unknown', async () => {
    const service = await bench.recording((_request, response) => response.destroy());
    const gateway = await bench.open(service.url, ledgered());
    await claim(gateway.port, 'ann');
    service.respond = (_request, response) => response.writeHead(503).end();
    expect((await claim(gateway.port, 'ann')).status).toBe(503);
    expect((await claim(gateway.port, 'ann')).status).toBe(503);
    expect(service.requests.map(({ headers }) => headers['spillway-retry'])).toEqual([undefined, 'unknown', 'unknown']);
  });

  it('with an unknown outcome, where nothing is to be repeated: waits for an operator', async () => {
    const service = await bench.recording((_request, response) => response.destroy());
    const gateway = await bench.open(service.url, ledgered({ unknown: 'refuse' }));
    await claim(gateway.port, 'ann');
    const said = await claim(gateway.port, 'ann');
    expect([said.status, said.json()]).toMatchObject([409, { code: 'CLAIM_IN_PROGRESS', outcome: 'unknown' }]);
    expect(Number(said.headers['retry-after'])).toBeGreaterThanOrEqual(60);
    expect(service.requests).toHaveLength(1);
  });

  it('after sending, by its client: runs to its end, and the repeat gets the answer', async () => {
    let answer = (): void => {};
    const service = await bench.recording((_request, response) => {
      answer = () => response.writeHead(201).end('coupon');
    });
    const gateway = await bench.open(service.url, ledgered({}, { timeoutMs: 10_000 }));
    const abort = new AbortController();
    const left = claim(gateway.port, 'ann', { signal: abort.signal });
    await service.arrived(1);
    abort.abort();
    await expect(left).rejects.toThrow();
    expect((await claim(gateway.port, 'ann')).json()).toMatchObject({ code: 'CLAIM_IN_PROGRESS' });
    answer();
    await until(async () => (await claim(gateway.port, 'ann')).status === 201);
    const said = await claim(gateway.port, 'ann');
    expect([said.body.toString(), said.headers['idempotency-replayed']]).toEqual(['coupon', 'true']);
    expect(service.requests).toHaveLength(1);
  });

  it('after answering, before storing: the client has its answer all the same, and the store learns of it later', async () => {
    const service = await bench.recording();
    const store = onRedis(redis().url);
    const gateway = await bench.open(service.url, { ...ledgered(), ...store });
    const other = await bench.open(service.url, { ...ledgered(), ...store });
    service.respond = (_request, response) => {
      redis().freeze();
      response.writeHead(201).end('coupon');
    };
    try {
      const said = await claim(gateway.port, 'ann');
      expect([said.status, said.body.toString()]).toEqual([201, 'coupon']);
      // Known in this process: replayed without the store. Unknown to it: refused rather than risked.
      expect((await claim(gateway.port, 'ann')).headers['idempotency-replayed']).toBe('true');
      expect((await claim(gateway.port, 'bob')).json()).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    } finally {
      redis().thaw();
    }
    service.respond = (_request, response) => response.writeHead(201).end('coupon');
    await until(async () => (await claim(other.port, 'ann')).headers['idempotency-replayed'] === 'true', 20_000);
    expect(service.requests.filter(({ headers }) => headers['x-user-id'] === 'ann')).toHaveLength(1);
  }, 60_000);
});
