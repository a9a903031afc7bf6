import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { CAMPAIGN, CLAIMS, GatewayBench } from '../support/gateway.js';
import { claim, send, valuesOf } from './client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const bytes = (count: number): Buffer =>
  Buffer.from(Array.from({ length: count }, (_, at) => (at * 7 + (at >> 8)) & 255));
const digest = (body: Buffer): string =>
  `${body.length}:${body.toString('base64').slice(0, 64)}:${body.subarray(-64).toString('base64')}`;

describe('a claim that may pass', () => {
  it('gets the answer of the service unchanged: status, reason, fields, bytes', async () => {
    const body = bytes(300);
    const upstream = await bench.recording((_request, response) => {
      response.writeHead(207, 'Half And Half', [
        ...[
          'Set-Cookie',
          'a=1; Path=/',
          'X-Odd',
          'one',
          'Set-Cookie',
          'b=2',
          'ETag',
          '"v1"',
          'Cache-Control',
          'private',
        ],
        ...['Content-Type', 'application/x-coupon', 'Content-Length', String(body.length), 'Set-Cookie', 'c=3'],
        ...['Connection', 'X-Hop', 'X-Hop', 'gone', 'Keep-Alive', 'timeout=9', 'Spillway-Code', 'FORGED'],
      ]);
      response.end(body);
    });
    const { port } = await bench.open(upstream.url);
    const answer = await claim(port, 'ann');
    expect(answer.status).toBe(207);
    expect(valuesOf(answer.rawHeaders, 'set-cookie')).toEqual(['a=1; Path=/', 'b=2', 'c=3']);
    expect(answer.headers).toMatchObject({ 'x-odd': 'one', etag: '"v1"', 'cache-control': 'private' });
    expect(answer.headers['content-type']).toBe('application/x-coupon');
    expect(answer.headers['x-hop']).toBeUndefined();
    expect(answer.headers['spillway-code']).toBeUndefined();
    expect(answer.body.equals(body)).toBe(true);
    // Fields by which Spillway guards its own answers are no business of the service's.
    expect(answer.headers['content-security-policy']).toBeUndefined();
  });

  it.each([
    ['100 kB', 100_000],
    ['1 MB', 1_000_000],
    ['the largest', 1_048_576],
  ])('carries a body of %s both ways, byte for byte', async (_name, size) => {
    const upstream = await bench.recording((request, response) => response.writeHead(200).end(request.body));
    const { port } = await bench.open(upstream.url);
    const body = bytes(size);
    const plain = await claim(port, 'ann', { body });
    expect([plain.status, digest(plain.body)]).toEqual([200, digest(body)]);
    const chunked = await claim(port, 'ben', { body, headers: { 'transfer-encoding': 'chunked' } });
    expect([chunked.status, digest(chunked.body)]).toEqual([200, digest(body)]);
    expect(upstream.requests.map((request) => request.complete)).toEqual([true, true]);
  });

  it('streams the answer: the first chunk is there before the service has made the last', async () => {
    let finish = (): void => {};
    const upstream = await bench.recording((_request, response) => {
      response.write('first');
      finish = () => response.end('last');
    });
    const { port } = await bench.open(upstream.url);
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    socket.write(`POST ${CLAIMS} HTTP/1.1\r\nHost: a\r\nX-User-Id: ann\r\nContent-Length: 0\r\n\r\n`);
    let received = '';
    socket.on('data', (text) => {
      received += text;
    });
    while (!received.includes('first')) await once(socket, 'data');
    expect(received).toMatch(/transfer-encoding: chunked/i);
    expect(received).not.toContain('last');
    finish();
    while (!received.includes('0\r\n\r\n')) await once(socket, 'data');
    expect(received).toContain('last');
    socket.destroy();
  });

  it('streams a large upload: the service sees its beginning before the client has sent its end', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url);
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    socket.write(`POST ${CLAIMS} HTTP/1.1\r\nHost: a\r\nX-User-Id: ann\r\nContent-Length: 200000\r\n\r\n`);
    socket.write('x'.repeat(100_000));
    await upstream.arrived(1);
    socket.write('x'.repeat(100_000));
    const [answer] = await once(socket, 'data');
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(upstream.requests[0]?.body.length).toBe(200_000);
    socket.destroy();
  });

  it('passes a query, odd methods of its route and no-content answers on as they are', async () => {
    const upstream = await bench.recording((_request, response) => response.writeHead(204).end());
    const { port } = await bench.open(upstream.url, {
      campaign: { routes: [{ methods: ['POST', 'PUT', 'PATCH', 'DELETE'], path: CLAIMS }] },
    });
    for (const method of ['PUT', 'PATCH', 'DELETE']) {
      const answer = await claim(port, `u-${method}`, { method, path: `${CLAIMS}?a=%2F..&b=//` });
      expect([answer.status, answer.body.length]).toEqual([204, 0]);
    }
    expect(upstream.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(
      ['PUT', 'PATCH', 'DELETE'].map((method) => `${method} ${CLAIMS}?a=%2F..&b=//`),
    );
  });

  it.each([400, 401, 403, 404, 409, 410, 422, 429, 500, 503])(
    'passes the service own %i on, without a code of ours',
    async (status) => {
      const upstream = await bench.recording((_request, response) => response.writeHead(status).end('as it says'));
      const { port } = await bench.open(upstream.url);
      const answer = await claim(port, 'ann');
      expect([answer.status, answer.body.toString()]).toEqual([status, 'as it says']);
      expect(answer.headers['spillway-code']).toBeUndefined();
    },
  );
});

