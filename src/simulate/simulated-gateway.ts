/**
 * A gateway of a simulation: the rooms of a real one, asked without HTTP. It answers what the claim route and the
 * line's endpoints would: the same codes, documents and waits.
 */
import type { CampaignRooms } from '../admission/campaign-rooms.js';
import type { Decision } from '../admission/decision.js';
import type { CampaignState } from '../campaign/schedule.js';
import type { Clock } from '../kernel/clock.js';
import type { Random } from '../kernel/random.js';
import type { Reply } from '../replay/reply.js';
import type { Outgoing } from '../replay/transport.js';
import { MAIN, type Place } from '../waiting-room/place.js';
import { pollAfterMs } from '../waiting-room/poll-schedule.js';
import { standingOf } from '../waiting-room/standing.js';
import { ticketDocument } from '../waiting-room/ticket-document.js';
import { HandOver } from './hand-over.js';
import { Moments } from './moments.js';
import { type Answer, GONE, grant, over, problem, ticketReply } from './simulated-answers.js';
import type { SimulatedService } from './simulated-service.js';
import { type ReadTicket, readTicket, writeTicket } from './simulated-tickets.js';

export class SimulatedGateway {
  readonly #handOver: HandOver;
  readonly #moments: Moments;
  /** The buckets of a claimant under each limit; an address is taken for its claimant's own. */
  readonly #limits: ReadonlyArray<string | null>;

  constructor(
    readonly rooms: CampaignRooms,
    service: SimulatedService,
    clock: Clock,
    private readonly random: Random,
  ) {
    this.#moments = new Moments(rooms, clock);
    this.#handOver = new HandOver(rooms, service);
    this.#limits = rooms.live.effective.campaign.limits.map(({ name, key }) =>
      key.startsWith('header:') ? null : name,
    );
  }

  handle(request: Outgoing, answer: Answer): void {
    const { step, claimant, ticket } = request;
    if (step === 'claim') this.#claim(claimant, request, answer);
    else if (step === 'leave') answer(this.#leave(claimant, ticket ?? ''));
    else answer(this.poll(claimant, ticket ?? ''));
  }

  #claim(claimant: string, { ticket: text }: Outgoing, answer: Answer): void {
    const state = this.rooms.state();
    const ticket = text === null ? null : readTicket(text, claimant);
    const refusal = text !== null && ticket === null ? problem(400, 'TICKET_INVALID', null) : closedReply(state);
    if (refusal !== null) {
      answer(refusal);
      return;
    }
    const { admission, claims, nextAttempt } = this.rooms;
    const toldMs = ticket?.toldMs ?? 0;
    const buckets = this.#limits.map((limit) => (limit === null ? null : `${limit} ${claimant}`));
    const reading = claims.keepsEntries ? claims.read({}, claimant, '', () => '', nextAttempt) : null;
    const ledger = reading?.kind === 'request' ? reading.request : null;
    const request = { claimant, place: ticket, toldMs, buckets, ledger };
    const known = admission.known(request);
    const decided = (decision: Decision): void => this.#answer(decision, claimant, ticket, text, answer);
    if (known !== null) decided(known);
    else if (state === 'prequeue') admission.request('join', request, decided);
    else admission.claim(request, decided);
  }

  /** It asks no store, and changes nothing. */
  poll(claimant: string, text: string): Reply {
    this.rooms.link.touch();
    const state = this.rooms.state();
    const ticket = readTicket(text, claimant);
    if (ticket === null) return problem(400, 'TICKET_INVALID', null);
    if (state === 'sold-out' || state === 'ended') return ticketReply(200, null, state, text, null, 0, null);
    return this.#document(200, null, ticket, ticket, text, claimant);
  }

  /**
   * The same for somebody of whom a number says everything, and the same draw.
   * @returns `pollAfterMs`; null: there is more to say
   */
  glance(number: number): number | null {
    const { standing: settings, stretch, poll, view, isOver } = this.#moments.now();
    if (isOver) return null;
    const standing = standingOf({ line: MAIN, number, returns: 0 }, 0, view, settings);
    return standing.kind === 'waiting' ? pollAfterMs(standing.soonestMs, stretch, poll, this.random) : null;
  }

  #leave(claimant: string, text: string): Reply {
    const ticket = readTicket(text, claimant);
    if (ticket === null) return problem(400, 'TICKET_INVALID', null);
    this.rooms.link.reportClaimant('given', { claimant, place: ticket });
    return GONE;
  }

  #answer(decision: Decision, claimant: string, ticket: ReadTicket | null, text: string | null, answer: Answer): void {
    if (decision.kind === 'admit') this.#handOver.begin(decision.pass, claimant, answer);
    else if (decision.kind === 'wait') {
      answer(this.#document(429, 'QUEUED', decision.place, ticket, text, claimant));
    } else answer(this.#refusal(decision, claimant));
  }

  #refusal(decision: Exclude<Decision, { kind: 'admit' | 'wait' }>, claimant: string): Reply {
    switch (decision.kind) {
      case 'limited':
        return problem(429, 'RATE_LIMITED', decision.waitMs);
      case 'in-progress':
        return problem(409, 'CLAIM_IN_PROGRESS', 1000);
      case 'replay':
        return grant(claimant);
      case 'over':
        return over(this.rooms.state());
      case 'shut':
      case 'overloaded':
        return problem(503, 'OVERLOADED', 1000);
      case 'full':
        return problem(503, 'QUEUE_FULL', 5000);
      case 'none':
        return problem(404, 'TICKET_UNKNOWN', null);
      default:
        return problem(503, 'STORE_UNAVAILABLE', 1000);
    }
  }

  #document(
    status: number,
    code: string | null,
    place: Place,
    ticket: ReadTicket | null,
    text: string | null,
    claimant: string,
  ): Reply {
    const { view, effective, standing: settings, stretch, poll, waiting } = this.#moments.now();
    const same = ticket !== null && ticket.line === place.line && ticket.number === place.number;
    const told = same ? ticket.toldMs : 0;
    const standing = standingOf(place, told, view, settings);
    const tellNow = standing.kind === 'called' && told === 0;
    const newest = same && !tellNow ? (text as string) : writeTicket(place, tellNow ? view.lineMs : told, claimant);
    const document = ticketDocument(
      {
        campaign: effective.campaign.id,
        ticket: newest,
        standing,
        waiting,
        gateways: view.gateways,
        graceLeftMs: null,
        stretch,
        wallMs: 0,
      },
      poll,
      this.random,
    );
    const { state, position, pollAfterMs, etaSeconds } = document;
    return ticketReply(status, code, state, newest, position, pollAfterMs, etaSeconds);
  }
}

/** What a campaign that is not open says to a claim; null: it may go on. */
function closedReply(state: CampaignState): Reply | null {
  if (state === 'scheduled') return problem(403, 'NOT_STARTED', 1000);
  return state === 'sold-out' || state === 'ended' ? over(state) : null;
}
