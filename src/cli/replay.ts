/** `spillway replay`: a burst profile, or a trace, against running gateways. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { runBurst } from '../replay/burst.js';
import { type BurstOptions, type BurstTarget, burstOptions, DEFAULT_BOUNDS } from '../replay/burst-options.js';
import type { BurstReport } from '../replay/burst-report.js';
import { sizeOf } from '../replay/burst-size.js';
import { type Mix, parseMix } from '../replay/client-models.js';
import { renderHtml } from '../replay/html/html-report.js';
import { planOf } from '../replay/plan-of.js';
import { PROFILES } from '../replay/profiles/catalogue.js';
import type { Output } from '../replay/progress.js';
import { renderReport } from '../replay/report-text.js';
import { parseThreshold, parseThresholds, type Threshold } from '../replay/thresholds.js';
import { isTraceFile, readTrace } from '../replay/trace/read-trace.js';
import { planText, saveTrace } from '../replay/trace/write-trace.js';
import { addTarget, atLeast, share, wholeAtLeast, worded } from './option-values.js';

export interface ReplayStreams {
  readonly out: Output;
  readonly err: Output;
}

/** How big a burst is, who comes, and for which campaign: what replay and simulate have in common. */
export interface BurstShapeOptions {
  readonly campaign?: string;
  readonly people?: number;
  readonly peak?: number;
  readonly length?: number;
  readonly compression?: number;
  readonly seed: number;
  readonly mix?: Mix;
  readonly patience: number;
  readonly threshold?: readonly Threshold[];
  readonly thresholds?: string;
  readonly ledger: boolean;
  readonly minFairness: number;
  readonly json?: boolean;
  readonly report?: string;
}

interface ReplayCommandOptions extends BurstShapeOptions {
  readonly target?: readonly BurstTarget[];
  readonly campaign: string;
  readonly basePath: string;
  readonly claimPath?: string;
  readonly runId?: string;
  readonly claimantHeader: string;
  readonly idempotencyKeys?: boolean;
  readonly timeout: number;
  readonly connections: number;
  readonly processes: number;
  readonly service: string | false;
  readonly rate: number;
  readonly burst: number;
  readonly concurrency: number;
  readonly maxSlip: number;
  readonly writeTrace?: string;
}

/** @param finish - receives the exit status */
export function addReplayCommand(
  program: Command,
  streams: ReplayStreams,
  finish: (exitStatus: number) => void,
): Command {
  const command = program
    .command('replay')
    .summary('replay a burst against running gateways')
    .description('Replay a burst profile, or a trace, against running gateways, and judge what became of the people.')
    .argument('<profile|trace>', 'a profile, or a file: .ndjson, .har, .log, each also gzipped')
    .option('--target <url[,share]>', 'a gateway and its share of the people; repeatable', addTarget)
    .option('--campaign <id>', 'the campaign', 'lny-2026')
    .option('--base-path <path>', "where the line's own endpoints live", '/queue')
    .option('--claim-path <path>', 'where claims are made (default: /campaigns/{campaign}/claims)')
    .option('--run-id <name>', "begins every claimant's name (default: new people each time)")
    .option('--claimant-header <name>', 'the header that names the claimant', 'x-user-id')
    .option('--idempotency-keys', 'send an Idempotency-Key with each claim')
    .option('--timeout <seconds>', 'a request without an answer failed after this', atLeast(0.1), 15)
    .option('--connections <count>', 'most connections to one gateway', wholeAtLeast(1), 9000)
    .option('--processes <count>', 'processes that send', wholeAtLeast(1), 1)
    .option('--service <url>', 'a sample claim service behind, whose own log is judged', 'http://127.0.0.1:9000')
    .option('--no-service', 'judge by the answers alone')
    .option('--rate <number>', 'claims a second the gateway is set to', atLeast(0), DEFAULT_BOUNDS.ratePerSecond)
    .option('--burst <number>', 'burst the gateway is set to', atLeast(0), DEFAULT_BOUNDS.burst)
    .option('--concurrency <number>', 'claims in flight the gateway is set to', atLeast(1), DEFAULT_BOUNDS.concurrency)
    .option('--max-slip <ms>', 'p99 lateness beyond which the run is invalid', atLeast(0), DEFAULT_BOUNDS.maxSlipP99Ms)
    .option('--write-trace <file>', 'write what would be sent as a trace, and send nobody');
  return addShapeOptions(command, 120).action(async (source: string, options: ReplayCommandOptions) =>
    finish(await runReplayCommand(source, options, streams)),
  );
}

