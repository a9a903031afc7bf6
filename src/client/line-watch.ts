/** Ways to follow the line: the ticket itself, or the campaign document that everybody shares. */
import { type ClientClock, pause } from './clock.js';
import { asCampaign, type TicketDocument } from './documents.js';
import type { LineWatch, Watching } from './errand.js';
import { placeFromCampaignDocument } from './place.js';
import type { Reply } from './reply.js';

export type Ask = (signal: AbortSignal) => Promise<Reply>;

/** Polls the ticket. */
export class TicketPoll implements LineWatch {
  constructor(
    private readonly clock: ClientClock,
    private readonly askTicket: Ask,
  ) {}

  async next(place: TicketDocument, dueInMs: number, watch: Watching): Promise<Reply> {
    watch.onWait(place, dueInMs);
    await pause(this.clock, dueInMs, watch.signal);
    return this.askTicket(watch.signal);
  }
}

/**
 * Polls the campaign document, which a CDN may serve, and asks for the ticket only when its number seems to be
 * called, when the campaign is over, or when the document cannot be had or is of another line.
 */
export class CampaignPoll implements LineWatch {
  #epoch: number | null = null;

  constructor(
    private readonly clock: ClientClock,
    private readonly askTicket: Ask,
    private readonly askCampaign: Ask,
    private readonly random: () => number,
  ) {}

  async next(place: TicketDocument, dueInMs: number, watch: Watching): Promise<Reply> {
    let current = place;
    let waitMs = dueInMs;
    for (;;) {
      watch.onWait(current, waitMs);
      await pause(this.clock, waitMs, watch.signal);
      const computed = await this.#compute(place.number, watch.signal);
      if (computed?.state !== 'waiting') return this.askTicket(watch.signal);
      const { position, etaSeconds, pollAfterMs } = computed;
      current = { ...current, position, etaSeconds, pollAfterMs };
      waitMs = pollAfterMs;
    }
  }

  async #compute(number: number | null, signal: AbortSignal) {
    const reply = number === null ? null : await this.askCampaign(signal);
    const document = reply?.kind === 'reply' && reply.status === 200 ? asCampaign(reply.document) : null;
    if (document === null || number === null) return null;
    this.#epoch ??= document.epoch;
    if (document.epoch !== this.#epoch) {
      this.#epoch = null;
      return null;
    }
    return placeFromCampaignDocument(document, number, this.random);
  }
}
