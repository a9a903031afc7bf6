import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runAudit } from '../../src/cli/audit.js';
import { turnOf } from '../../src/waiting-room/lottery.js';
import { GatewayBench, gatewayYaml, type RunningGateway } from '../support/gateway.js';
import { sharedRedis } from '../support/redis-server.js';
import { until } from '../support/until.js';
import { claim, send } from './client.js';

const bench = new GatewayBench();
afterEach(() => bench.stopAll());
const redis = sharedRedis();

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();
const names = Array.from({ length: 12 }, (_, at) => `person-${at}`);

function lottery(openInMs: number): Record<string, unknown> {
  return {
    schedule: { prequeueAt: inMs(-1000), opensAt: inMs(openInMs), order: 'lottery' },
    admission: { ratePerSecond: 40, burst: 1 },
    queue: { holdMs: 100, poll: { nearMs: 50, maxMs: 300 } },
  };
}

async function status(port: number): Promise<Record<string, unknown>> {
  return (await send(port, { path: '/queue/lny/status.json' })).json();
}

interface Published {
  readonly commitment: string;
  readonly key: string | null;
  readonly from: number | null;
  readonly to: number | null;
}

async function audit(text: string, args: Parameters<typeof runAudit>[1] extends infer T ? Partial<T> : never) {
  const folder = await mkdtemp(join(tmpdir(), 'spillway-'));
  const config = join(folder, 'spillway.yaml');
  await writeFile(config, text);
  const out: string[] = [];
  const err: string[] = [];
  const exit = await runAudit(
    'lny',
    { config, ...args },
    { out: (said) => void out.push(said), err: (said) => void err.push(said), env: {} },
  );
  await rm(folder, { recursive: true });
  return { exit, out: out.join(''), err: err.join('') };
}

describe('a lottery', () => {
  it('tells nobody a number before the draw, and then everybody the one that the published key gives', async () => {
    const upstream = await bench.recording();
    const settings = {
      campaign: lottery(6000),
      redisUrl: redis().url,
      store: { keyPrefix: `lottery${process.pid}`, deadlineMs: 1000 },
    };
    const gateways: RunningGateway[] = [
      await bench.open(upstream.url, settings),
      await bench.open(upstream.url, settings),
    ];
    const portOf = (at: number): number => gateways[at % 2]!.port;

    const tickets: string[] = [];
    for (const [at, name] of names.entries()) {
      const answer = await claim(portOf(at), name);
      const document = answer.json();
      expect(document).toMatchObject({
        code: 'QUEUED',
        state: 'waiting',
        number: null,
        position: null,
        etaSeconds: null,
      });
      expect(document.joinNumber).toBe(at + 1);
      tickets.push(document.ticket as string);
    }
    const before = (await status(portOf(0))).lottery as Published;
    expect(before).toMatchObject({ key: null, from: null, to: null });
    expect((await status(portOf(1))).lottery).toEqual(before);

    await until(async () => ((await status(portOf(0))).lottery as Published).key !== null, 15_000);
    const drawn = (await status(portOf(0))).lottery as Published;
    expect(drawn).toMatchObject({ commitment: before.commitment, from: 1, to: names.length });
    expect(drawn.commitment).toBe(`sha256:${createHash('sha256').update(drawn.key!).digest('hex')}`);
    await until(async () => ((await status(portOf(1))).lottery as Published).key !== null);
    const known = { key: drawn.key!, from: 1, to: names.length };
    const order = names.map((_, at) => turnOf({ line: 0, number: at + 1, returns: 0 }, known)!);
    for (const [at, ticket] of tickets.entries()) {
      const document = (await send(portOf(at), { path: `/queue/lny/tickets/${ticket}` })).json();
      expect(document).toMatchObject({ number: order[at], joinNumber: at + 1 });
    }

    await Promise.all(
      names.map((name, at) =>
        until(async () => {
          const headers = { 'spillway-ticket': tickets[at]! };
          return (await claim(portOf(at), name, { headers })).status === 201;
        }),
      ),
    );
    expect(upstream.requests.length).toBe(names.length);

    const text = gatewayYaml(upstream.url, settings);
    const asked = await audit(text, { order: ['3', '7'], commitment: before.commitment });
    expect(asked.out).toContain(`key ${drawn.key}\ndrawn 1 to 12\njoined turn\n3 ${order[2]}\n7 ${order[6]}\n`);
    expect(asked.exit).toBe(0);
    expect(await audit(text, { order: true, commitment: 'sha256:other' })).toMatchObject({ exit: 1, out: '' });
    const document = `${gateways[1]!.url}/queue/lny/status.json`;
    const outside = await audit(text, { order: true, document });
    expect(outside.out.trimEnd().split('\n').slice(4)).toEqual(order.map((turn, at) => `${at + 1} ${turn}`));
  }, 60_000);

  it('does its draw on the embedded store alike, and shows nobody the key before', async () => {
    const upstream = await bench.recording();
    const gateway = await bench.open(upstream.url, { campaign: lottery(4000) });
    for (const name of names) await claim(gateway.port, name);
    expect(JSON.stringify(await status(gateway.port))).toContain('"key":null');
    const text = gatewayYaml(upstream.url, { campaign: lottery(1200) });
    const document = `${gateway.url}/queue/lny/status.json`;
    expect((await audit(text, { order: true, document })).err).toContain('not drawn yet');
    await until(async () => (await audit(text, { order: true, document })).exit === 0, 15_000);
    await Promise.all(names.map((name) => until(async () => (await claim(gateway.port, name)).status === 201)));
  }, 60_000);
});
