/** The line's own endpoints, below `server.basePath`. A poll with a ticket costs no store call. */
import type { Request, Response } from 'express';
import type { CampaignContext } from './campaign-context.js';
import { CampaignDocument } from './campaign-document.js';
import { readTicket, type TicketReading, ticketOf } from './identity.js';
import { LeaveRoutes } from './leave-routes.js';
import { type LineForm, LinePages } from './line-pages.js';
import { recordJoin, recordPoll } from './line-record.js';
import { sendPublic, sendTicket } from './own-answers.js';
import { QueueDesk, type QueueRoutesOptions } from './queue-desk.js';
import { QueuePaths } from './queue-paths.js';
import { retryAfterSeconds } from './retry-after.js';
import { overloaded } from './shedding.js';
import { stateProblem } from './state-problems.js';
import { wantsStream } from './stream-events.js';
import { claimedDocument } from './ticket-answers.js';
import { ticketCookieFields } from './ticket-cookie-fields.js';
import { PAGE_VARY } from './waiting-page/negotiate.js';

/** One kind of request on the line. `ticket` is empty where the path names none. */
type Serve = (req: Request, res: Response, campaign: string, ticket: string) => void;
type Methods = ReadonlyMap<string, Serve>;

/** For whom all streams are taken: a poll is answered at once, another stream may be free later. */
const STREAM_AGAIN_MS = 30_000;
const VARY = ['Vary', PAGE_VARY];

/**
 * Below `basePath`. Paths are told apart by hand: in a crowd nearly every request is a poll, and a router of a few
 * routes costs as much as all the rest of its answer.
 * @returns serves a request of the line; false: it is none
 * @throws URIError when a part of the path cannot be decoded
 */
export function queueRoutes(options: QueueRoutesOptions): (req: Request, res: Response) => boolean {
  const desk = new QueueDesk(options);
  const pages = new LinePages(desk);
  const routes = new QueueRoutes(desk, pages);
  const leaving = new LeaveRoutes(desk, pages);
  const leave: Serve = (req, res, campaign, ticket) => leaving.leave(req, res, campaign, ticket);
  const leaveByForm: Serve = (req, res, campaign) => leaving.leaveByForm(req, res, campaign);
  const paths = new QueuePaths(options.basePath);
  const methods = {
    campaign: methodsOf({ GET: routes.campaign, HEAD: routes.campaign }),
    status: methodsOf({ GET: routes.status, HEAD: routes.status }),
    tickets: methodsOf({ POST: routes.join }),
    leave: methodsOf({ POST: leaveByForm }),
    device: methodsOf({ GET: routes.challenge, POST: routes.redeem }),
    ticket: methodsOf({ GET: routes.poll, HEAD: routes.poll, DELETE: leave }),
  };
  return (req, res) => {
    const path = paths.read(req.facts.path);
    if (path === null) return false;
    const serve = methods[path.kind].get(req.method);
    if (serve === undefined) desk.otherMethod(req, res, [...methods[path.kind].keys()]);
    else serve(req, res, path.campaign, path.ticket);
    return true;
  };
}

const methodsOf = (methods: Readonly<Record<string, Serve>>): Methods => new Map(Object.entries(methods));

class QueueRoutes {
  readonly #documents = new WeakMap<CampaignContext, CampaignDocument>();

  constructor(
    private readonly desk: QueueDesk,
    private readonly pages: LinePages,
  ) {}

  /** The page for people, the campaign document for programs. */
  readonly campaign: Serve = (req, res, campaign) => {
    const context = this.desk.context(req, res, campaign, 'status');
    if (context === null) return;
    const visit = this.desk.page(context).lineVisit(req);
    if (visit === null) this.#sendStatus(context, req, res, [...VARY, ...this.desk.fields(req)]);
    else this.pages.show(context, req, res, visit);
  };

  readonly status: Serve = (req, res, campaign) => {
    const context = this.desk.context(req, res, campaign, 'status');
    if (context !== null) this.#sendStatus(context, req, res, this.desk.fields(req));
  };

  readonly join: Serve = (req, res, campaign) => {
    const { desk } = this;
    const context = desk.context(req, res, campaign, 'join');
    if (context === null || desk.refusesCrossSite(context, req, res)) return;
    const form = this.pages.form(context, req, res);
    if (form === 'refused') return;
    const closed = stateProblem(context, context.state(), desk.options.random);
    if (closed !== null) {
      if (form !== null) form.back([]);
      else desk.refuse(req, res, closed);
      return;
    }
    desk.whenPrepared(context, req, () => this.#join(context, req, res, form));
  };

  #join(context: CampaignContext, req: Request, res: Response, form: LineForm | null): void {
    const { desk } = this;
    const asker = desk.asker(context, req, res);
    if (asker === null) return;
    const { claimantId, reading, request } = asker;
    const { shedder } = desk.options.floodgate;
    if (shedder.sheds('claim', claimantId)) {
      context.meters.shed('claim', shedder.reason);
      req.facts.outcome = 'shed';
      desk.refuse(req, res, overloaded(desk.options.random));
      return;
    }
    context.admission.request('join', request, (decision) => {
      if (decision.kind !== 'wait') return desk.answer(context, req, res, decision, claimantId, reading);
      const document = desk.document(context, decision.place, reading, claimantId);
      if (decision.joined) recordJoin(context, decision.place, decision.remaining, document.etaSeconds);
      const cookie = ticketCookieFields(context.cookie, req.headers, document);
      req.facts.outcome = 'proxied';
      if (form !== null) form.back(cookie);
      else sendTicket(res, decision.joined ? 201 : 200, document, [...cookie, ...desk.fields(req)]);
    });
  }

