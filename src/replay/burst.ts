/** Runs one burst of people against running gateways, and reports what became of them. */
import { connect } from 'node:net';
import { type Clock, systemClock } from '../kernel/clock.js';
import type { BurstOptions } from './burst-options.js';
import { type BurstReport, reportBurst } from './burst-report.js';
import type { CrowdPlan } from './crowd-plan.js';
import { generate, WHOLE } from './generator.js';
import { GeneratorPool } from './generator-pool.js';
import { planOf } from './plan-of.js';
import { glance, type Output, Progress } from './progress.js';
import { serviceEvents } from './service-events.js';
import { ServiceWitness } from './service-witness.js';
import { Tally } from './tally.js';
import { warmUp } from './warm-up.js';

/**
 * @param out - receives a line a second
 * @throws TargetUnreachableError before anybody is sent, when a gateway does not listen
 * @throws Error when the claim service, if one is named, cannot be read
 */
export async function runBurst(options: BurstOptions, out: Output, clock: Clock = systemClock): Promise<BurstReport> {
  await Promise.all(options.targets.map(({ url }) => assertListening(url)));
  const plan = await planOf(options);
  const witness = options.serviceUrl === null ? null : new ServiceWitness(options.serviceUrl);
  await witness?.begin();
  const tally = new Tally(plan.arrivesAtUs.length, plan);
  const events = witness === null ? [] : serviceEvents(options);
  const timers = new Set<ReturnType<Clock['after']>>();
  const begin = (): void => {
    for (const { atMs, faults } of events) timers.add(clock.after(atMs, () => void witness?.setFaults(faults)));
  };
  try {
    await send(options, plan, out, clock, tally, begin);
  } finally {
    for (const timer of timers) timer.cancel();
    if (events.length > 0) await witness?.setFaults({});
  }
  return reportBurst(options, tally, (await witness?.testify()) ?? null);
}

async function send(
  options: BurstOptions,
  plan: CrowdPlan,
  out: Output,
  clock: Clock,
  tally: Tally,
  begin: () => void,
): Promise<void> {
  const pool = options.processes > 1 ? new GeneratorPool(options) : null;
  const progress = new Progress(() => pool?.glance ?? glance(tally), clock, out);
  try {
    if (pool !== null) await pool.run(tally, begin);
    else {
      await warmUp();
      begin();
      await generate(options, plan, WHOLE, clock, tally);
    }
  } finally {
    progress.stop();
  }
}

export class TargetUnreachableError extends Error {
  constructor(
    readonly url: string,
    cause: unknown,
  ) {
    super(`Nothing listens at ${url}`, { cause });
    this.name = 'TargetUnreachableError';
  }
}

async function assertListening(url: string): Promise<void> {
  const { hostname, port, protocol } = new URL(url);
  const portNumber = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
  await new Promise<void>((resolve, reject) => {
    const socket = connect(portNumber, hostname.replace(/^\[|\]$/g, ''), () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', (cause) => reject(new TargetUnreachableError(url, cause)));
  });
}
