/** The line's own endpoints, below `server.basePath`. A poll with a ticket costs no store call. */
import type { Request, RequestHandler, Response } from 'express';
import type { Decision } from '../admission/decision.js';
import type { ClientAddresses } from '../claimant/client-address.js';
import type { Random } from '../kernel/random.js';
import type { Place } from '../waiting-room/place.js';
import type { CampaignContext } from './campaign-context.js';
import { CampaignDocument } from './campaign-document.js';
import { answerRefusal, type Refusal } from './claim-answers.js';
import type { Cors } from './cors.js';
import { claimRequest, readTicket, type TicketReading, ticketOf } from './identity.js';
import { sendNothing, sendPrivate, sendPublic } from './own-answers.js';
import { type Problem, sendProblem } from './problem.js';
import { QueuePaths } from './queue-paths.js';
import type { RequestFacts } from './request-facts.js';
import { stateProblem } from './state-problems.js';
import { documentOf, endedDocument, placeName } from './ticket-answers.js';

export interface QueueRoutesOptions {
  readonly basePath: string;
  readonly campaigns: ReadonlyMap<string, CampaignContext>;
  readonly addresses: ClientAddresses;
  readonly cors: Cors;
  readonly random: Random;
}

/** One kind of request on the line. `ticket` is empty where the path names none. */
type Serve = (req: Request, res: Response, campaign: string, ticket: string) => void;
type Methods = ReadonlyMap<string, Serve>;

/**
 * Mounted below `basePath`. Paths are told apart by hand: in a crowd nearly every request is a poll, and a router of
 * four routes costs as much as all the rest of its answer.
 * @throws URIError, for Express to pass on, when a part of the path cannot be decoded
 */
export function queueRoutes(options: QueueRoutesOptions): RequestHandler {
  const routes = new QueueRoutes(options);
  const paths = new QueuePaths(options.basePath);
  const methods = {
    campaign: methodsOf({ GET: routes.campaign, HEAD: routes.campaign }),
    tickets: methodsOf({ POST: routes.join }),
    ticket: methodsOf({ GET: routes.poll, HEAD: routes.poll, DELETE: routes.leave }),
  };
  return (req, res, next) => {
    const path = paths.read(req.facts.path);
    if (path === null) return next();
    const serve = methods[path.kind].get(req.method);
    if (serve === undefined) routes.otherMethod(req, res, [...methods[path.kind].keys()]);
    else serve(req, res, path.campaign, path.ticket);
  };
}

const methodsOf = (methods: Readonly<Record<string, Serve>>): Methods => new Map(Object.entries(methods));

class QueueRoutes {
  readonly #documents = new Map<CampaignContext, CampaignDocument>();

  constructor(private readonly options: QueueRoutesOptions) {}

