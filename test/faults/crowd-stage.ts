/**
 * A crowd before real gateways, each a process, with a claim service that is a process too; and a fault in the middle:
 * while people still arrive, and a line stands.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/kernel/clock.js';
import { type BurstOptions, burstOptions, DEFAULT_BOUNDS } from '../../src/replay/burst-options.js';
import { reportBurst } from '../../src/replay/burst-report.js';
import { gather, WHOLE } from '../../src/replay/generator.js';
import { planOf } from '../../src/replay/plan-of.js';
import { receivedInSeconds } from '../../src/replay/received.js';
import { ServiceWitness } from '../../src/replay/service-witness.js';
import { Tally } from '../../src/replay/tally.js';
import { warmUp } from '../../src/replay/warm-up.js';
import { freePort } from '../claims/built-gateway.js';
import { CLAIMS, gatewayYaml } from '../support/gateway.js';
import { GatewayMachine } from '../support/gateway-machine.js';
import { until } from '../support/until.js';
import type { CrowdRun } from './crowd-figures.js';
import { SIZE } from './crowd-size.js';
import { CrowdWitness } from './crowd-witness.js';

export interface StageOptions {
  readonly gateways: number;
  readonly store: Readonly<Record<string, unknown>>;
  readonly campaign?: Readonly<Record<string, unknown>>;
  readonly upstream?: Readonly<Record<string, unknown>>;
  readonly server?: Readonly<Record<string, unknown>>;
}

/** A campaign that pays once, before a service that honours its keys. */
export const LEDGER = { campaign: { claims: { mode: 'per-claimant' } }, upstream: { idempotent: true } } as const;

/** Ends with the fault. @returns when it ended, if that was not just now */
export type Strike = (stage: CrowdStage) => Promise<number | undefined>;

export class CrowdStage {
  readonly gateways: GatewayMachine[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'spillway-crowd-'));
  readonly #ports: number[] = [];
  #witness!: CrowdWitness;

  private constructor(
    private readonly build: string,
    private readonly service: ChildProcess,
    private readonly serviceUrl: string,
  ) {}

  static async set(build: string, options: StageOptions): Promise<CrowdStage> {
    const program = join(build, 'dist/sample/claim-service-process.js');
    const service = fork(program, ['--port', '0', '--service-ms', '20', '--parallel', '200'], { silent: true });
    const [said] = (await once(service.stdout!, 'data')) as [Buffer];
    const stage = new CrowdStage(build, service, /^listening (\S+)/.exec(String(said))![1]!);
    writeFileSync(join(stage.#folder, 'spillway.yaml'), stage.#yaml(options));
    for (let i = 0; i < options.gateways; i++) stage.#ports.push(await freePort());
    await Promise.all(stage.#ports.map((_, i) => stage.start(i)));
    return stage;
  }

  /** Starts gateway number `i`, for the first time or again, on its port. */
  async start(i: number): Promise<void> {
    const env = { SPILLWAY_SERVER_PORT: String(this.#ports[i]) };
    const file = join(this.#folder, 'spillway.yaml');
    this.gateways[i] = await GatewayMachine.start({ build: this.build, file, env });
  }

  /** Whether the balancer sends anybody to a gateway. */
  set isIn(isIn: (gateway: number) => boolean) {
    this.#witness.isIn = isIn;
  }

  /** Sends the crowd, and strikes when a fifth of it is served. */
  async run(strike: Strike): Promise<CrowdRun> {
    const options = this.#options();
    const [plan, service] = [await planOf(options), new ServiceWitness(this.serviceUrl)];
    await warmUp();
    await service.begin();
    const tally = new Tally(options.people, plan);
    this.#witness = new CrowdWitness({
      origins: options.targets.map(({ url }) => url),
      timeoutMs: options.requestTimeoutMs,
      maxConnections: options.maxConnections,
      form: {
        claimPath: options.claimPath,
        ticketsPath: '/queue/lny/tickets',
        claimantHeader: options.claimantHeader,
        idempotencyKeys: false,
      },
    });
    const startMs = performance.now();
    const crowd = gather(options, plan, WHOLE, this.#witness, systemClock, tally, startMs * 1000);
    const gone = crowd.run();
    await until(() => tally.granted >= options.people / 5, 60_000);
    // How quickly processes that have just been started answer is another question.
    this.#witness.ownUs.reset();
    const healedMs = ((await strike(this)) ?? performance.now()) - startMs;
    await gone;
    await this.#witness.close();
    const testimony = await service.testify();
    const aheadUs = receivedInSeconds(options, tally, testimony)?.aheadUs ?? 0;
    return {
      report: reportBurst(options, tally, testimony),
      witness: this.#witness,
      arrivalsMs: testimony.arrivals.map(({ atUs }) => (atUs + aheadUs) / 1000 - healedMs),
    };
  }

  async clear(): Promise<void> {
    await Promise.all(this.gateways.map((gateway) => gateway.kill()));
    this.service.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true });
  }

  #options(): BurstOptions {
    const { people, ratePerSecond, burst, slots } = SIZE;
    return burstOptions({
      targets: this.#ports.map((port) => ({ url: `http://127.0.0.1:${port}`, share: 1 })),
      campaign: 'lny',
      claimPath: CLAIMS,
      people,
      overSeconds: (0.6 * people) / ratePerSecond,
      maxConnections: 3000,
      serviceUrl: this.serviceUrl,
      bounds: { ...DEFAULT_BOUNDS, ratePerSecond, burst, concurrency: slots },
    });
  }

  #yaml({ store, campaign, upstream, server }: StageOptions): string {
    const { ratePerSecond, burst, slots, holdMs, deadlineMs } = SIZE;
    return gatewayYaml(this.serviceUrl, {
      store: { kind: 'redis', deadlineMs, ...store },
      server: server ?? {},
      campaign: { admission: { ratePerSecond, burst }, queue: { holdMs, poll: { maxMs: 3000 } }, ...campaign },
      upstream: { concurrency: { limit: slots }, ...upstream },
    });
  }
}
