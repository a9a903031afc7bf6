/** Single places of one campaign, for its operators. */
import type { PlaceDesk, PlaceFinding, PlaceSought, SessionEnding } from '../admin/places.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Random } from '../kernel/random.js';
import type { Place } from '../waiting-room/place.js';
import type { Ticket } from '../waiting-room/tickets.js';
import type { CampaignContext } from './campaign-context.js';
import type { TicketReading } from './identity.js';
import { recordLeaving } from './line-record.js';
import { currentDocument } from './ticket-answers.js';

const UNTICKETED: TicketReading = { kind: 'none' };

export class PlaceFinder implements PlaceDesk {
  constructor(
    /** By the configuration in force. */
    private readonly campaign: () => CampaignContext,
    private readonly random: Random,
  ) {}

  async find(sought: PlaceSought): Promise<PlaceFinding> {
    if ('ticket' in sought) return this.#byTicket(sought.ticket);
    const place = await this.#placeOf(sought.claimant);
    return place === null ? { kind: 'none' } : this.#found(place, UNTICKETED);
  }

  async evict(claimantId: string): Promise<boolean> {
    const place = await this.#placeOf(claimantId);
    if (place === null) return false;
    const context = this.campaign();
    const { link, endings, hasher } = context;
    link.reportClaimant('given', { claimant: hasher.hash(claimantId), place });
    endings.ended(context.epoch(), place, 'left');
    recordLeaving(context, place);
    return true;
  }

  endSession(sought: PlaceSought): SessionEnding {
    const { sessions, hasher } = this.campaign();
    if (sessions.lastsMs === null) return { kind: 'no-sessions' };
    const whose = 'ticket' in sought ? this.#ownerOf(sought.ticket) : hasher.hash(sought.claimant);
    if (typeof whose !== 'string') return whose;
    sessions.end(whose);
    return { kind: 'done' };
  }

  /** By the hash that the store knows the claimant by. */
  #ownerOf(text: string): string | Exclude<SessionEnding, { kind: 'done' }> {
    const ticket = this.#verified(text);
    if (!('ticket' in ticket)) return ticket;
    return ticket.ticket.session?.claimant ?? { kind: 'not-a-session' };
  }

  #byTicket(text: string): PlaceFinding {
    const verified = this.#verified(text);
    if (!('ticket' in verified)) return verified;
    return this.#found(verified.ticket.place, { kind: 'ticket', text, ticket: verified.ticket });
  }

  #verified(text: string): { readonly ticket: Ticket } | { readonly kind: 'not-a-ticket' | 'outdated' } {
    const { tickets, link } = this.campaign();
    const ticket = tickets.verify(text);
    if (ticket === null) return { kind: 'not-a-ticket' };
    return ticket.epoch < (link.view?.epoch ?? 0) ? { kind: 'outdated' } : { ticket };
  }

  #found(place: Place, reading: TicketReading): PlaceFinding {
    const context = this.campaign();
    const { state, number, position, etaSeconds, chance } = currentDocument(context, place, reading, null, this.random);
    const missedCalls = place.returns;
    const epoch = context.epoch();
    return { kind: 'found', place: { state, epoch, number, position, etaSeconds, chance, missedCalls } };
  }

  #placeOf(claimantId: string): Promise<Place | null> {
    const { admission, hasher } = this.campaign();
    const request = { claimant: hasher.hash(claimantId), place: null, toldMs: 0, buckets: [], limits: [] };
    return new Promise((resolve, reject) => {
      admission.request('find', request, (decision) => {
        if (decision.kind === 'wait') resolve(decision.place);
        else if (decision.kind === 'store-unavailable') reject(new StoreUnavailableError('find', decision.waitedMs));
        else resolve(null);
      });
    });
  }
}
