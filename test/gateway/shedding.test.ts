import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, sumOf } from '../support/gateway.js';
import { until } from '../support/until.js';
import { claim, send } from './client.js';
import { expectProblem, REDUCED_CAPACITY } from './problems.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

const OVERLOADED = { status: 503, code: 'OVERLOADED', again: true, type: REDUCED_CAPACITY };

describe('a full gateway', () => {
  it('says OVERLOADED to who comes beyond its room, without reading a body, and has room again', async () => {
    const held: Array<() => void> = [];
    const { url } = await bench.recording((_request, response) => {
      held.push(() => response.writeHead(201).end('{}'));
    });
    const { port, metrics } = await bench.open(url, { server: { overload: { maxInFlight: 10 } } });
    const inside = Array.from({ length: 10 }, (_, at) => claim(port, `in${at}`));
    await until(() => held.length === 10);
    expectProblem(await claim(port, 'late'), OVERLOADED);
    expect(sumOf(await metrics(), 'spillway_shed_total', { reason: 'capacity' })).toBe(1);
    for (const answer of held) answer();
    expect((await Promise.all(inside)).every(({ status }) => status === 201)).toBe(true);
    const again = claim(port, 'late');
    await until(() => held.length === 11);
    held.at(-1)!();
    expect((await again).status).toBe(201);
  });

  it('bounds the bytes of bodies it holds', async () => {
    const { url } = await bench.recording();
    const { port } = await bench.open(url, { server: { overload: { maxBufferedBytes: 65_536 } } });
    const slow = request({
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/campaigns/lny/claims',
      headers: { 'x-user-id': 'slow', 'content-length': 60_000 },
    });
    slow.on('error', () => {});
    slow.write('x');
    const answers = async (): Promise<number> => (await claim(port, 'ann', { body: 'y'.repeat(10_000) })).status;
    await until(async () => (await answers()) === 503);
    expectProblem(await claim(port, 'ann', { body: 'y'.repeat(10_000) }), OVERLOADED);
    slow.destroy();
    await until(async () => (await answers()) !== 503);
  });
});

describe('the lower class', () => {
  const PRIORITY = { header: 'x-class', reserve: 0.5 };
  const low = (port: number, user: string) => claim(port, user, { headers: { 'x-class': 'background' } });

  it('leaves half of the burst to the others, and gets no place in line', async () => {
    const { url } = await bench.recording();
    const { port } = await bench.open(url, {
      server: { trustProxy: ['127.0.0.1/32'] },
      campaign: { priority: PRIORITY, admission: { ratePerSecond: 0.5, burst: 20 } },
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    const lows = await Promise.all(Array.from({ length: 30 }, (_, at) => low(port, `low${at}`)));
    for (const answer of lows) if (answer.status !== 201 && answer.status !== 200) expectProblem(answer, OVERLOADED);
    const document = (await send(port, { path: '/queue/lny/status.json' })).json();
    expect(document.tail).toBe(0);
  });

  it('is nobody’s to choose for themselves: the header counts only from a trusted proxy', async () => {
    const { url } = await bench.recording();
    const { port } = await bench.open(url, {
      campaign: { priority: PRIORITY, admission: { ratePerSecond: 0.5, burst: 1 } },
    });
    const codes = await Promise.all(
      Array.from({ length: 5 }, async (_, at) => (await low(port, `u${at}`)).headers['spillway-code']),
    );
    expect(codes.filter((code) => code === 'QUEUED').length).toBeGreaterThanOrEqual(4);
  });

  it('can be a route', async () => {
    const { url } = await bench.recording();
    const { port } = await bench.open(url, {
      campaign: {
        priority: { lowRoutes: ['/campaigns/lny/claims'] },
        admission: { ratePerSecond: 0.5, burst: 1 },
      },
    });
    expectProblem(await claim(port, 'ann'), OVERLOADED);
  });
});
