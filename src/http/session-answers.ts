/** What becomes of sessions when the service answers: they begin with a final answer, and end by the service's word. */
import type { ClaimRequest } from '../admission/admission.js';
import { endOfAnswer } from './hand-over.js';
import type { TicketReading } from './identity.js';
import { takeSessionEnd } from './sessions.js';
import { clearTicketCookie, ticketCookieFields } from './ticket-cookie-fields.js';
import type { Visit } from './visit.js';

/** Whether a request comes from somebody who went in, and whose session goes on. */
export function isInSession({ context }: Visit, reading: TicketReading): boolean {
  return reading.kind === 'session' && context.sessions.isActive(reading.session);
}

/** The session that a claim's answer may begin. */
export class NewSession {
  begun = false;

  constructor(
    private readonly visit: Visit,
    private readonly claimantId: string,
  ) {}

  /** Gives whoever went in a ticket for further requests, unless the service says that this was all. */
  readonly onHead = (status: number, headers: string[]): void => {
    const { context, req } = this.visit;
    const ends = takeSessionEnd(headers);
    const outcome = context.claims.outcomes.of({ status, headers, body: null });
    if (ends || endOfAnswer(outcome, status) !== 'final') return;
    this.begun = true;
    const issuedMs = Math.floor(context.nowMs());
    const untilMs = issuedMs + (context.sessions.lastsMs ?? 0);
    const session = { issuedMs, untilMs, claimant: context.hasher.hash(this.claimantId) };
    const ticket = context.tickets.issueSession(context.epoch(), session, this.claimantId);
    const cookie = ticketCookieFields(context.cookie, req.headers, { ticket, state: 'called' });
    headers.push('Spillway-Ticket', ticket, ...cookie);
  };
}

/** Looks at the answer to a request inside a session. */
export function sessionAnswer({ context, req }: Visit, { claimant }: ClaimRequest) {
  return (_status: number, headers: string[]): void => {
    if (!takeSessionEnd(headers)) return;
    context.sessions.end(claimant);
    headers.push(...clearTicketCookie(context.cookie, req.headers));
  };
}
