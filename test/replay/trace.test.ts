import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { burstOptions } from '../../src/replay/burst-options.js';
import { planOf } from '../../src/replay/plan-of.js';
import { isTraceFile, readTrace } from '../../src/replay/trace/read-trace.js';
import { planText, saveTrace } from '../../src/replay/trace/write-trace.js';

const RULES = { claimPath: '/campaigns', claimantHeader: 'x-user-id' };
const HEADER = '{"spillway-trace":1,"seconds":10}';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-trace-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

const PROFILE = burstOptions({
  people: 60,
  overSeconds: 10,
  shape: 'tv-minute',
  mix: { obedient: 1, devices: 1, bot: 1 },
});

describe('a trace', () => {
  it('is the same for the same seed, byte for byte, packed or not', async () => {
    const text = planText(PROFILE, await planOf(PROFILE));
    expect(planText(PROFILE, await planOf(PROFILE))).toBe(text);
    expect(planText({ ...PROFILE, seed: 2 }, await planOf({ ...PROFILE, seed: 2 }))).not.toBe(text);
    await saveTrace(join(folder, 'a.ndjson.gz'), text);
    await saveTrace(join(folder, 'b.ndjson.gz'), text);
    expect(await readFile(join(folder, 'a.ndjson.gz'))).toEqual(await readFile(join(folder, 'b.ndjson.gz')));
  });

  it.each(['t.ndjson', 't.ndjson.gz'])('read back from %s plans the crowd it was made of', async (name) => {
    const plan = await planOf(PROFILE);
    await saveTrace(join(folder, name), planText(PROFILE, plan));
    const again = await planOf({ ...PROFILE, shape: 'trace', traceFile: join(folder, name) });
    expect(again).toEqual(plan);
  });

  it('is stretched and pressed', async () => {
    const lines = `${HEADER}\n{"t":5000,"c":"ann","m":"POST","p":"/c"}\n`;
    const traceFile = await file('t.ndjson', lines);
    const plan = await planOf(burstOptions({ traceFile, overSeconds: 2 }));
    expect([...plan.arrivesAtUs]).toEqual([1e6]);
  });

  it('says what a claim carries', async () => {
    const traceFile = await file(
      't.ndjson',
      `${HEADER}\n{"t":0,"c":"a","m":"POST","p":"/c","k":"k1","h":{"x-app":"1"},"b":"{1}"}\n`,
    );
    const { claims } = await planOf(burstOptions({ traceFile, overSeconds: 10 }));
    expect(claims).toEqual([{ k: 'k1', h: { 'x-app': '1' }, b: '{1}' }]);
  });

  it('starts a person once, whatever it did afterwards', async () => {
    const ann = '"c":"ann","m":"POST","p":"/c"';
    const traceFile = await file(
      't.ndjson',
      `${HEADER}\n{"t":0,${ann}}\n{"t":9,${ann}}\n{"t":9,"c":"bob","m":"GET","p":"/c"}\n`,
    );
    expect((await planOf(burstOptions({ traceFile, overSeconds: 10 }))).arrivesAtUs).toHaveLength(2);
  });

  it.each([
    ['', 'line 1: the file is empty'],
    ['{"seconds":3}', 'line 1: a trace begins with'],
    ['nothing', 'line 1: this is no JSON'],
    [`${HEADER}\n{"t":1,"c":"a","m":"GET"}`, 'line 2: p:'],
    [`${HEADER}\n{"t":-1,"c":"a","m":"GET","p":"/"}`, 'line 2: t:'],
    [`${HEADER}\n{"t":1,"c":"a","m":"GET","p":"/"}\n{"t":0,"c":"a","m":"GET","p":"/"}`, 'line 3: times never go back'],
  ])('that reads %j is refused', async (text, reason) => {
    await expect(readTrace(await file('t.ndjson', text), RULES)).rejects.toThrow(reason);
  });

  it('that is not there, or not what its name says, is refused', async () => {
    await expect(readTrace(join(folder, 'none.ndjson'), RULES)).rejects.toThrow('ENOENT');
    await expect(readTrace(await file('t.ndjson.gz', 'no gzip'), RULES)).rejects.toThrow('incorrect header check');
    await expect(readTrace(await file('t.har', '{}'), RULES)).rejects.toThrow('no HTTP archive');
    expect([isTraceFile('a.ndjson.gz'), isTraceFile('x.har'), isTraceFile('tv-minute')]).toEqual([true, true, false]);
  });
});

describe('an access log', () => {
  const log = [
    '10.0.0.1 - - [17/Feb/2026:00:00:01 +0100] "POST /campaigns/lny/claims HTTP/1.1" 201 17',
    '10.0.0.2 - - [17/Feb/2026:00:00:01 +0100] "POST /campaigns/lny/claims?x=1 HTTP/1.1" 429 17 "-" "curl"',
    '10.0.0.1 - ann [16/Feb/2026:23:00:03 +0000] "GET /campaigns/lny HTTP/2.0" 200 17',
    '10.0.0.9 - - [17/Feb/2026:00:00:02 +0100] "GET /favicon.ico HTTP/1.1" 404 0',
    'something else',
  ].join('\n');

  it.each([
    ['a.log', log],
    ['a.log.gz', gzipSync(log)],
  ])('becomes a trace from %s, without addresses and names', async (name, content) => {
    const { header, lines } = await readTrace(await file(name, content), RULES);
    expect(lines.map(({ t, m, p }) => [t, m, p])).toEqual([
      [0, 'POST', '/campaigns/lny/claims'],
      [500, 'POST', '/campaigns/lny/claims?x=1'],
      [2000, 'GET', '/campaigns/lny'],
    ]);
    expect(new Set(lines.map(({ c }) => c)).size).toBe(3);
    expect(JSON.stringify(lines)).not.toMatch(/10\.0\.0|ann/);
    expect(header.seconds).toBe(3);
  });
});

describe('an HTTP archive', () => {
  it('becomes a trace, told apart by the claimant header', async () => {
    const entry = (second: number, path: string, user: string) => ({
      startedDateTime: `2026-02-17T00:00:0${second}.250Z`,
      request: { method: 'POST', url: `https://shop.example${path}`, headers: [{ name: 'X-User-Id', value: user }] },
    });
    const entries = [
      entry(3, '/campaigns/c/claims', 'ann'),
      entry(1, '/campaigns/c/claims', 'bob'),
      entry(0, '/', 'x'),
    ];
    const { lines } = await readTrace(await file('a.har', JSON.stringify({ log: { entries } })), RULES);
    expect(lines.map(({ t, p }) => [t, p])).toEqual([
      [0, '/campaigns/c/claims'],
      [2000, '/campaigns/c/claims'],
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/ann|bob/);
  });
});