/** @param patienceSeconds - how long people wait unless told otherwise */
export function addShapeOptions(command: Command, patienceSeconds: number): Command {
  return command
    .option('--people <count>', 'how many come', wholeAtLeast(1))
    .option('--peak <rate>', 'arrivals a second at the peak', atLeast(0.001))
    .option('--length <seconds>', 'the time in which all arrive (default: at most 60 s)', atLeast(0.001))
    .option('--compression <factor>', 'how many times faster than the profile', atLeast(0.001))
    .option('--seed <number>', 'the same seed plans the same burst', wholeAtLeast(0), 1)
    .option('--mix <model=share,…>', "who comes (default: the profile's own mix)", worded(parseMix))
    .option('--patience <seconds>', 'a person gives up after this', atLeast(0.1), patienceSeconds)
    .option('--threshold <bound>', 'such as waitMs.p99<20000; repeatable', addThreshold)
    .option('--thresholds <file>', 'thresholds, one a line')
    .option('--no-ledger', 'the campaign keeps no ledger: nobody promises that a claimant is paid once')
    .option('--min-fairness <share>', 'least share of pairs served in order', share, DEFAULT_BOUNDS.minFairness)
    .option('--report <file>', 'write the report as one HTML file')
    .option('--json', 'print the report as JSON; progress goes to standard error')
    .addHelpText(
      'after',
      `\n${profileList()}\n\nExit status: 0 held, 99 a promise or threshold broken, 98 run invalid, 1 error.`,
    );
}

/** @returns exit status: 0 held, 99 a promise or threshold broken, 98 run invalid, 1 error */
async function runReplayCommand(source: string, given: ReplayCommandOptions, streams: ReplayStreams): Promise<number> {
  const { out, err } = streams;
  try {
    const options = await toBurstOptions(source, given);
    if (given.writeTrace !== undefined) {
      await saveTrace(given.writeTrace, planText(options, await planOf(options)));
      return 0;
    }
    return await finishReport(await runBurst(options, given.json ? err : out), given, out);
  } catch (error) {
    err.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** Prints and writes the report. @returns the exit status */
export async function finishReport(report: BurstReport, given: BurstShapeOptions, out: Output): Promise<number> {
  if (given.report !== undefined) await writeFile(given.report, renderHtml(report));
  out.write(given.json ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report));
  return report.exitStatus;
}

async function toBurstOptions(source: string, given: ReplayCommandOptions): Promise<BurstOptions> {
  const { rate, burst, concurrency, minFairness, maxSlip, ledger } = given;
  const { claimantHeader } = given;
  const claimPath = given.claimPath ?? `/campaigns/${given.campaign}/claims`;
  return burstOptions({
    ...(given.target === undefined ? {} : { targets: given.target }),
    campaign: given.campaign,
    basePath: given.basePath,
    claimPath,
    ...(await crowdOf(source, given, { claimPath, claimantHeader })),
    seed: given.seed,
    ...(given.runId === undefined ? {} : { runId: given.runId }),
    claimantHeader,
    idempotencyKeys: given.idempotencyKeys ?? false,
    patienceMs: given.patience * 1000,
    requestTimeoutMs: given.timeout * 1000,
    maxConnections: given.connections,
    processes: given.processes,
    serviceUrl: given.service === false ? null : given.service,
    bounds: {
      ...DEFAULT_BOUNDS,
      ratePerSecond: rate,
      burst,
      concurrency,
      minFairness,
      maxSlipP99Ms: maxSlip,
      ledger,
      thresholds: await thresholdsOf(given),
    },
  });
}

type Crowd = Pick<BurstOptions, 'people' | 'overSeconds' | 'mix' | 'shape' | 'traceFile'>;

/** Who comes, from a profile or a trace. @throws RangeError when there is no such profile */
export async function crowdOf(
  source: string,
  given: BurstShapeOptions,
  rules: { readonly claimPath: string; readonly claimantHeader: string },
): Promise<Crowd> {
  if (isTraceFile(source)) {
    const { header, lines } = await readTrace(source, rules);
    const overSeconds = given.length ?? header.seconds / (given.compression ?? 1);
    const people = new Set(lines.map(({ c }) => c)).size;
    return { people, overSeconds, mix: given.mix ?? { obedient: 1 }, shape: 'trace', traceFile: source };
  }
  const profile = PROFILES.get(source);
  if (profile === undefined) throw new RangeError(`there is no profile '${source}'.\n${profileList()}`);
  return { ...sizeOf(profile, given), mix: given.mix ?? profile.mix, shape: profile.name, traceFile: null };
}

export async function thresholdsOf(given: BurstShapeOptions): Promise<Threshold[]> {
  const inFile = given.thresholds === undefined ? [] : parseThresholds(await readFile(given.thresholds, 'utf8'));
  return [...inFile, ...(given.threshold ?? [])];
}

function addThreshold(value: string, before: readonly Threshold[] = []): readonly Threshold[] {
  return [...before, worded(parseThreshold)(value)];
}

function profileList(): string {
  const rows = [...PROFILES.values()].map(({ name, summary }) => `  ${name.padEnd(22)}${summary}`);
  return `Profiles:\n${rows.join('\n')}`;
}
