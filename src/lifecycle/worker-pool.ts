/**
 * The workers of one machine, as their primary keeps them.
 *
 *   starting ──says ready──▶ ready ──told to stop──▶ stopping ──exits──▶ gone
 *      └────────────exits─────┴──▶ gone; a new one of the same configuration starts, after a pause if it lived briefly
 *
 * - Replacing starts a whole new generation first. Only when each of it is ready are the old ones told to drain; when
 *   one cannot start, the new ones are told to, and the old ones stay.
 * - A worker that ends without having been told takes nobody with it.
 */
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import { jittered, type Random } from '../kernel/random.js';
import type { MetricsSnapshot } from '../metrics/exposition.js';
import type { ToPrimary, WorkerProcess, WorkerReport } from './worker-messages.js';

/** Who lived for longer is started again at once, in microseconds. */
const LIVED_US = 10_000_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 5000;
/** A worker that does not report within this time is left out, in milliseconds. */
const REPORT_MS = 1000;

export interface WorkerPlan {
  readonly configText: string;
  /** Whoever takes a crashed worker's place serves by the same secrets, whatever has become of their files. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly count: number;
}

export interface WorkerPoolOptions {
  readonly fork: () => WorkerProcess;
  /** Where the admin listener of a worker is to be. */
  readonly adminPathOf: (worker: number) => string;
  /** An operator told one worker to drain. */
  readonly onDrain: () => void;
  /** The last counts of a worker that is gone. */
  readonly onDeparted: (metrics: MetricsSnapshot) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface Worker {
  readonly number: number;
  readonly pid: number;
  readonly adminPath: string;
  readonly state: 'starting' | 'ready' | 'stopping';
}

interface Generation {
  readonly number: number;
  readonly plan: WorkerPlan;
}

interface Member {
  readonly number: number;
  readonly generation: number;
  readonly process: WorkerProcess;
  readonly adminPath: string;
  readonly bornUs: number;
  state: 'starting' | 'ready' | 'stopping' | 'gone';
  port: number;
  problem: string | null;
  lastMetrics: MetricsSnapshot | null;
  status: number | string | null;
  readonly started: (ready: boolean) => void;
  readonly gone: Promise<void>;
}

export type Started =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'failed'; readonly problem: string };

export class WorkerPool {
  /** The generation in force; its workers are replaced when they end by themselves. */
  #inForce: Generation = { number: 0, plan: { configText: '', files: new Map(), count: 0 } };
  #generations = 0;
  #numbers = 0;
  #asked = 0;
  #pauseMs = FIRST_PAUSE_MS;
  #stopping = false;
  /** One replacement at a time. */
  #turn: Promise<unknown> = Promise.resolve();
  readonly #members = new Set<Member>();
  readonly #reports = new Map<number, (report: WorkerReport) => void>();

  constructor(private readonly options: WorkerPoolOptions) {}

