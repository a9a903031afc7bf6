import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { lastProblem, sendRaw } from '../http/raw-socket.js';
import { GatewayBench, type RunningGateway, sumOf } from '../support/gateway.js';
import type { RecordingUpstream } from '../support/recording-upstream.js';
import { claim } from './client.js';
import { corpus } from './corpus.js';

const bench = new GatewayBench();
let upstream: RecordingUpstream;
let gateway: RunningGateway;
/** A campaign of its own keeps somebody waiting while all this happens. */
const WAITING = { path: '/campaigns/shut/claims' };

beforeAll(async () => {
  upstream = await bench.recording();
  gateway = await bench.open(upstream.url, {
    campaign: { limits: [{ name: 'per-user', key: 'claimant', capacity: 2, refillPerSecond: 0.001 }] },
    campaigns: [
      {
        id: 'shut',
        upstream: 'incentives',
        routes: [{ methods: ['POST'], path: WAITING.path }],
        claimant: { from: 'header', name: 'x-user-id', unverified: true },
        admission: { ratePerSecond: 0.01, burst: 1 },
      },
    ],
  });
  expect((await claim(gateway.port, 'ann', WAITING)).json()).toMatchObject({ code: 'QUEUED', number: 1 });
});
afterAll(() => bench.stopAll());

describe('bytes that are no clean request', () => {
  it.each(corpus.map(({ name, bytes, answer }) => [name, answer[0], answer[1], bytes] as const))(
    '%s: %i %s, one answer, and nothing reaches the service',
    async (_name, status, code, bytes) => {
      const before = upstream.requests.length;
      const received = await sendRaw(gateway.port, bytes);
      expect(received).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(received.match(/HTTP\/1\.1 \d+ /g)?.length).toBe(1);
      expect(lastProblem(received)).toMatchObject({ status, code, instance: expect.any(String) });
      expect(received).toMatch(new RegExp(`^Spillway-Code: ${code}\r$`, 'm'));
      expect(received).toMatch(/^Connection: close\r$/m);
      expect(upstream.requests.slice(before).map(({ url }) => url)).toEqual([]);
    },
  );

  it('after all of which no token is spent, no slot taken, no limit charged, and nobody has lost a place', async () => {
    const samples = await gateway.metrics();
    expect(sumOf(samples, 'spillway_admissions_total')).toBe(0);
    expect(sumOf(samples, 'spillway_upstream_in_flight')).toBe(0);
    expect((await claim(gateway.port, 'ann', WAITING)).json()).toMatchObject({
      code: 'QUEUED',
      number: 1,
      position: 1,
    });
    const granted = await claim(gateway.port, 'ann');
    expect([granted.status, granted.headers.ratelimit]).toEqual([201, expect.stringContaining('r=1')]);
    expect(upstream.requests.length).toBe(1);
  });
});
