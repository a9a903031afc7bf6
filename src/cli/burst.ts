/** `spillway burst`: a burst of people against running gateways. */
import { type Command, Option } from 'commander';
import { runBurst, TargetUnreachableError } from '../replay/burst.js';
import { type BurstTarget, burstOptions, DEFAULT_BOUNDS } from '../replay/burst-options.js';
import type { Output } from '../replay/progress.js';
import { renderReport } from '../replay/report-text.js';
import { addTarget, atLeast, share, wholeAtLeast } from './option-values.js';

export interface BurstCommandStreams {
  readonly out: Output;
  readonly err: Output;
}

export interface BurstCommandOptions {
  /** Without one: the sample's gateway. */
  readonly target?: readonly BurstTarget[];
  readonly campaign: string;
  readonly basePath: string;
  readonly claimPath?: string;
  readonly people: number;
  readonly over: number;
  readonly arrivals: 'poisson' | 'even';
  readonly seed: number;
  readonly runId?: string;
  readonly claimantHeader: string;
  /** Share of people who do not come when called. */
  readonly absent: number;
  readonly patience: number;
  readonly timeout: number;
  readonly connections: number;
  /** false: `--no-service`. */
  readonly service: string | false;
  readonly rate: number;
  readonly burst: number;
  readonly concurrency: number;
  readonly minFairness: number;
  readonly maxSlip: number;
  readonly json?: boolean;
}

/** @returns exit status: 0 held, 99 a promise broken, 98 run invalid, 1 error */
export async function runBurstCommand(given: BurstCommandOptions, streams: BurstCommandStreams): Promise<number> {
  const { out, err } = streams;
  try {
    const report = await runBurst(toBurstOptions(given), given.json ? err : out);
    out.write(given.json ? `${JSON.stringify(report, null, 2)}\n` : renderReport(report));
    return report.exitStatus;
  } catch (error) {
    const cure =
      error instanceof TargetUnreachableError ? ': start the sample with `npm start`, or name a --target' : '';
    err.write(`${error instanceof Error ? error.message : String(error)}${cure}\n`);
    return 1;
  }
}

/** @param finish - receives the exit status */
export function addBurstCommand(
  program: Command,
  streams: BurstCommandStreams,
  finish: (exitStatus: number) => void,
): Command {
  return program
    .command('burst')
    .summary('replay a burst of people')
    .description('Replay a burst of people against running gateways, and judge what became of them.')
    .option('--target <url[,share]>', 'a gateway and its share of the people; repeatable', addTarget)
    .option('--campaign <id>', 'the campaign', 'lny-2026')
    .option('--base-path <path>', "where the line's own endpoints live", '/queue')
    .option('--claim-path <path>', 'where claims are made (default: /campaigns/{campaign}/claims)')
    .option('--people <count>', 'how many come', wholeAtLeast(1), 8000)
    .option('--over <seconds>', 'the time in which all of them arrive', atLeast(0.001), 10)
    .addOption(new Option('--arrivals <shape>', 'how they arrive').choices(['poisson', 'even']).default('poisson'))
    .option('--seed <number>', 'the same seed plans the same burst', wholeAtLeast(0), 1)
    .option('--run-id <name>', "begins every claimant's name (default: new people each time)")
    .option('--claimant-header <name>', 'the header that names the claimant', 'x-user-id')
    .option('--absent <share>', 'share of people who do not come when called', share, 0)
    .option('--patience <seconds>', 'a person gives up after this', atLeast(0.1), 120)
    .option('--timeout <seconds>', 'a request without an answer failed after this', atLeast(0.1), 15)
    .option('--connections <count>', 'most connections to one gateway', wholeAtLeast(1), 9000)
    .option('--service <url>', 'the sample claim service, whose own arrival times are judged', 'http://127.0.0.1:9000')
    .option('--no-service', 'judge by the answers alone')
    .option('--rate <number>', 'claims a second the gateway is set to', atLeast(0), DEFAULT_BOUNDS.ratePerSecond)
    .option('--burst <number>', 'burst the gateway is set to', atLeast(0), DEFAULT_BOUNDS.burst)
    .option('--concurrency <number>', 'claims in flight the gateway is set to', atLeast(1), DEFAULT_BOUNDS.concurrency)
    .option('--min-fairness <share>', 'least share of pairs served in order', share, DEFAULT_BOUNDS.minFairness)
    .option('--max-slip <ms>', 'p99 lateness beyond which the run is invalid', atLeast(0), DEFAULT_BOUNDS.maxSlipP99Ms)
    .option('--json', 'print the report as JSON; progress goes to standard error')
    .addHelpText('after', '\nExit status: 0 held, 99 a promise broken, 98 run invalid, 1 error.')
    .action(async (options: BurstCommandOptions) => finish(await runBurstCommand(options, streams)));
}

function toBurstOptions(given: BurstCommandOptions): ReturnType<typeof burstOptions> {
  const { rate, burst, concurrency, minFairness, maxSlip } = given;
  return burstOptions({
    ...(given.target === undefined ? {} : { targets: given.target }),
    campaign: given.campaign,
    basePath: given.basePath,
    ...(given.claimPath === undefined ? {} : { claimPath: given.claimPath }),
    people: given.people,
    overSeconds: given.over,
    shape: given.arrivals,
    seed: given.seed,
    ...(given.runId === undefined ? {} : { runId: given.runId }),
    claimantHeader: given.claimantHeader,
    mix: { obedient: 1 - given.absent, absent: given.absent },
    patienceMs: given.patience * 1000,
    requestTimeoutMs: given.timeout * 1000,
    maxConnections: given.connections,
    serviceUrl: given.service === false ? null : given.service,
    bounds: { ...DEFAULT_BOUNDS, ratePerSecond: rate, burst, concurrency, minFairness, maxSlipP99Ms: maxSlip },
  });
}