  /** Oldest first. */
  get workers(): readonly Worker[] {
    const alive = [...this.#members].filter(({ state }) => state !== 'gone');
    return alive.map(({ number, process, adminPath, state }) => ({
      number,
      pid: process.pid,
      adminPath,
      state: state as Worker['state'],
    }));
  }

  /** The first workers, or others in the place of those there are: nobody is told to stop before all are ready. */
  begin(plan: WorkerPlan): Promise<Started> {
    const turn = this.#turn.then(() => this.#begin(plan));
    this.#turn = turn;
    return turn;
  }

  /** Drains every worker; asked again, they wait for nobody. @returns the exit status: the worst of theirs */
  async stop(): Promise<number> {
    this.#stopping = true;
    const members = [...this.#members].filter(({ state }) => state !== 'gone');
    for (const member of members) this.#stop(member);
    await Promise.all(members.map(({ gone }) => gone));
    return members.every(({ status }) => status === 0) ? 0 : 1;
  }

  /** What each worker says of itself; who does not answer in time is left out. */
  async reports(): Promise<ReadonlyArray<{ readonly worker: Worker; readonly report: WorkerReport }>> {
    const members = [...this.#members].filter(({ state }) => state === 'ready' || state === 'stopping');
    const answers = await Promise.all(
      members.map(async (member) => ({ member, report: await this.#report(member.process) })),
    );
    const reported = [];
    for (const { member, report } of answers) {
      if (report === null || member.state === 'gone') continue;
      member.lastMetrics = report.metrics;
      const { number, adminPath, state, process } = member;
      reported.push({ worker: { number, adminPath, state, pid: process.pid }, report });
    }
    return reported;
  }

  async #begin(plan: WorkerPlan): Promise<Started> {
    const generation = { number: ++this.#generations, plan };
    const starts = Array.from({ length: plan.count }, () => this.#fork(generation));
    const ready = await Promise.all(starts.map(({ started }) => started));
    const members = starts.map(({ member }) => member);
    if (this.#stopping) return { kind: 'failed', problem: 'The gateway was told to stop.' };
    if (!ready.every((one) => one)) {
      for (const member of members) this.#stop(member);
      const problem = members.find((member) => member.problem !== null)?.problem;
      return { kind: 'failed', problem: problem ?? 'A worker ended while it started; its log says why.' };
    }
    this.#inForce = generation;
    for (const member of this.#members) if (member.generation !== generation.number) this.#stop(member);
    for (const member of members) if (member.state === 'gone') this.#startAgain(member);
    return { kind: 'ready', port: members[0]!.port };
  }

  #fork(generation: Generation): { readonly member: Member; readonly started: Promise<boolean> } {
    const number = ++this.#numbers;
    const adminPath = this.options.adminPathOf(number);
    const process = this.options.fork();
    let gone = (): void => {};
    let begun = (_ready: boolean): void => {};
    const started = new Promise<boolean>((resolve) => {
      begun = resolve;
    });
    const member: Member = {
      number,
      generation: generation.number,
      process,
      adminPath,
      bornUs: this.options.clock.monotonicUs(),
      state: 'starting',
      port: 0,
      problem: null,
      lastMetrics: null,
      status: null,
      started: begun,
      gone: new Promise((resolve) => {
        gone = resolve;
      }),
    };
    this.#members.add(member);
    const { configText } = generation.plan;
    const files = Object.fromEntries([...generation.plan.files].map(([path, bytes]) => [path, asBase64(bytes)]));
    process.onMessage((message) => {
      if (message.kind === 'hello') process.tell({ kind: 'begin', worker: number, configText, files, adminPath });
      else this.#heard(member, message);
    });
    process.onExit((end) => {
      this.#ended(member, end);
      gone();
    });
    return { member, started };
  }

  #heard(member: Member, message: Exclude<ToPrimary, { kind: 'hello' }>): void {
    switch (message.kind) {
      case 'ready':
        if (member.state === 'starting') member.state = 'ready';
        member.port = message.port;
        member.started(true);
        return;
      case 'failed':
        member.problem = message.problem;
        return;
      case 'drain':
        this.options.onDrain();
        return;
      case 'reported':
        this.#reports.get(message.id)?.(message.report);
        return;
      case 'farewell':
        member.lastMetrics = message.metrics;
    }
  }

  #stop(member: Member): void {
    if (member.state === 'gone') return;
    member.state = 'stopping';
    member.process.tell({ kind: 'stop' });
  }

  #ended(member: Member, end: number | string): void {
    const { logger } = this.options;
    const { number, process, problem } = member;
    const told = member.state === 'stopping';
    member.state = 'gone';
    member.status = end;
    this.#members.delete(member);
    if (member.lastMetrics !== null) this.options.onDeparted(member.lastMetrics);
    member.started(false);
    if (told && end !== 0) logger.warn({ worker: number, end }, 'A worker was stopped before it had finished');
    if (told) return;
    logger.error({ worker: number, pid: process.pid, end, problem }, 'A worker ended by itself');
    if (member.generation === this.#inForce.number) this.#startAgain(member);
  }

  #startAgain(member: Member): void {
    const { clock, random } = this.options;
    const lived = clock.monotonicUs() - member.bornUs >= LIVED_US;
    const pauseMs = lived ? 0 : jittered(this.#pauseMs, 0.25, random);
    this.#pauseMs = lived ? FIRST_PAUSE_MS : Math.min(2 * this.#pauseMs, MAX_PAUSE_MS);
    clock.after(pauseMs, () => {
      if (!this.#stopping && member.generation === this.#inForce.number) this.#fork(this.#inForce);
    });
  }

  #report(process: WorkerProcess): Promise<WorkerReport | null> {
    const id = ++this.#asked;
    return new Promise((resolve) => {
      const finish = (report: WorkerReport | null): void => {
        this.#reports.delete(id);
        timer.cancel();
        resolve(report);
      };
      const timer = this.options.clock.after(REPORT_MS, () => finish(null));
      this.#reports.set(id, finish);
      process.tell({ kind: 'report', id });
    });
  }
}

function asBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
