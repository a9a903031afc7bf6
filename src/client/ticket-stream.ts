/**
 * Follows the ticket by a stream, and polls where there is none: where the gateway has as many streams as it holds, a
 * proxy in between gathers answers, or `fetch` gives no body to read.
 *
 *   listening ──event: waiting──▶ listening        listening ──any other event──▶ told
 *       │ lost: after `retry:`, jittered ──▶ listening
 *       └─refused, or lost three times without an event──▶ polling for a minute ──▶ listening
 */
import { type ClientClock, pause } from './clock.js';
import { asTicket, readObject, type TicketDocument } from './documents.js';
import type { LineWatch, Watching } from './errand.js';
import { EventText, type ServerEvent } from './event-reader.js';
import type { Reply } from './reply.js';
import { lengthened } from './steps.js';

/** @param lastId - of the event heard last; empty: none. @throws when there is no answer */
export type OpenStream = (lastId: string, signal: AbortSignal) => Promise<Response>;

/** Gateways say something each 15 seconds. */
const SILENCE_MS = 40_000;
const RETRY_MS = 3000;
const MOST_LOST = 3;
const POLLS_FOR_MS = 60_000;

type Heard =
  | { readonly kind: 'told'; readonly reply: Reply }
  /** @member afterMs - when to come back */
  | { readonly kind: 'lost'; readonly afterMs: number }
  | { readonly kind: 'refused' };

export class TicketStream implements LineWatch {
  #pollsUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: ClientClock,
    private readonly open: OpenStream,
    private readonly poll: LineWatch,
    private readonly random: () => number,
  ) {}

  async next(place: TicketDocument, dueInMs: number, watch: Watching): Promise<Reply> {
    const { clock } = this;
    const visit = new Visit({ clock, open: this.open }, place, clock.monotonicMs() + dueInMs, watch);
    if (clock.monotonicMs() < this.#pollsUntilMs) return this.poll.next(place, dueInMs, watch);
    watch.onWait(place, dueInMs);
    for (let lost = 0; lost < MOST_LOST; lost++) {
      const told = visit.lastId;
      const heard = await visit.listen();
      if (heard.kind === 'told') return heard.reply;
      if (heard.kind === 'refused') break;
      if (visit.lastId !== told) lost = 0;
      await pause(clock, lengthened(heard.afterMs, this.random), watch.signal);
    }
    this.#pollsUntilMs = clock.monotonicMs() + POLLS_FOR_MS;
    return this.poll.next(visit.place, Math.max(0, visit.dueMs - clock.monotonicMs()), watch);
  }
}

/** One wait of one place, over as many streams as it takes. */
class Visit {
  lastId = '';

  constructor(
    private readonly source: { readonly clock: ClientClock; readonly open: OpenStream },
    public place: TicketDocument,
    /** When a poll would be due, on the monotonic clock. */
    public dueMs: number,
    private readonly watch: Watching,
  ) {}

  /** @throws the reason of the signal when it aborts; nothing else */
  async listen(): Promise<Heard> {
    const { clock, open } = this.source;
    const { signal } = this.watch;
    signal.throwIfAborted();
    const cut = new AbortController();
    let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
    const stop = (): void => {
      cut.abort();
      reader?.cancel().catch(() => undefined);
    };
    signal.addEventListener('abort', stop, { once: true });
    let cancelSilence = clock.after(SILENCE_MS, stop);
    const text = new EventText();
    try {
      const response = await open(this.lastId, cut.signal);
      const type = response.headers.get('content-type') ?? '';
      if (response.status !== 200 || !type.startsWith('text/event-stream') || response.body === null) {
        return { kind: 'refused' };
      }
      const decoder = new TextDecoder();
      reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        cancelSilence();
        cancelSilence = clock.after(SILENCE_MS, stop);
        if (done) break;
        for (const event of text.add(decoder.decode(value, { stream: true }))) {
          const reply = this.#hear(event, response.headers);
          if (reply !== null) return { kind: 'told', reply };
        }
      }
    } catch {
      signal.throwIfAborted();
    } finally {
      cancelSilence();
      signal.removeEventListener('abort', stop);
      stop();
    }
    signal.throwIfAborted();
    return { kind: 'lost', afterMs: text.retryMs ?? RETRY_MS };
  }

  /** @returns null where the wait goes on */
  #hear({ id, data }: ServerEvent, headers: Headers): Reply | null {
    const document = readObject(data);
    const place = asTicket(document);
    if (place === null) return null;
    this.lastId = id;
    if (place.state !== 'waiting') {
      return { kind: 'reply', status: 200, headers, body: data, code: null, document, retryAfterMs: null };
    }
    this.place = place;
    this.dueMs = this.source.clock.monotonicMs() + place.pollAfterMs;
    this.watch.onWait(place, place.pollAfterMs);
    return null;
  }
}
