/** Runs one burst of people against running gateways, and reports what became of them. */
import { connect } from 'node:net';
import { type Clock, systemClock } from '../kernel/clock.js';
import type { BurstOptions } from './burst-options.js';
import { type BurstReport, claimantName, reportBurst } from './burst-report.js';
import { Crowd } from './crowd.js';
import { planCrowd } from './crowd-plan.js';
import { HttpTransport } from './http-transport.js';
import { type Output, Progress } from './progress.js';
import { seededRandom } from './seeded-random.js';
import { ServiceWitness } from './service-witness.js';
import { Tally } from './tally.js';

/**
 * @param out - receives a line a second
 * @throws TargetUnreachableError before anybody is sent, when a gateway does not listen
 * @throws Error when the claim service, if one is named, cannot be read
 */
export async function runBurst(options: BurstOptions, out: Output, clock: Clock = systemClock): Promise<BurstReport> {
  await Promise.all(options.targets.map(({ url }) => assertListening(url)));
  const witness = options.serviceUrl === null ? null : new ServiceWitness(options.serviceUrl);
  await witness?.begin();
  const tally = new Tally(options.people);
  const transport = new HttpTransport({
    origins: options.targets.map(({ url }) => url),
    timeoutMs: options.requestTimeoutMs,
    maxConnections: options.maxConnections,
  });
  const crowd = gather(options, transport, clock, tally);
  const progress = new Progress(tally, clock, out);
  // Neither the clock's timers nor idle connections keep the process alive while everybody waits.
  const alive = setInterval(() => undefined, 60_000);
  try {
    await crowd.run();
  } finally {
    clearInterval(alive);
    progress.stop();
    await transport.close();
  }
  return reportBurst(options, tally, (await witness?.testify()) ?? null);
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

function gather(options: BurstOptions, transport: HttpTransport, clock: Clock, tally: Tally): Crowd {
  const { people, overSeconds, shape, seed, noShowShare, targets, patienceMs, claimPath, claimantHeader } = options;
  const shares = targets.map(({ share }) => share);
  const crowdOptions = {
    plan: planCrowd({ people, overSeconds, shape, seed, noShowShare, shares }),
    claimPath,
    ticketsPath: `${options.basePath}/${options.campaign}/tickets`,
    claimantHeader,
    claimantOf: (person: number) => claimantName(options, person),
    patienceMs,
    random: seededRandom(seed ^ 0x27d4eb2f),
  };
  return new Crowd(crowdOptions, transport, clock, tally);
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