describe('a pass route', () => {
  it('serves GET and HEAD without claimant, token or place, as the service answers', async () => {
    const upstream = await bench.recording((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain', 'Content-Length': '5' }).end('hello');
    });
    const { port } = await bench.open(upstream.url, { campaign: { admission: { ratePerSecond: 0.01, burst: 1 } } });
    for (let time = 0; time < 3; time++) {
      const read = await send(port, { path: CAMPAIGN });
      expect([read.status, read.body.toString()]).toEqual([200, 'hello']);
    }
    const head = await send(port, { method: 'HEAD', path: CAMPAIGN });
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '5', 0]);
    expect(upstream.requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET', 'HEAD']);
    expect(upstream.requests[0]?.headers['spillway-claimant']).toBeUndefined();
  });
});

describe('RateLimit fields', () => {
  const limits = [
    { name: 'per-user', key: 'claimant', capacity: 3, refillPerSecond: 0.01 },
    { name: 'per-address', key: 'address', capacity: 50, refillPerSecond: 0.01 },
  ];

  it('count down with each claim of a claimant, as lists of strings with parameters', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url, { campaign: { limits } });
    const seen: unknown[] = [];
    for (let time = 0; time < 3; time++) seen.push((await claim(port, 'ann')).headers.ratelimit);
    expect(seen).toEqual(
      [2, 1, 0].map((left, at) =>
        expect.stringMatching(new RegExp(`^"per-user";r=${left};t=\\d+, "per-address";r=${49 - at};t=\\d+$`)),
      ),
    );
    const other = await claim(port, 'ben');
    expect(other.headers.ratelimit).toMatch(/^"per-user";r=2;t=\d+, "per-address";r=46;/);
    expect(other.headers['ratelimit-policy']).toBe('"per-user";q=3;w=300, "per-address";q=50;w=5000');
  });

  it('leave out a limit that does not apply, on a pass route that asks for nobody', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url, {
      campaign: { limits: limits.map((limit) => ({ ...limit, capacity: 2 })) },
    });
    const answers = [];
    for (let time = 0; time < 3; time++) answers.push(await send(port, { path: CAMPAIGN }));
    expect(answers.map(({ status, headers }) => [status, headers.ratelimit])).toEqual([
      [201, expect.stringMatching(/^"per-address";r=1;t=\d+$/)],
      [201, expect.stringMatching(/^"per-address";r=0;t=\d+$/)],
      [429, expect.stringMatching(/^"per-address";r=0;t=\d+$/)],
    ]);
    expect(answers[2]?.json()).toMatchObject({ code: 'RATE_LIMITED', 'violated-policies': ['per-address'] });
  });

  it('are absent where the campaign has no limits', async () => {
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url);
    const answer = await claim(port, 'ann');
    expect([answer.headers.ratelimit, answer.headers['ratelimit-policy']]).toEqual([undefined, undefined]);
  });
});
