import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GatewayBench, type RunningGateway, sumOf } from '../support/gateway.js';
import type { RecordingUpstream } from '../support/recording-upstream.js';
import { claim } from './client.js';
import { RawClient } from './raw-client.js';

const bench = new GatewayBench();
let upstream: RecordingUpstream;
let gateway: RunningGateway;

beforeAll(async () => {
  upstream = await bench.recording((request, response) => response.end(request.body));
  gateway = await bench.open(upstream.url, { server: { cors: { origins: ['https://shop.example'] } } });
});
afterAll(() => bench.stopAll());

/** How long an answer to a whole request, or the end of the connection, may take, in milliseconds. */
const PATIENCE_MS = 2000;
/** Whoever has said nothing for so long is not in the middle of an answer. */
const QUIET_MS = 15;
/** Ends the connection, where what came before is whole. */
const LAST = 'GET /queue/lny/status.json HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** Sends bytes and, once all is quiet, ends its side; resolves with what came when the gateway has ended its own. */
async function exchange(bytes: string): Promise<string> {
  const client = await RawClient.open(gateway.port);
  const began = performance.now();
  client.write(bytes + LAST);
  let seen = -1;
  while (!client.closed && seen !== client.received.length) {
    seen = client.received.length;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
  client.socket.end();
  const late = setTimeout(() => client.socket.destroy(), PATIENCE_MS);
  const received = await client.end();
  clearTimeout(late);
  if (performance.now() - began >= PATIENCE_MS) throw new Error(`no end within ${PATIENCE_MS} ms of:\n${bytes}`);
  return received;
}

/** Reads whole answers from the front; throws where one is malformed. */
function readAnswers(received: string, heads: readonly boolean[] = []): number[] {
  const statuses: number[] = [];
  let rest = received;
  while (rest !== '') {
    const head = /^HTTP\/1\.1 (\d{3}) [^\r\n]*\r\n((?:[!#$%&'*+.^_`|~0-9A-Za-z-]+: [^\r\n\0]*\r\n)*)\r\n/.exec(rest);
    if (head === null) throw new Error(`no answer begins here: ${JSON.stringify(rest.slice(0, 200))}`);
    rest = rest.slice(head[0].length);
    const status = Number(head[1]);
    if (status < 200) continue;
    const isHead = heads[statuses.length] === true;
    statuses.push(status);
    const length = /^content-length: (\d+)\r$/im.exec(head[2]!)?.[1];
    if (isHead || status === 204 || status === 304) continue;
    if (/^transfer-encoding: chunked\r$/im.test(head[2]!)) rest = rest.slice(rest.indexOf('0\r\n\r\n') + 5);
    else if (length === undefined) throw new Error('an answer without a length');
    else if (rest.length < Number(length)) throw new Error('an answer cut short');
    else rest = rest.slice(Number(length));
  }
  return statuses;
}

const method = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'CONNECT') },
  { weight: 1, arbitrary: fc.string({ maxLength: 8 }) },
);
const knownPath = fc.constantFrom(
  ...['/campaigns/lny/claims', '/campaigns/lny', '/queue/lny', '/queue/lny/status.json', '/queue/lny/tickets'],
  ...['/queue/lny/tickets/me', '/queue/lny/tickets/AAAA', '/', '*'],
);
const path = fc.oneof(
  { weight: 10, arbitrary: knownPath },
  {
    weight: 2,
    arbitrary: fc.tuple(knownPath, fc.string({ unit: 'binary-ascii', maxLength: 20 })).map((p) => p.join('')),
  },
  { weight: 1, arbitrary: fc.webUrl() },
);
const fieldName = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.constantFrom(
      ...[
        'Host',
        'X-User-Id',
        'Content-Length',
        'Transfer-Encoding',
        'Connection',
        'Expect',
        'Upgrade',
        'Cookie',
        'TE',
      ],
      ...['Spillway-Ticket', 'Accept', 'Accept-Language', 'Origin', 'X-Forwarded-For', 'Forwarded', 'traceparent'],
      ...[
        'Access-Control-Request-Method',
        'Access-Control-Request-Headers',
        'Idempotency-Key',
        'If-None-Match',
        'Range',
      ],
    ),
  },
  { weight: 1, arbitrary: fc.string({ maxLength: 12 }) },
);
const fieldValue = fc.oneof(
  fc.constantFrom('ann', '0', '5', 'chunked', 'close', 'keep-alive', '100-continue', 'websocket', 'text/html', 'POST'),
  fc.constantFrom('https://shop.example', 'a=b; spillway-lny=AAAA', '*/*;q=0', 'null', ',', '"', 'x'.repeat(300)),
  fc.string({ unit: 'binary-ascii', maxLength: 30 }),
);
const body = fc.oneof(
  fc.constantFrom('', '{}', 'hello', '5\r\nhello\r\n0\r\n\r\n'),
  fc.string({ unit: 'binary-ascii' }),
);

const request = fc
  .record({
    method,
    path,
    version: fc.constantFrom(...Array.from({ length: 10 }, () => 'HTTP/1.1'), 'HTTP/1.0', 'HTTP/2.0'),
    host: fc.constantFrom(true, true, true, true, false),
    fields: fc.array(fc.tuple(fieldName, fieldValue), { maxLength: 4 }),
    body,
    framed: fc.constantFrom(true, true, true, false),
  })
  .map(({ method: verb, path: target, version, host, fields, body: payload, framed }) => {
    const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
    const base = `${host ? 'Host: a\r\n' : ''}${framed ? `Content-Length: ${payload.length}\r\n` : ''}`;
    return `${verb} ${target} ${version}\r\n${base}${lines}\r\n${payload}`;
  });

it('whatever is sent, what comes is nothing or whole answers, soon, and the gateway lives on', async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 3 }), async (requests) => {
      const received = await exchange(requests.join(''));
      for (const status of readAnswers(received)) {
        expect(status).toBeGreaterThanOrEqual(200);
        expect(status).not.toBe(500);
        seen.set(status, (seen.get(status) ?? 0) + 1);
      }
    }),
    { numRuns: 400 },
  );
  // The fuzz is worth something: it got served, refused, and turned away.
  for (const status of [200, 400]) expect(seen.get(status) ?? 0).toBeGreaterThan(20);
  expect(seen.size).toBeGreaterThanOrEqual(5);
}, 60_000);

it('bytes of any kind do no more', async () => {
  const noise = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
  await fc.assert(
    fc.asyncProperty(noise, async (bytes) => {
      readAnswers(await exchange(bytes));
    }),
    { numRuns: 150 },
  );
}, 60_000);

it('afterwards nothing is under way, and a claim is served', async () => {
  expect((await claim(gateway.port, 'ann')).status).toBe(200);
  const samples = await gateway.metrics();
  expect(sumOf(samples, 'spillway_upstream_in_flight')).toBe(0);
  expect(sumOf(samples, 'spillway_admissions_total')).toBeLessThanOrEqual(upstream.requests.length);
  expect(sumOf(samples, 'spillway_requests_total', { outcome: 'gateway_error' })).toBe(0);
});
