/** Giving a place up: by its owner, with a ticket or without. */
import type { Request, Response } from 'express';
import type { Place } from '../waiting-room/place.js';
import type { CampaignContext } from './campaign-context.js';
import { readTicket } from './identity.js';
import type { LinePages } from './line-pages.js';
import { sendNothing } from './own-answers.js';
import type { QueueAsker, QueueDesk } from './queue-desk.js';
import { clearTicketCookie } from './ticket-cookie-fields.js';

export class LeaveRoutes {
  constructor(
    private readonly desk: QueueDesk,
    private readonly pages: LinePages,
  ) {}

  leave(req: Request, res: Response, campaign: string, named: string): void {
    const { desk } = this;
    const context = desk.context(req, res, campaign, 'leave');
    if (context === null || desk.refusesCrossSite(context, req, res)) return;
    desk.whenPrepared(context, req, () => {
      this.#leave(context, req, res, named, (cookie) => sendNothing(res, [...cookie, ...desk.fields(req)]));
    });
  }

  /** For browsers without scripts, whose forms know no DELETE. */
  leaveByForm(req: Request, res: Response, campaign: string): void {
    const { desk } = this;
    const context = desk.context(req, res, campaign, 'leave');
    if (context === null || desk.refusesCrossSite(context, req, res)) return;
    const form = this.pages.form(context, req, res);
    if (form === 'refused') return;
    desk.whenPrepared(context, req, () => {
      this.#leave(context, req, res, 'me', (cookie) => {
        if (form === null) sendNothing(res, [...cookie, ...desk.fields(req)]);
        else form.back(cookie);
      });
    });
  }

  #leave(
    context: CampaignContext,
    req: Request,
    res: Response,
    named: string,
    left: (cookie: readonly string[]) => void,
  ): void {
    const { desk } = this;
    const asker = desk.asker(context, req, res);
    if (asker === null) return;
    const reading = named === 'me' ? asker.reading : readTicket(context, named, req.facts);
    const giveUp = (place: Place): void => {
      desk.giveUp(context, asker.request.claimant, place);
      req.facts.outcome = 'proxied';
      left(clearTicketCookie(context.cookie, req.headers));
    };
    if (reading.kind === 'refused') desk.refuse(req, res, reading.problem);
    else if (reading.kind === 'session' && context.tickets.belongsTo(reading.ticket, asker.claimantId)) {
      context.sessions.end(asker.request.claimant);
      req.facts.outcome = 'proxied';
      left(clearTicketCookie(context.cookie, req.headers));
    } else if (reading.kind === 'none') this.#find(context, req, res, asker, giveUp);
    else if (context.tickets.belongsTo(reading.ticket, asker.claimantId)) giveUp(reading.ticket.place);
    else {
      const detail = 'The ticket belongs to another claimant; only its owner may give the place up.';
      desk.refuse(req, res, { code: 'TICKET_INVALID', detail });
    }
  }

  #find(
    context: CampaignContext,
    req: Request,
    res: Response,
    { request, claimantId, reading }: QueueAsker,
    found: (place: Place) => void,
  ): void {
    context.admission.request('find', request, (decision) => {
      if (decision.kind === 'wait') found(decision.place);
      else this.desk.answer(context, req, res, decision, claimantId, reading);
    });
  }
}