  readonly poll: Serve = (req, res, campaign, named) => {
    const { desk } = this;
    const context = desk.context(req, res, campaign, 'ticket');
    if (context === null) return;
    context.link.touch(req.facts.startedUs);
    const reading = named === 'me' ? ticketOf(context, req, null) : readTicket(context, named, req.facts);
    if (reading.kind === 'refused') return desk.refuse(req, res, reading.problem);
    if (reading.kind === 'ticket') return this.#tell(context, req, res, reading, named === 'me');
    if (reading.kind === 'session') return this.#tellSession(context, req, res, reading);
    desk.whenPrepared(context, req, () => this.#pollByClaimant(context, req, res, reading));
  };

  /** Without a ticket, the place hangs on the claimant. */
  #pollByClaimant(context: CampaignContext, req: Request, res: Response, reading: TicketReading): void {
    const { desk } = this;
    const asker = desk.asker(context, req, res);
    if (asker === null) return;
    context.admission.request('find', asker.request, (decision) => {
      if (decision.kind !== 'wait') return desk.answer(context, req, res, decision, asker.claimantId, reading);
      const { ticket } = desk.document(context, decision.place, reading, asker.claimantId);
      const issued = ticket === '' ? null : context.tickets.verify(ticket);
      const found: TicketReading = issued === null ? reading : { kind: 'ticket', text: ticket, ticket: issued };
      if (found.kind === 'ticket') return this.#tell(context, req, res, found, true);
      req.facts.outcome = 'proxied';
      const document = desk.document(context, decision.place, found, asker.claimantId);
      sendTicket(res, 200, document, desk.fields(req));
    });
  }

  readonly challenge: Serve = (req, res, campaign) => {
    const devices = this.#workingDevices(req, res, campaign);
    if (devices === null) return;
    req.facts.outcome = 'proxied';
    void devices.desk.challenge(devices.work, res, this.desk.fields(req));
  };

  readonly redeem: Serve = (req, res, campaign) => {
    const devices = this.#workingDevices(req, res, campaign);
    if (devices === null) return;
    const { desk } = this;
    const redemption = devices.desk.redeem(devices.work, req, res, desk.fields(req), desk.options.random);
    void redemption.then((problem) => {
      if (problem === null) req.facts.outcome = 'proxied';
      else desk.refuse(req, res, problem);
    });
  };

  /** Null when the answer has been given: no work is asked for here. */
  #workingDevices(req: Request, res: Response, campaign: string) {
    const context = this.desk.context(req, res, campaign, 'join');
    if (context === null) return null;
    const work = context.devices?.work ?? null;
    if (context.devices !== null && work !== null) return { desk: context.devices, work };
    this.desk.refuse(req, res, { code: 'NO_ROUTE', detail: 'This campaign asks for no work.' });
    return null;
  }

  #sendStatus(context: CampaignContext, req: Request, res: Response, fields: readonly string[]): void {
    let document = this.#documents.get(context);
    if (document === undefined) {
      document = new CampaignDocument(context);
      this.#documents.set(context, document);
    }
    req.facts.outcome = 'proxied';
    context.link.touch();
    sendPublic(res, document.bytes(), fields);
  }

  /** @param own - whether whoever asks is the ticket's owner, rather than somebody who was given it to look at */
  #tell(
    context: CampaignContext,
    req: Request,
    res: Response,
    reading: Extract<TicketReading, { kind: 'ticket' }>,
    own: boolean,
  ): void {
    const { desk } = this;
    const { place } = reading.ticket;
    if (wantsStream(req.method, req.headers.accept)) {
      this.#stream(context, req, res, reading);
      return;
    }
    const { facts } = req;
    const document = desk.document(context, place, reading, null, context.nowMs(facts.startedUs));
    // Coming early changes nothing for the place; coming so in a loop does for the address.
    if (recordPoll(context, place, document.pollAfterMs, facts.startedUs / 1000)) facts.offends = true;
    const fields = desk.fields(req);
    facts.outcome = 'proxied';
    if (own) sendTicket(res, 200, document, [...ticketCookieFields(context.cookie, req.headers, document), ...fields]);
    else sendTicket(res, 200, document, fields);
  }

  /** Whoever went in has no place any more; `expiresAt` says until when further requests pass. */
  #tellSession(
    context: CampaignContext,
    req: Request,
    res: Response,
    { text, session }: Extract<TicketReading, { kind: 'session' }>,
  ): void {
    const { desk } = this;
    req.facts.outcome = 'proxied';
    context.meters.polls.inc();
    const document = { ...claimedDocument(context, text), expiresAt: new Date(session.untilMs).toISOString() };
    sendTicket(res, 200, document, desk.fields(req));
  }

  #stream(
    context: CampaignContext,
    req: Request,
    res: Response,
    reading: Extract<TicketReading, { kind: 'ticket' }>,
  ): void {
    const { desk } = this;
    const streams = desk.streams(context);
    const lastId = req.headers['last-event-id'];
    if (streams.takes(reading.ticket.place)) {
      req.facts.outcome = 'proxied';
      streams.begin(res, reading, Array.isArray(lastId) ? undefined : lastId, desk.fields(req));
      return;
    }
    req.facts.outcome = 'shed';
    desk.refuse(req, res, {
      code: 'OVERLOADED',
      detail: 'No more streams can be opened here now; poll the ticket instead.',
      retryAfterSeconds: retryAfterSeconds(STREAM_AGAIN_MS, desk.options.random),
    });
  }
}
