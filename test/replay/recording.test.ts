import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { runBurst } from '../../src/replay/burst.js';
import { planOf } from '../../src/replay/plan-of.js';
import { readTrace } from '../../src/replay/trace/read-trace.js';
import { claim } from '../gateway/client.js';
import { CAMPAIGN, smallBurst } from '../simulate/small-world.js';
import { GatewayBench, gatewayYaml } from '../support/gateway.js';

const bench = new GatewayBench();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-recording-'));
});
afterEach(async () => {
  await bench.stopAll();
  await rm(folder, { recursive: true });
});

const rules = { claimPath: '/', claimantHeader: 'x-user-id' };
const traces = async (): Promise<string[]> => (await readdir(folder)).map((name) => join(folder, name));

async function recorded(recording: object, claims: ReadonlyArray<readonly [string, object?]>): Promise<string[]> {
  const upstream = await bench.recording();
  const { port } = await bench.open(upstream.url, { campaign: { recording: { folder, ...recording } } });
  for (const [name, headers = {}] of claims) await claim(port, name, { headers } as never);
  await bench.stopAll();
  return traces();
}

describe('a recording of a running gateway', () => {
  it('says who came when, and nothing of who they are', async () => {
    const secret = { authorization: 'Bearer abc', cookie: 'session=1', 'idempotency-key': 'k-1', 'x-app': 'ios' };
    const [file, ...others] = await recorded({}, [['ann', secret], ['bea'], ['ann']]);
    expect(others).toEqual([]);
    const text = gunzipSync(await readFile(file as string)).toString();
    expect(text).not.toMatch(/ann|bea|Bearer|session|k-1|ios/);
    const { header, lines } = await readTrace(file as string, rules);
    expect(header).toMatchObject({ seed: null, seconds: 1, source: expect.stringMatching(/^recorded from lny at 20/) });
    expect(lines).toHaveLength(3);
    expect(lines[0]).toEqual({ t: 0, c: expect.stringMatching(/^[\w-]{16}$/), m: 'POST', p: '/campaigns/lny/claims' });
    expect(lines[2]?.c).toBe(lines[0]?.c);
    expect(lines[1]?.c).not.toBe(lines[0]?.c);
    expect(lines[2]!.t).toBeGreaterThanOrEqual(lines[1]!.t);
  });

  it('keeps the fields that are asked for, and a key as the key', async () => {
    const fields = { 'idempotency-key': 'k-1', 'x-app': 'ios', 'x-other': 'no' };
    const [file] = await recorded({ headers: ['x-app', 'idempotency-key'] }, [['ann', fields], ['bea']]);
    const { lines } = await readTrace(file as string, rules);
    expect(lines[0]).toMatchObject({ k: 'k-1', h: { 'x-app': 'ios' } });
    expect(lines[1]).not.toHaveProperty('h');
  });

  it('ends after so many requests, and leaves no file where nobody came', async () => {
    const [file] = await recorded({ maxRequests: 2 }, [['ann'], ['bea'], ['cid']]);
    expect((await readTrace(file as string, rules)).lines).toHaveLength(2);
    await rm(file as string);
    expect(await recorded({}, [])).toEqual([]);
  });

  it('holds nobody up where the disk does not take it', async () => {
    const notAFolder = join(folder, 'file');
    await writeFile(notAFolder, '');
    const upstream = await bench.recording();
    const { port } = await bench.open(upstream.url, { campaign: { recording: { folder: notAFolder } } });
    expect((await claim(port, 'ann')).status).toBe(201);
    expect((await claim(port, 'bea')).status).toBe(201);
  });

  it('begins and ends with a reload, and goes on through one of something else', async () => {
    const upstream = await bench.recording();
    let text = gatewayYaml(upstream.url);
    const { port, gateway } = await bench.openYaml(text, undefined, () => text);
    const become = async (campaign: object): Promise<void> => {
      text = gatewayYaml(upstream.url, { campaign: campaign as Record<string, unknown> });
      expect(await gateway.reload('signal')).toMatchObject({ kind: 'applied' });
    };
    await claim(port, 'ann');
    await become({ recording: { folder } });
    await claim(port, 'bea');
    await become({ recording: { folder }, publish: { remaining: 'coarse' } });
    await claim(port, 'cid');
    await become({});
    await claim(port, 'dot');
    await bench.stopAll();
    const [file, ...others] = await traces();
    expect(others).toEqual([]);
    expect((await readTrace(file as string, rules)).lines).toHaveLength(2);
  });

  it('is replayed: as many people, in the same order', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `person-${i % 25}`);
    const [file] = await recorded(
      {},
      names.map((name) => [name] as const),
    );
    const service = await bench.sample({ serviceMs: 5 });
    const { url } = await bench.open(service.url, { campaign: CAMPAIGN });
    const options = smallBurst({
      traceFile: file as string,
      overSeconds: 1,
      people: 25,
      mix: { obedient: 1 },
      targets: [{ url, share: 1 }],
      serviceUrl: service.url,
    });
    expect((await planOf(options)).arrivesAtUs).toHaveLength(25);
    const report = await runBurst(options, { write: () => undefined });
    expect(report).toMatchObject({ arrived: 25, granted: 25, upstream: { received: 25 } });
  }, 60_000);
});
