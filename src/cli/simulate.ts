/** `spillway simulate`: a burst profile on a virtual clock, against the rooms of a gateway as configured. */
import type { Command } from 'commander';
import type { Environment } from '../config/environment.js';
import { loadConfig } from '../config/load.js';
import type { CampaignConfig, Config, UpstreamConfig } from '../config/schema.js';
import { type BurstOptions, burstOptions, DEFAULT_BOUNDS } from '../replay/burst-options.js';
import { PROFILES } from '../replay/profiles/catalogue.js';
import { simulateApart } from '../simulate/apart.js';
import { renderComparison } from '../simulate/comparison-text.js';
import { paceChanges, parseChange, type ScriptedChange } from '../simulate/scripted-changes.js';
import type { Simulated, SimulationOptions } from '../simulate/simulation.js';
import { renderSimulated } from '../simulate/simulation-text.js';
import { renderSoFar, type SoFar } from '../simulate/so-far.js';
import { atLeast, wholeAtLeast, worded } from './option-values.js';
import {
  addShapeOptions,
  type BurstShapeOptions,
  crowdOf,
  finishReport,
  type ReplayStreams,
  thresholdsOf,
} from './replay.js';

interface SimulateCommandOptions extends BurstShapeOptions {
  readonly config: string;
  readonly compare?: string;
  readonly campaign?: string;
  readonly gateways: number;
  /** false: `--no-gateway`. */
  readonly gateway: boolean;
  readonly roundTrip: number;
  readonly serviceMs: number;
  readonly parallel?: number;
  readonly crashAbove?: number;
  readonly restart: number;
  readonly change?: readonly ScriptedChange[];
}

export interface SimulateStreams extends ReplayStreams {
  readonly env: Environment;
}

const A_DAY_SECONDS = 86_400;
/** A service falls over when this many times as many claims are in flight as it serves at once. */
const CRASH_FACTOR = 20;
const SLOWDOWN = 2;
/** When the first moment of a simulation is, where the campaign has no opening: nothing depends on it. */
const SOME_DAY_MS = Date.UTC(2026, 1, 17);

/** @param finish - receives the exit status */
export function addSimulateCommand(
  program: Command,
  streams: SimulateStreams,
  finish: (exitStatus: number) => void,
): Command {
  const command = program
    .command('simulate')
    .summary('simulate a burst too big to replay')
    .description('Simulate a burst profile, or a trace, on a virtual clock, with a configuration as it is.')
    .argument('<profile|trace>', 'a profile, or a trace file')
    .option('--config <file>', 'configuration file', streams.env.SPILLWAY_CONFIG ?? 'config/spillway.yaml')
    .option('--compare <file>', 'another configuration, to set beside it')
    .option('--campaign <id>', 'the campaign (default: the first)')
    .option('--gateways <count>', 'gateways', wholeAtLeast(1), 1)
    .option('--no-gateway', 'let everybody claim from the service itself')
    .option('--round-trip <ms>', 'the way to the gateway and back', atLeast(0), 2)
    .option('--service-ms <ms>', 'how long the service takes for one claim', atLeast(0.1), 50)
    .option('--parallel <count>', "claims it serves at once (default: the upstream's limit)", wholeAtLeast(1))
    .option('--crash-above <count>', 'claims in flight it survives (default: 20 times as many)', wholeAtLeast(1))
    .option('--restart <seconds>', 'how long it is away after it fell over', atLeast(0), 3)
    .option('--change <s:name=val>', 'what operators do: 600:ratePerSecond=800; repeatable', addChange);
  return addShapeOptions(command, A_DAY_SECONDS).action(async (source: string, options: SimulateCommandOptions) =>
    finish(await runSimulateCommand(source, options, streams)),
  );
}