  readonly campaign: Serve = (req, res, campaign) => {
    const context = this.#context(req, res, campaign, 'status');
    if (context === null) return;
    let document = this.#documents.get(context);
    if (document === undefined) {
      document = new CampaignDocument(context);
      this.#documents.set(context, document);
    }
    req.facts.outcome = 'proxied';
    context.link.touch();
    sendPublic(res, document.bytes(), this.#fields(req), req.method === 'HEAD');
  };

  readonly join: Serve = (req, res, campaign) => {
    const context = this.#context(req, res, campaign, 'join');
    if (context === null) return;
    const closed = stateProblem(context, context.state(), this.options.random);
    if (closed !== null) return this.#refuse(req, res, closed);
    const asker = this.#asker(context, req, res);
    if (asker === null) return;
    const { claimantId, reading, request } = asker;
    context.admission.request('join', request, (decision) => {
      if (decision.kind !== 'wait') return this.#answer(context, req, res, decision, claimantId, reading);
      if (decision.joined) {
        (context.state() === 'prequeue' ? context.meters.joinedPrequeue : context.meters.joinedDirect).inc();
        context.meters.charged(decision.remaining);
      }
      this.#sendDocument(context, req, res, decision.joined ? 201 : 200, decision.place, reading, claimantId);
    });
  };

  readonly poll: Serve = (req, res, campaign, named) => {
    const context = this.#context(req, res, campaign, 'ticket');
    if (context === null) return;
    context.meters.polls.inc();
    context.link.touch();
    const reading = named === 'me' ? ticketOf(context, req, null) : readTicket(context, named);
    if (reading.kind === 'refused') return this.#refuse(req, res, reading.problem);
    if (reading.kind === 'ticket')
      return this.#sendDocument(context, req, res, 200, reading.ticket.place, reading, null);
    const asker = this.#asker(context, req, res);
    if (asker === null) return;
    context.admission.request('find', asker.request, (decision) => {
      if (decision.kind !== 'wait') return this.#answer(context, req, res, decision, asker.claimantId, reading);
      this.#sendDocument(context, req, res, 200, decision.place, reading, asker.claimantId);
    });
  };

  readonly leave: Serve = (req, res, campaign, named) => {
    const context = this.#context(req, res, campaign, 'leave');
    if (context === null) return;
    const asker = this.#asker(context, req, res);
    if (asker === null) return;
    const reading = named === 'me' ? asker.reading : readTicket(context, named);
    if (reading.kind === 'refused') return this.#refuse(req, res, reading.problem);
    if (reading.kind === 'ticket') {
      if (!context.tickets.belongsTo(reading.ticket, asker.claimantId)) {
        const detail = 'The ticket belongs to another claimant; only its owner may give the place up.';
        return this.#refuse(req, res, { code: 'TICKET_INVALID', detail });
      }
      return this.#giveUp(context, req, res, asker.request.claimant, reading.ticket.place);
    }
    context.admission.request('find', asker.request, (decision) => {
      if (decision.kind !== 'wait') return this.#answer(context, req, res, decision, asker.claimantId, reading);
      this.#giveUp(context, req, res, asker.request.claimant, decision.place);
    });
  };

  otherMethod(req: Request, res: Response, allowed: readonly string[]): void {
    const preflight = this.options.cors.preflight(req.method, req.headers, allowed);
    if (preflight !== null) res.writeHead(204, preflight).end();
    else this.#refuse(req, res, { code: 'METHOD_NOT_ALLOWED', headers: ['Allow', allowed.join(', ')] });
  }

  #context(req: Request, res: Response, campaign: string, route: RequestFacts['route']): CampaignContext | null {
    const context = this.options.campaigns.get(campaign);
    req.facts.route = route;
    if (context === undefined) {
      this.#refuse(req, res, { code: 'NO_ROUTE', detail: 'There is no such campaign.' });
      return null;
    }
    req.facts.campaign = context.config.id;
    return context;
  }

  /** Who asks; null when the answer has been given. */
  #asker(context: CampaignContext, req: Request, res: Response) {
    const address = this.options.addresses.resolve(req.socket.remoteAddress, req.headers['x-forwarded-for'] as string);
    const identity = context.source.identify(req, address);
    if (identity.kind === 'unknown') {
      context.meters.refused('claimant_unknown');
      this.#refuse(req, res, { code: 'CLAIMANT_UNKNOWN' });
      return null;
    }
    const reading = ticketOf(context, req, identity.id);
    if (reading.kind === 'refused') {
      this.#refuse(req, res, reading.problem);
      return null;
    }
    return { claimantId: identity.id, reading, request: claimRequest(context, req, identity.id, address, reading) };
  }

  #giveUp(context: CampaignContext, req: Request, res: Response, claimant: string, place: Place): void {
    context.link.reportClaimant('given', { claimant, place });
    context.ended.set(placeName(context.link.view?.epoch ?? 1, place), 'left');
    context.meters.leftByChoice.inc();
    req.facts.outcome = 'proxied';
    sendNothing(res, this.#fields(req));
  }

  #sendDocument(
    context: CampaignContext,
    req: Request,
    res: Response,
    status: number,
    place: Place,
    reading: TicketReading,
    claimantId: string | null,
  ): void {
    const state = context.state();
    const ticket = reading.kind === 'ticket' ? reading.text : '';
    const ending = context.ended.get(placeName(context.link.view?.epoch ?? 1, place));
    const over = state === 'ended' || state === 'sold-out' ? state : ending;
    const document =
      over === undefined
        ? documentOf(context, place, reading, claimantId, this.options.random)
        : endedDocument(context, place, ticket, over);
    req.facts.outcome = 'proxied';
    sendPrivate(res, status, document, this.#fields(req));
  }

  #answer(
    context: CampaignContext,
    req: Request,
    res: Response,
    decision: Decision,
    claimantId: string,
    reading: TicketReading,
  ): void {
    const asker = { claimantId, reading, fields: this.#fields(req) };
    answerRefusal(context, req.facts, res, decision as Refusal, asker, this.options.random);
  }

  #refuse(req: Request, res: Response, problem: Problem): void {
    sendProblem(res, req.facts.id, { ...problem, headers: [...(problem.headers ?? []), ...this.#fields(req)] });
  }

  #fields(req: Request): readonly string[] {
    return this.options.cors.fields(req.headers.origin);
  }
}
