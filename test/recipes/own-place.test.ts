/** People who compute their places from a cached document ask the gateway for nothing while they wait. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayBench, sumOf } from '../support/gateway.js';
import { example } from './examples.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());

/** A cache between: it keeps the document as long as it is told to. @returns its port */
async function cache(gatewayPort: number): Promise<number> {
  let [body, untilMs] = ['', 0];
  const server = createServer(async (req, res) => {
    if (performance.now() > untilMs) {
      const answer = await fetch(`http://127.0.0.1:${gatewayPort}${req.url}`);
      expect(answer.headers.get('cache-control')).toBe('public, max-age=1');
      untilMs = performance.now() + 1000;
      body = await answer.text();
    }
    res.setHeader('content-type', 'application/json').end(body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  bench.alsoStop(async () => void server.close().closeAllConnections());
  return (server.address() as AddressInfo).port;
}

describe('The example that computes its own place', () => {
  it.each(['fifo', 'lottery'])('is served, everybody in turn, without a poll at the gateway: %s', async (order) => {
    const upstream = await bench.recording();
    const opensAt = order === 'lottery' ? new Date(Date.now() + 4000).toISOString() : null;
    const { port, metrics } = await bench.openYaml(
      example('own-place/spillway.yaml', (settings) => {
        settings.upstreams[0].targets = [upstream.url];
        settings.campaigns[0].schedule = { order, opensAt, prequeueAt: opensAt && '2020-01-01T00:00:00Z' };
        settings.campaigns[0].queue = { poll: { nearMs: 100, maxMs: 2000 } };
      }),
    );
    const cached = await cache(port);
    const run = promisify(execFile);
    const people = Array.from({ length: 8 }, (_, at) => `p${at}`);
    const urls = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${cached}`, 'spring', '/coupons/spring/claims'];
    const ended = await Promise.all(
      people.map((who) => run(process.execPath, ['examples/own-place/claim.mjs', ...urls, who])),
    );
    for (const { stdout } of ended)
      expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({ status: 201 });
    expect(upstream.requests).toHaveLength(people.length);
    expect(sumOf(await metrics(), 'spillway_line_polls_total')).toBe(0);
  });
});
