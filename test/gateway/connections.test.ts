import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench } from '../support/gateway.js';
import { until } from '../support/until.js';
import { claim } from './client.js';
import { claimBytes, RawClient, statuses } from './raw-client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const REFUSED = 'POST /campaigns//claims HTTP/1.1\r\nHost: a\r\nX-User-Id: ann\r\nContent-Length: 0\r\n\r\n';

describe('claims behind one another on a connection', () => {
  it('are answered in their order, whichever the service answers first', async () => {
    const waiting: Array<() => void> = [];
    const upstream = await bench.recording(({ headers }, response) => {
      waiting.push(() => response.end(`for ${headers['spillway-claimant']}`));
      if (waiting.length === 2) for (const answer of waiting.reverse()) answer();
    });
    const { port } = await bench.open(upstream.url);
    const client = await RawClient.open(port);
    client.write(claimBytes('ann') + claimBytes('ben'));
    const received = await client.until(/for ben/);
    expect(received.indexOf('for ann')).toBeLessThan(received.indexOf('for ben'));
    client.vanish();
  });

  it.each([['in one piece'], ['in two pieces']])(
    'are not even begun behind one that ends the connection, %s',
    async (pieces) => {
      const upstream = await bench.recording();
      const { port, metrics } = await bench.open(upstream.url);
      const client = await RawClient.open(port);
      if (pieces === 'in one piece') client.write(REFUSED + claimBytes('ann'));
      else {
        client.write(REFUSED);
        client.write(claimBytes('ann'));
      }
      const received = await client.end();
      expect(statuses(received)).toEqual([400]);
      expect(upstream.requests).toEqual([]);
      expect((await claim(port, 'ben')).status).toBe(201);
      expect(upstream.requests.length).toBe(1);
      expect((await metrics()).get('spillway_upstream_in_flight{upstream="incentives"}')).toBe(0);
    },
  );

  it('are begun while a gateway stops only as far as they will be answered', async () => {
    let answer = (): void => {};
    const upstream = await bench.recording(({ headers }, response) => {
      if (headers['spillway-claimant'] === 'ann') answer = () => response.end('for ann');
      else response.end(`for ${headers['spillway-claimant']}`);
    });
    const { port, gateway } = await bench.open(upstream.url);
    const client = await RawClient.open(port);
    client.write(claimBytes('ann'));
    await upstream.arrived(1);
    const stopped = gateway.stop();
    client.write(claimBytes('ben') + claimBytes('cid'));
    await upstream.arrived(2);
    answer();
    const received = await client.end();
    expect(statuses(received)).toEqual([200, 200]);
    expect(upstream.requests.map(({ headers }) => headers['spillway-claimant'])).toEqual(['ann', 'ben']);
    expect(await stopped).toBe(0);
  });

  it('that are refused with a body unread leave the connection in step', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url, {
      campaign: { limits: [{ name: 'per-user', key: 'claimant', capacity: 1, refillPerSecond: 0.001 }] },
    });
    const client = await RawClient.open(port);
    const trap = claimBytes('eve', '');
    client.write(claimBytes('ann') + claimBytes('ann', trap));
    await client.until(/429 [\s\S]*\}$/);
    client.write(claimBytes('ann', trap.repeat(3)) + claimBytes('ben'));
    await client.until(/429 [\s\S]*429 [\s\S]*201 /);
    expect(statuses(client.received)).toEqual([201, 429, 429, 201]);
    expect(upstream.requests.map(({ headers }) => headers['spillway-claimant'])).toEqual(['ann', 'ben']);
    client.vanish();
  });
});

describe('a slow reader', () => {
  it('owns no slot: it ends when the service has answered, not when the client has read', async () => {
    const upstream = await bench.recording((_request, response) => response.end(Buffer.alloc(200_000, 'x')));
    const { port } = await bench.open(upstream.url, { upstream: { concurrency: { limit: 1 } } });
    const slow = await RawClient.open(port);
    slow.socket.pause();
    slow.write(claimBytes('slow'));
    await upstream.arrived(1);
    for (const user of ['ann', 'ben', 'cid']) expect((await claim(port, user)).status).toBe(200);
    slow.socket.resume();
    await slow.until(/x{1000}$/);
    slow.vanish();
  });
});

describe('what surrounds a body', () => {
  it('Expect: 100-continue is answered here, and the service never hears of it', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url);
    const client = await RawClient.open(port);
    const [head, body] = claimBytes('ann', '{"a":1}', 'Expect: 100-continue\r\n').split('\r\n\r\n') as [string, string];
    client.write(`${head}\r\n\r\n`);
    await client.until(/^HTTP\/1\.1 100 Continue\r\n\r\n/);
    expect(upstream.requests).toEqual([]);
    client.write(body);
    await client.until(/201 /);
    expect(upstream.requests[0]?.headers.expect).toBeUndefined();
    expect(upstream.requests[0]?.body.toString()).toBe('{"a":1}');
    client.vanish();
  });

  it.each(['websocket', 'h2c', 'TLS/1.0'])('an upgrade to %s is passed over', async (protocol) => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url);
    const client = await RawClient.open(port);
    const fields = `Connection: Upgrade, HTTP2-Settings\r\nUpgrade: ${protocol}\r\nHTTP2-Settings: AAMAAABk\r\n`;
    client.write(claimBytes('ann', '{}', fields));
    expect(statuses(await client.until(/coupon/))).toEqual([201]);
    const names = Object.keys(upstream.requests[0]?.headers ?? {});
    for (const name of ['upgrade', 'http2-settings']) expect(names).not.toContain(name);
    client.vanish();
  });

  it('a small body that turns out malformed reaches nobody', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url);
    const client = await RawClient.open(port);
    client.write(
      claimBytes('ann').replace('Content-Length: 2', 'Transfer-Encoding: chunked').replace('{}', '2\r\n{}\r\n'),
    );
    client.write('zz\r\n');
    expect(statuses(await client.end())).toEqual([400]);
    expect(upstream.requests).toEqual([]);
  });

  it('a large body that breaks off half way is no claim to the service, and gives its slot back', async () => {
    const upstream = await bench.recording();
    const { port, metrics } = await bench.open(upstream.url, { upstream: { concurrency: { limit: 1 } } });
    for (const breakOff of ['zz\r\n', null]) {
      const seen = upstream.requests.length;
      const client = await RawClient.open(port);
      client.write(claimBytes('ann').replace('Content-Length: 2', 'Transfer-Encoding: chunked').slice(0, -2));
      client.write(`${(100_000).toString(16)}\r\n${'x'.repeat(100_000)}\r\n`);
      await upstream.arrived(seen + 1);
      if (breakOff === null) client.vanish();
      else client.write(breakOff);
      await until(() => upstream.requests[seen]?.complete !== null);
      expect(upstream.requests[seen]?.complete).toBe(false);
    }
    await until(async () => (await metrics()).get('spillway_upstream_in_flight{upstream="incentives"}') === 0);
    expect((await claim(port, 'ben')).status).toBe(201);
  });
});
