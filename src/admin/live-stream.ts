/**
 * `GET /admin/v1/live`: one stream of events (WHATWG HTML, section 9.2) with everything that moves on the operator page.
 * What is sent is made once for all readers, and only while there are any.
 *
 *   hello   once: who reads, which gateway answers, and the last quarter of an hour
 *   state   twice a second: every campaign as `GET /admin/v1/campaigns/{id}` shows it, and this gateway
 *   sample  every five seconds: one more point of each line
 */
import type { RequestHandler, Response } from 'express';
import type { Clock, Timer } from '../kernel/clock.js';
import { bearerOf } from './auth.js';
import type { CampaignDesk } from './campaign-desk.js';
import { campaignStatus } from './campaign-status.js';
import { type History, SAMPLE_MS, type Sample } from './history.js';
import { sendProblem } from './problem.js';

/** Twice within the second in which a change of state must show. */
const STATE_MS = 500;
const MOST_READERS = 64;
/** What a reader may leave unread inside this process; beyond, it is cut off. */
const MOST_UNSENT_BYTES = 4_194_304;

export interface LiveStreamOptions {
  readonly clock: Clock;
  readonly desks: ReadonlyMap<string, CampaignDesk>;
  readonly history: History;
  readonly gateway: string;
  readonly version: string;
  /** What else is true of this gateway now. */
  readonly facts: () => Readonly<Record<string, unknown>>;
}

export class LiveStream {
  readonly #readers = new Set<Response>();
  #timer: Timer | null = null;

  constructor(private readonly options: LiveStreamOptions) {
    options.history.onSample(() => this.#tell('sample', this.#lastSamples()));
  }

  readonly handler: RequestHandler = (_req, res) => {
    if (this.#readers.size >= MOST_READERS) {
      res.set('Retry-After', '5');
      const detail = `${MOST_READERS} pages are open on this gateway already; close one, or ask another gateway.`;
      sendProblem(res, { status: 503, code: 'TOO_MANY_READERS', title: 'Service Unavailable', detail });
      return;
    }
    const { gateway, version } = this.options;
    res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' });
    const history = Object.fromEntries(this.#each((id) => this.options.history.samplesOf(id)));
    res.write(event('hello', { gateway, version, bearer: bearerOf(res), sampleMs: SAMPLE_MS, history }));
    res.write(event('state', this.#state()));
    this.#readers.add(res);
    res.on('close', () => this.#readers.delete(res));
    this.#timer ??= this.options.clock.after(STATE_MS, this.#turn);
  };

  readonly #turn = (): void => {
    this.#timer = null;
    if (this.#readers.size === 0) return;
    this.#tell('state', this.#state());
    this.#timer = this.options.clock.after(STATE_MS, this.#turn);
  };

  #tell(name: string, data: object): void {
    if (this.#readers.size === 0) return;
    const text = event(name, data);
    for (const reader of this.#readers) {
      if (reader.writableLength > MOST_UNSENT_BYTES) reader.destroy();
      else reader.write(text);
    }
  }

  #state(): object {
    const { desks, clock, facts } = this.options;
    const campaigns = [...desks.values()].map(({ campaign }) => campaignStatus(campaign));
    return { at: new Date(clock.wallMs()).toISOString(), ...facts(), campaigns };
  }

  #lastSamples(): Readonly<Record<string, Sample | null>> {
    return Object.fromEntries(this.#each((id) => this.options.history.samplesOf(id).at(-1) ?? null));
  }

  #each<T>(read: (campaign: string) => T): Array<[string, T]> {
    return [...this.options.desks.keys()].map((id) => [id, read(id)]);
  }
}

function event(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