/** @returns exit status: 0 held, 99 a promise or threshold broken, 1 error */
async function runSimulateCommand(
  source: string,
  given: SimulateCommandOptions,
  streams: SimulateStreams,
): Promise<number> {
  const { out, err, env } = streams;
  try {
    const told = (soFar: SoFar): unknown => err.write(renderSoFar(soFar));
    const first = await simulateApart(await toOptions(source, given, given.config, env), told);
    if (given.compare !== undefined) {
      const second = await simulateApart(await toOptions(source, given, given.compare, env), told);
      out.write(compared(given, first, second));
      return Math.max(first.report.exitStatus, second.report.exitStatus);
    }
    const status = await finishReport(first.report, given, out);
    if (!given.json) out.write(renderSimulated(first));
    return status;
  } catch (error) {
    err.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function compared(given: SimulateCommandOptions, first: Simulated, second: Simulated): string {
  if (given.json) return `${JSON.stringify([first.report, second.report], null, 2)}\n`;
  return renderComparison([given.config, given.compare ?? ''], [first, second]);
}

async function toOptions(
  source: string,
  given: SimulateCommandOptions,
  file: string,
  env: Environment,
): Promise<SimulationOptions> {
  const { config } = loadConfig({ file, env });
  const campaign = campaignOf(config, given.campaign);
  const upstream = config.upstreams.find(({ id }) => id === campaign.upstream) as UpstreamConfig;
  const limit = upstream.concurrency.limit;
  const parallel = given.parallel ?? limit;
  const burst = await burstOf(source, given, campaign, limit);
  return {
    burst,
    campaign,
    upstream,
    gateway: given.gateway,
    roundTripMs: given.roundTrip,
    changes: given.change ?? [],
    startWallMs: startOf(burst, campaign),
    service: {
      serviceMs: given.serviceMs,
      parallel,
      crashAbove: given.crashAbove ?? parallel * CRASH_FACTOR,
      slowdown: SLOWDOWN,
      restartMs: given.restart * 1000,
      timeoutMs: upstream.timeoutMs,
    },
  };
}

async function burstOf(
  source: string,
  given: SimulateCommandOptions,
  campaign: CampaignConfig,
  concurrency: number,
): Promise<BurstOptions> {
  const claimPath = `/campaigns/${campaign.id}/claims`;
  const { ratePerSecond, burst } = campaign.admission;
  const target = given.gateway ? 'simulated gateway' : 'the service itself';
  return burstOptions({
    targets: Array.from({ length: given.gateway ? given.gateways : 1 }, () => ({ url: target, share: 1 })),
    campaign: campaign.id,
    claimPath,
    ...(await crowdOf(source, given, { claimPath, claimantHeader: campaign.claimant.name })),
    seed: given.seed,
    runId: 'p',
    patienceMs: given.patience * 1000,
    bounds: {
      ...DEFAULT_BOUNDS,
      ratePerSecond,
      burst,
      changes: paceChanges(given.change ?? [], campaign),
      concurrency,
      minFairness: given.minFairness,
      ledger: given.ledger && campaign.claims.mode !== 'off',
      thresholds: await thresholdsOf(given),
    },
  });
}

function addChange(value: string, before: readonly ScriptedChange[] = []): readonly ScriptedChange[] {
  return [...before, worded(parseChange)(value)];
}

/** A campaign with an opening is simulated around it. */
function startOf({ shape, overSeconds }: BurstOptions, { schedule }: CampaignConfig): number {
  if (schedule.opensAt === null) return SOME_DAY_MS;
  const profile = PROFILES.get(shape);
  const before = profile === undefined ? 0 : (profile.opensAtSeconds * overSeconds) / profile.seconds;
  return Date.parse(schedule.opensAt) - before * 1000;
}

function campaignOf(config: Config, id: string | undefined): CampaignConfig {
  const campaign = id === undefined ? config.campaigns[0] : config.campaigns.find((one) => one.id === id);
  if (campaign === undefined) throw new RangeError(`there is no campaign '${id}'`);
  return campaign;
}
