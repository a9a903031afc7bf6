/** The line for browsers: the waiting page, and the forms of browsers without scripts. */
import type { Request, Response } from 'express';
import type { TicketDocument } from '../waiting-room/ticket-document.js';
import type { CampaignContext } from './campaign-context.js';
import type { QueueAsker, QueueDesk } from './queue-desk.js';
import { apiSecurityHeaders } from './security-headers.js';
import { ticketCookieFields } from './ticket-cookie-fields.js';
import type { PageVisit } from './waiting-page/campaign-page.js';
import { isOwnForm } from './waiting-page/form-origin.js';

export interface LineForm {
  /** 303 See Other: the page again, by GET. */
  back(fields: readonly string[]): void;
}

export class LinePages {
  constructor(private readonly desk: QueueDesk) {}

  /** The page, with the place of whoever asks, where there is one. Whoever is not known may look, too. */
  show(context: CampaignContext, req: Request, res: Response, visit: PageVisit): void {
    const { desk } = this;
    req.facts.route = 'page';
    context.link.touch();
    desk.whenPrepared(context, req, () => this.#showTo(context, req, res, visit));
  }

  #showTo(context: CampaignContext, req: Request, res: Response, visit: PageVisit): void {
    const { desk } = this;
    const asker = desk.identity(context, req);
    const reading = asker.kind === 'known' ? asker.reading : ({ kind: 'none' } as const);
    if (reading.kind === 'refused') desk.refuse(req, res, reading.problem);
    else if (reading.kind === 'ticket') {
      context.meters.polls.inc();
      this.#send(context, req, res, visit, desk.document(context, reading.ticket.place, reading, null));
    } else if (asker.kind === 'unknown') this.#send(context, req, res, { ...visit, unknownDevice: true }, null);
    else this.#showFound(context, req, res, visit, asker);
  }

  /** Who comes without a ticket may have a place from another device. */
  #showFound(
    context: CampaignContext,
    req: Request,
    res: Response,
    visit: PageVisit,
    { claimantId, request, reading }: QueueAsker,
  ): void {
    const { desk } = this;
    context.admission.request('find', request, (decision) => {
      if (decision.kind === 'none') this.#send(context, req, res, visit, null);
      else if (decision.kind !== 'wait') desk.answer(context, req, res, decision, claimantId, reading);
      else this.#send(context, req, res, visit, desk.document(context, decision.place, reading, claimantId));
    });
  }

  /** The form that a browser sent; null for a program, 'refused' when the answer has been given. */
  form(context: CampaignContext, req: Request, res: Response): LineForm | null | 'refused' {
    const { desk } = this;
    const page = desk.page(context);
    if (page.lineVisit(req) === null) return null;
    if (!isOwnForm(req.headers)) {
      desk.refuse(req, res, { code: 'CROSS_SITE' });
      return 'refused';
    }
    return {
      back: (fields) => {
        req.facts.outcome = 'proxied';
        const own = ['Location', page.backTo(req), 'Content-Length', '0', 'Cache-Control', 'no-store'];
        res.writeHead(303, [...own, ...apiSecurityHeaders, ...fields]).end();
      },
    };
  }

  #send(context: CampaignContext, req: Request, res: Response, visit: PageVisit, ticket: TicketDocument | null): void {
    const { headers } = req;
    const newDevice = visit.unknownDevice === true ? (context.devices?.pageFields() ?? []) : [];
    const cookie = ticket === null ? newDevice : ticketCookieFields(context.cookie, headers, ticket);
    req.facts.outcome = 'proxied';
    this.desk.page(context).send(res, visit, { status: 200, ticket, fields: cookie });
  }
}
