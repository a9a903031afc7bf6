import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { addReplayCommand } from '../../src/cli/replay.js';
import { type ClaimService, startClaimService } from '../../src/sample/claim-service.js';
import { type ModelGateway, startModelGateway } from './model-gateway.js';

let service: ClaimService;
let gateway: ModelGateway;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spillway-replay-'));
  service = await startClaimService({ serviceMs: 1 });
  gateway = await startModelGateway({ serviceUrl: service.url, ratePerSecond: 180, burst: 10, slots: 10 });
});
afterEach(async () => {
  await gateway.stop();
  await service.stop();
  await rm(folder, { recursive: true });
});

/** Runs `spillway replay …` for 40 people in half a second. */
async function run(...words: string[]) {
  const written = { out: '', err: '' };
  let exitStatus: number | null = null;
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  const out = { write: (text: string) => (written.out += text) };
  const err = { write: (text: string) => (written.err += text) };
  const command = addReplayCommand(program, { out, err }, (status) => {
    exitStatus = status;
  });
  command.exitOverride().configureOutput({ writeErr: () => undefined });
  const where = ['--target', gateway.url, '--service', service.url, '--rate', '300', '--burst', '50', '--no-ledger'];
  const busyMachine = ['--max-slip', '10000', '--min-fairness', '0'];
  await program.parseAsync(['replay', ...where, ...busyMachine, ...words], { from: 'user' });
  return { ...written, exitStatus };
}

/** So many people reached the service, and none under a name that was in what was imported. */
async function expectStrangers(people: number): Promise<void> {
  const { arrivals } = (await (await fetch(`${service.url}/_service/arrivals`)).json()) as Arrivals;
  expect(new Set(arrivals.map(({ claimant }) => claimant)).size).toBe(people);
  expect(JSON.stringify(arrivals)).not.toMatch(/person-|10\.0\.0/);
}

interface Arrivals {
  readonly arrivals: ReadonlyArray<{ readonly claimant: string }>;
}

const FEW = ['--people', '40', '--length', '0.5'];

describe('spillway replay', () => {
  it('prints the report of a profile, writes it as HTML, and exits 0 when all held', async () => {
    const report = join(folder, 'r.html');
    const { out, exitStatus } = await run('tv-minute', ...FEW, '--mix', 'obedient=1', '--report', report);
    expect(exitStatus).toBe(0);
    expect(out).toContain('40 of 40 (100.0 %)');
    expect(await readFile(report, 'utf8')).toContain('<h1>tv-minute on lny-2026</h1>');
  });

  it('prints nothing but JSON with --json, with the mix of the profile', async () => {
    const { out } = await run('tv-minute', ...FEW, '--json', '--seed', '3');
    const report = JSON.parse(out) as Record<string, unknown>;
    expect(report).toMatchObject({ outcome: 'held', options: { seed: 3, mix: { obedient: 0.9, absent: 0.1 } } });
  });

  it('exits 99 when a threshold is broken, given or in a file', async () => {
    const thresholds = join(folder, 'bounds');
    await writeFile(thresholds, 'granted>=1\nrequests<2 # too few\n');
    expect((await run('tv-minute', ...FEW, '--thresholds', thresholds)).exitStatus).toBe(99);
    expect((await run('tv-minute', ...FEW, '--threshold', 'waitMs.p50<0')).exitStatus).toBe(99);
  });

  it('exits 98 when the burst itself fell behind', async () => {
    const { out, exitStatus } = await run('tv-minute', ...FEW, '--max-slip', '0');
    expect(exitStatus).toBe(98);
    expect(out).toContain('INVALID');
  });

  it('writes a trace instead of sending, and replays it', async () => {
    const trace = join(folder, 't.ndjson.gz');
    expect((await run('tv-minute', ...FEW, '--mix', 'obedient=1', '--write-trace', trace)).exitStatus).toBe(0);
    expect(service.stats().received).toBe(0);
    const { out, exitStatus } = await run(trace);
    expect(exitStatus).toBe(0);
    expect(out).toContain('40 of 40');
  });

  it('replays what a browser wrote down: a person for each claimant, none by its own name', async () => {
    const entries = Array.from({ length: 30 }, (_, at) => ({
      startedDateTime: new Date(1_771_286_400_000 + at * 20).toISOString(),
      request: {
        method: 'POST',
        url: 'https://shop.example/campaigns/lny-2026/claims',
        headers: [{ name: 'X-User-Id', value: `person-${at % 24}` }],
      },
    }));
    const archive = join(folder, 'evening.har');
    await writeFile(archive, JSON.stringify({ log: { entries } }));
    const { out, exitStatus } = await run(archive, '--mix', 'obedient=1');
    expect(exitStatus).toBe(0);
    expect(out).toContain('24 of 24 (100.0 %)');
    await expectStrangers(24);
  });

  it('replays what a server wrote down', async () => {
    const line = (at: number) =>
      `10.0.0.${at} - - [17/Feb/2026:00:00:0${at % 2} +0000] "POST /campaigns/lny-2026/claims HTTP/1.1" 201 17`;
    const log = join(folder, 'access.log.gz');
    await writeFile(log, gzipSync(Array.from({ length: 30 }, (_, at) => line(at)).join('\n')));
    const { out, exitStatus } = await run(log, '--mix', 'obedient=1');
    expect(exitStatus).toBe(0);
    expect(out).toContain('30 of 30 (100.0 %)');
    await expectStrangers(30);
  });

  it('exits 1 with a sentence for a profile there is not, a trace that is none, and a gateway that is away', async () => {
    expect(await run('tv-hour')).toMatchObject({ exitStatus: 1, err: expect.stringContaining("no profile 'tv-hour'") });
    expect(await run('none.ndjson')).toMatchObject({ exitStatus: 1, err: expect.stringContaining('ENOENT') });
    expect(await run('tv-minute', '--length', '1', '--compression', '2')).toMatchObject({ exitStatus: 1 });
    await gateway.stop().catch(() => undefined);
    gateway = await startModelGateway({ serviceUrl: service.url, ratePerSecond: 1, burst: 1, slots: 1 });
    const away = await run('tv-minute', ...FEW, '--target', 'http://127.0.0.1:1');
    expect(away).toMatchObject({ exitStatus: 1, err: 'Nothing listens at http://127.0.0.1:1\n' });
  });

  it('uses the service up and says so: everybody is told', async () => {
    const { out, exitStatus } = await run('hopeless-odds', ...FEW);
    expect(exitStatus).toBe(0);
    expect(out).toMatch(/granted +1 of 40/);
    expect(out).toMatch(/refused +HTTP_410 39/);
  });

  it.each([
    ['--mix', 'bots=1'],
    ['--threshold', 'waitMs.p99'],
    ['--people', '0'],
    ['--processes', '0'],
  ])('refuses %s %s', async (option, value) => {
    await expect(run('tv-minute', option, value)).rejects.toMatchObject({ code: 'commander.invalidArgument' });
  });
});
