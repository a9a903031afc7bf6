/** Two gateways behind a balancer that goes by readiness, each replaced while people claim. */
import { Agent } from 'node:http';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { claim } from '../gateway/client.js';
import { GatewayBench, type RunningGateway } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { record } from './record.js';

jest.setTimeout(120_000);

const bench = new GatewayBench();
const redis = sharedRedis();
afterEach(() => bench.stopAll());

describe('A rolling restart of two gateways under load', () => {
  it('fails not one claim', async () => {
    const upstream = await bench.recording();
    const settings = {
      redisUrl: redis().url,
      store: { keyPrefix: 'rolling', deadlineMs: 1000 },
      server: { leaveMs: 400 },
      campaign: { admission: { ratePerSecond: 5000, burst: 1000 } },
    };
    const start = (): Promise<RunningGateway> => bench.open(upstream.url, settings);
    const behind = [await start(), await start()];
    let going = true;
    let claims = 0;
    const failed: string[] = [];
    const clients = Array.from({ length: 6 }, async (_, client) => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      for (let i = 0; going; i++) {
        let status = 429;
        while (status === 429) {
          // For each request anew, as a balancer does: one sent back again and again would outstay a gateway that leaves.
          const ready = behind.filter(({ gateway }) => gateway.readiness.report().ready);
          const { port } = ready[(client + i) % ready.length]!;
          status = await claim(port, `user-${client}-${i}`, { agent }).then(
            (answer) => answer.status,
            (err: Error) => {
              failed.push(err.message);
              return 0;
            },
          );
        }
        claims++;
        if (status !== 201 && status !== 0) failed.push(String(status));
      }
      agent.destroy();
    });
    for (let at = 0; at < 2; at++) {
      const old = behind[at]!;
      behind.push(await start());
      expect(await old.gateway.stop()).toBe(0);
    }
    going = false;
    await Promise.all(clients);
    record({
      fault: 'rolling restart of two gateways',
      moment: 'under load',
      figures: { claims, failed: failed.length },
    });
    expect(failed).toEqual([]);
    expect(claims).toBeGreaterThan(20);
  });
});
