/**
 * Stopping without a failed request.
 *
 *   serving ──stop()──▶ leaving ──`leaveMs`──▶ finishing ──all answered──▶ releasing ──▶ done (0)
 *                          │                       │ `drainMs` over            │ a release failed: done (1)
 *                          └──────stop() again─────┴──▶ cutting off ──▶ releasing ──▶ done (1)
 *
 * - leaving: not ready any more, still serving, so that the load balancer can notice. Every answer asks the client to
 *   close its connection, so that few idle ones are left to be closed under a client's hands.
 * - finishing: no new connection; idle ones are closed, the others as soon as they have their answer.
 * - releasing: what the gateway holds is given back, last taken first.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock } from '../kernel/clock.js';
import type { Logger } from '../kernel/logger.js';
import type { Readiness } from './readiness.js';

export type DrainPhase = 'serving' | 'leaving' | 'finishing' | 'cutting-off' | 'releasing' | 'done';

export interface DrainOptions {
  readonly readiness: Readiness;
  /** The listeners that clients use. The admin listener is a release: it is asked about readiness until the end. */
  readonly servers: readonly Server[];
  /** How long to serve after readiness went off, in milliseconds. */
  readonly leaveMs: number;
  /** How long the requests in flight may take after that, in milliseconds. */
  readonly drainMs: number;
  /** Called when no new connection is accepted any more: ends what would not end by itself, such as streams. */
  readonly onFinishing?: () => void;
  /** Gives back what was taken, in the order it was taken. */
  readonly releases: ReadonlyArray<() => Promise<void>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Between two looks for connections that have become idle, in milliseconds. */
const IDLE_SWEEP_MS = 50;

export class Drain {
  #phase: DrainPhase = 'serving';
  #done: Promise<number> | null = null;
  #cutOff: () => void = () => {};

  constructor(private readonly options: DrainOptions) {}

  get phase(): DrainPhase {
    return this.#phase;
  }

  /**
   * Begins to stop; asked again, it waits for nobody any more.
   * @returns the exit status: 0 when everybody got an answer and everything was given back, else 1
   */
  stop(): Promise<number> {
    if (this.#done === null) this.#done = this.#run();
    else if (this.#phase === 'leaving' || this.#phase === 'finishing') this.#cutOff();
    return this.#done;
  }

  async #run(): Promise<number> {
    const { clock, logger, leaveMs, drainMs, servers } = this.options;
    const cutOff = new Promise<'cut off'>((resolve) => {
      this.#cutOff = () => resolve('cut off');
    });
    this.#phase = 'leaving';
    this.options.readiness.drain();
    for (const server of servers) server.prependListener('request', askToClose);
    logger.info({ leaveMs, drainMs }, 'Stopping: no longer ready');
    let end: 'passed' | 'closed' | 'cut off' = await Promise.race([passed(clock, leaveMs, 'passed'), cutOff]);
    if (end !== 'cut off') this.#phase = 'finishing';
    const closed = this.#close();
    if (end !== 'cut off') {
      this.options.onFinishing?.();
      end = await Promise.race([closed, passed(clock, drainMs, 'cut off'), cutOff]);
    }
    if (end === 'cut off') {
      this.#phase = 'cutting-off';
      logger.warn('Stopping: requests in flight are cut off');
      for (const server of servers) server.closeAllConnections();
      await closed;
    }
    const released = await this.#release();
    this.#phase = 'done';
    return end !== 'cut off' && released ? 0 : 1;
  }

  /** Accepts no more connections; resolves when the last one is gone. */
  async #close(): Promise<'closed'> {
    const { clock, servers } = this.options;
    let open = true;
    const sweepIdle = (): void => {
      if (!open) return;
      for (const server of servers) server.closeIdleConnections();
      clock.after(IDLE_SWEEP_MS, sweepIdle);
    };
    const closing = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    sweepIdle();
    await Promise.all(closing);
    open = false;
    return 'closed';
  }

  async #release(): Promise<boolean> {
    this.#phase = 'releasing';
    let complete = true;
    for (const release of [...this.options.releases].reverse()) {
      try {
        await release();
      } catch (err) {
        complete = false;
        this.options.logger.error({ err }, 'Stopping: something could not be given back');
      }
    }
    return complete;
  }
}

function askToClose(_req: IncomingMessage, res: ServerResponse): void {
  res.shouldKeepAlive = false;
}

function passed<T extends string>(clock: Clock, ms: number, as: T): Promise<T> {
  return new Promise((resolve) => clock.after(ms, () => resolve(as)));
}
