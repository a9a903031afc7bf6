/** Single places of one campaign, for its operators. */
import type { PlaceDesk, PlaceFinding, PlaceSought } from '../admin/places.js';
import { StoreUnavailableError } from '../kernel/errors.js';
import type { Random } from '../kernel/random.js';
import type { Place } from '../waiting-room/place.js';
import type { CampaignContext } from './campaign-context.js';
import type { TicketReading } from './identity.js';
import { recordLeaving } from './line-record.js';
import { currentDocument, placeName } from './ticket-answers.js';

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
    const { link, ended, hasher } = context;
    link.reportClaimant('given', { claimant: hasher.hash(claimantId), place });
    ended.set(placeName(link.view?.epoch ?? 1, place), 'left');
    recordLeaving(context, place);
    return true;
  }

  #byTicket(text: string): PlaceFinding {
    const { tickets, link } = this.campaign();
    const ticket = tickets.verify(text);
    if (ticket === null) return { kind: 'not-a-ticket' };
    if (ticket.epoch < (link.view?.epoch ?? 0)) return { kind: 'outdated' };
    return this.#found(ticket.place, { kind: 'ticket', text, ticket });
  }

  #found(place: Place, reading: TicketReading): PlaceFinding {
    const context = this.campaign();
    const { state, number, position, etaSeconds, chance } = currentDocument(context, place, reading, null, this.random);
    const epoch = context.link.view?.epoch ?? 1;
    return { kind: 'found', place: { state, epoch, number, position, etaSeconds, chance, missedCalls: place.returns } };
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
