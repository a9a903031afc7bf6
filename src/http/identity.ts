/** Who asks, from where, and with which ticket. */
import type { Request } from 'express';
import type { ClaimRequest } from '../admission/admission.js';
import type { ClientAddress, ClientAddresses } from '../claimant/client-address.js';
import type { LedgerRequest } from '../claims/verdict.js';
import type { Ticket, TicketSession } from '../waiting-room/tickets.js';
import type { CampaignContext } from './campaign-context.js';
import type { Problem } from './problem.js';
import type { RequestFacts } from './request-facts.js';

const TICKET_FIELD = 'spillway-ticket';

export type TicketReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'ticket'; readonly text: string; readonly ticket: Ticket }
  /** Of somebody who went in and may come again; whether that still holds is not judged yet. */
  | { readonly kind: 'session'; readonly text: string; readonly ticket: Ticket; readonly session: TicketSession }
  | { readonly kind: 'refused'; readonly problem: Problem };

export const NO_TICKET: TicketReading = { kind: 'none' };
const INVALID: TicketReading = { kind: 'refused', problem: { code: 'TICKET_INVALID' } };
const OUTDATED: TicketReading = { kind: 'refused', problem: { code: 'TICKET_OUTDATED' } };
const FOREIGN: TicketReading = {
  kind: 'refused',
  problem: { code: 'TICKET_INVALID', detail: 'The ticket belongs to another claimant; drop it and claim again.' },
};

/** Where a request comes from, behind the proxies that are trusted. */
export function addressOf(addresses: ClientAddresses, req: Request): ClientAddress {
  return addresses.resolve(req.socket.remoteAddress, req.headers['x-forwarded-for'] as string);
}

/**
 * Reads a ticket's text, whoever it belongs to.
 * @param facts - of who presents it on purpose; null for a cookie, which may be left over from another person
 */
export function readTicket(context: CampaignContext, text: string, facts: RequestFacts | null): TicketReading {
  const ticket = context.tickets.verify(text);
  if (ticket === null) {
    context.meters.ticketChecked('bad_signature');
    if (facts !== null) facts.offends = true;
    return INVALID;
  }
  // A newer epoch than this gateway knows of yet is no reason to give a place up.
  if (ticket.epoch < (context.link.view?.epoch ?? 0)) {
    context.meters.ticketChecked('old_epoch');
    return OUTDATED;
  }
  context.meters.ticketChecked('ok');
  const { session } = ticket;
  if (session !== undefined) return { kind: 'session', text, ticket, session };
  return { kind: 'ticket', text, ticket };
}

/**
 * The ticket that a request carries: in `Spillway-Ticket`, or in the campaign's cookie. A bad one in the field is
 * refused; a bad cookie is no ticket, since a browser sends what another person left in it.
 */
export function ticketOf(context: CampaignContext, req: Request, claimantId: string | null): TicketReading {
  const field = req.headers[TICKET_FIELD];
  if (field !== undefined) {
    if (Array.isArray(field)) return INVALID;
    const reading = readTicket(context, field, req.facts);
    if (!hasTicket(reading) || claimantId === null) return reading;
    return context.tickets.belongsTo(reading.ticket, claimantId) ? reading : FOREIGN;
  }
  if (req.headers.cookie === undefined) return NO_TICKET;
  const cookie = context.cookie.read(req.headers.cookie);
  if (cookie.kind !== 'one') return NO_TICKET;
  const reading = readTicket(context, cookie.value, null);
  if (!hasTicket(reading)) return NO_TICKET;
  return claimantId === null || context.tickets.belongsTo(reading.ticket, claimantId) ? reading : NO_TICKET;
}

function hasTicket(reading: TicketReading): reading is Extract<TicketReading, { readonly ticket: Ticket }> {
  return reading.kind === 'ticket' || reading.kind === 'session';
}

/** A claimant who is known, and what is asked in their name. */
export function claimRequest(
  context: CampaignContext,
  req: Request,
  claimantId: string | null,
  address: ClientAddress,
  reading: TicketReading,
  ledger: LedgerRequest | null = null,
  spare = false,
): ClaimRequest {
  const { hasher, config } = context;
  const ticket = reading.kind === 'ticket' ? reading.ticket : null;
  const claimant = claimantId === null ? '' : hasher.hash(claimantId);
  const buckets = config.limits.map(({ name, key }) => {
    if (key === 'claimant') return claimant === '' ? null : `${name}:${claimant}`;
    if (key === 'address') return `${name}:${hasher.hash(`address ${address.key}`)}`;
    const value = req.headers[key.slice('header:'.length).toLowerCase()];
    return value === undefined ? null : `${name}:${hasher.hash(`header ${String(value)}`)}`;
  });
  const { limitRates: limits } = context;
  return { claimant, place: ticket?.place ?? null, toldMs: ticket?.toldMs ?? 0, buckets, limits, ledger, spare };
}
