/** The ticket document of somebody with a place, in a refusal and on its own. */
import { chanceOf } from '../claims/budget.js';
import type { Random } from '../kernel/random.js';
import { lineMoment } from '../waiting-room/line-moment.js';
import { type Lottery, turnOf } from '../waiting-room/lottery.js';
import { MAIN, type Place } from '../waiting-room/place.js';
import { type LineView, standingOf } from '../waiting-room/standing.js';
import { type TicketDocument, type TicketState, ticketDocument } from '../waiting-room/ticket-document.js';
import type { CampaignContext } from './campaign-context.js';
import type { TicketReading } from './identity.js';

/**
 * @param reading - the ticket the request came with; it is kept where it names the same place
 * @param claimantId - null where only the ticket speaks for its owner
 */
export function documentOf(
  context: CampaignContext,
  place: Place,
  reading: TicketReading,
  claimantId: string | null,
  random: Random,
  nowMs = context.nowMs(),
): TicketDocument {
  const { config } = context;
  const view = context.link.view ?? EMPTY_LINE;
  const settings = {
    graceMs: config.queue.graceMs,
    ratePerSecond: context.ratePerSecond(),
    openInMs: context.opensInMs(nowMs),
    recentPace: context.recentPace,
  };
  const { waiting, stretch } = lineMoment(view, settings, config.queue.poll);
  const known = reading.kind === 'ticket' && samePlace(reading.ticket.place, place) ? reading : null;
  const told = known?.ticket.toldMs ?? 0;
  const standing = standingOf(place, told, view, settings);
  const tellNow = standing.kind === 'called' && told === 0;
  const toldMs = tellNow ? view.lineMs : told;
  let ticket = known?.text ?? '';
  if (known === null && claimantId !== null) {
    ticket = context.tickets.issue(view.epoch, place, toldMs, claimantId, nowMs);
  } else if (known !== null && tellNow) ticket = context.tickets.renew(known.ticket, toldMs);
  const document = ticketDocument(
    {
      campaign: config.id,
      ticket,
      standing,
      waiting,
      gateways: view.gateways,
      graceLeftMs: standing.kind === 'called' ? Math.max(0, toldMs + config.queue.graceMs - view.lineMs) : null,
      stretch,
      wallMs: nowMs,
      chance: chanceAt(context, standing.kind === 'waiting' ? standing.position : 1),
    },
    config.queue.poll,
    random,
  );
  return withJoinNumber(document, place, view.lottery);
}

/** So that its owner can compute the place from the key, once that is published. */
function withJoinNumber(document: TicketDocument, place: Place, lottery: Lottery | null): TicketDocument {
  return lottery === null || place.line !== MAIN ? document : { ...document, joinNumber: place.number };
}

function chanceAt({ link, config }: CampaignContext, position: number): TicketDocument['chance'] {
  return link.view === null ? null : chanceOf(position, link.view.claims, config.budget.claims);
}

/** What somebody is told now: of a campaign that is over, of a place seen to end, or of the line. */
export function currentDocument(
  context: CampaignContext,
  place: Place,
  reading: TicketReading,
  claimantId: string | null,
  random: Random,
  nowMs = context.nowMs(),
): TicketDocument {
  const state = context.state(nowMs);
  const over = state === 'ended' || state === 'sold-out' ? state : context.endings.of(context.epoch(), place);
  if (over === undefined) return documentOf(context, place, reading, claimantId, random, nowMs);
  return endedDocument(context, place, reading.kind === 'ticket' ? reading.text : '', over);
}

/** The document of a place that is at its end. */
export function endedDocument(
  context: CampaignContext,
  place: Place,
  ticket: string,
  state: TicketState,
): TicketDocument {
  const lottery = context.link.view?.lottery ?? null;
  const document: TicketDocument = {
    campaign: context.config.id,
    state,
    ticket,
    number: turnOf(place, lottery),
    position: null,
    etaSeconds: null,
    pollAfterMs: context.config.queue.poll.maxMs,
    chance: null,
    expiresAt: null,
  };
  return withJoinNumber(document, place, lottery);
}

/** The document of somebody who went in, and of whose place nothing is left. */
export function claimedDocument(context: CampaignContext, ticket: string): TicketDocument {
  return {
    campaign: context.config.id,
    state: 'claimed',
    ticket,
    number: null,
    position: null,
    etaSeconds: null,
    pollAfterMs: context.config.queue.poll.maxMs,
    chance: null,
    expiresAt: null,
  };
}

function samePlace(a: Place, b: Place): boolean {
  return a.line === b.line && a.number === b.number;
}

/** Before the store has answered for the first time. */
const EMPTY_LINE: LineView = {
  epoch: 1,
  heads: [0, 0],
  tails: [0, 0],
  lapsed: [0, 0],
  gaps: [],
  lottery: null,
  lineMs: 0,
  atDoor: 0,
  callsPerSecond: 0,
  gateways: 1,
};
